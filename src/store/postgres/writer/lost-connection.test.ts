/** Connections that are cut, frozen or ended by the server at any moment of a batch: each unit is applied once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freshDatabase, sharedServerUrl, startFaultProxy } from '../../../../test/postgres/index.ts'
import type { FaultProxy, Link } from '../../../../test/postgres/index.ts'
import type { Store } from '../../index.ts'
import { openPostgres } from '../index.ts'
import { Book, bookDefinitions, person } from '../testing/index.ts'

/** Small, and yet long enough for a machine that has much else to do. */
const LIMITS = {
  answerMs: 2_500,
  idleInTransactionMs: 1_000,
  reconnectMs: 15_000,
  lockMs: 20_000,
  closeMs: 500,
}
/** What ends COMMIT and nothing else that is sent. */
const COMMIT = 'COMMIT\0'

let [url, proxy, store]: [string, FaultProxy, Store] = ['', undefined as never, undefined as never]

const ends: (() => Promise<void>)[] = []

before(async () => {
  const { port } = new URL(await sharedServerUrl())
  proxy = await startFaultProxy({ port: Number(port) })
  url = await freshDatabase({ after: (end) => ends.push(end as () => Promise<void>) })
  store = await open(proxy.url(url))
  ends.push(
    () => proxy.close(),
    () => store.close(),
  )
})

after(async () => {
  for (const end of ends.toReversed()) await end()
})

function open(at: string, timeLimits: object = LIMITS): Promise<Store> {
  return openPostgres({ url: at, definitions: bookDefinitions, comeBackMs: 0, timeLimits })
}

const held = (direction: 'up' | 'down', then: (link: Link) => void) => (link: Link) => {
  link.freeze(direction)
  void link.held(direction).then(() => then(link))
}

const MOMENTS: Readonly<Record<string, Parameters<FaultProxy['onceSeen']>[0]>> = {
  'cut before COMMIT reaches the server': {
    direction: 'up',
    bytes: COMMIT,
    moment: 'before',
    act: (link) => link.cut(),
  },
  'cut before COMMIT is answered': {
    direction: 'up',
    bytes: COMMIT,
    act: held('down', (link) => link.cut()),
  },
  'frozen before COMMIT reaches the server': {
    direction: 'up',
    bytes: COMMIT,
    moment: 'before',
    act: (link) => link.freeze(),
  },
  'frozen before COMMIT is answered': { direction: 'up', bytes: COMMIT, act: (link) => link.freeze('down') },
  'cut in the midst of a batch': { direction: 'up', bytes: 'book.leaveTrace', act: (link) => link.cut() },
  'frozen in the midst of a batch': {
    direction: 'up',
    bytes: 'book.leaveTrace',
    act: (link) => link.freeze(),
  },
  'cut before the lock is asked for': {
    direction: 'up',
    bytes: 'BEGIN',
    moment: 'before',
    act: (link) => link.cut(),
  },
}

for (const [moment, fault] of Object.entries(MOMENTS)) {
  test(`${moment}: every unit is acknowledged and there once`, async (t) => {
    const book = new Book(moment.replaceAll(' ', '-'))
    await book.commit(store, 4)
    proxy.onceSeen(fault)
    const accepted = proxy.accepted
    await book.commit(store, 12)
    await book.commit(store, 4)
    assert.ok(proxy.accepted > accepted, 'the fault came')
    assert.equal(book.acknowledged, 20, book.refusals.join())
    await book.compare(await person(t, url))
  })
}

test('cut while it waits for another process: the wait goes on, and every unit is there once', async (t) => {
  const [client, book] = [await person(t, url), new Book('waiting')]
  await book.commit(store, 2)
  await client.query("BEGIN; SELECT FROM counters WHERE name = 'position' FOR UPDATE")
  const committing = book.commit(store, 8)
  await waiting(client, 'transactionid')
  proxy.cut()
  await waiting(client, 'transactionid')
  await client.query('ROLLBACK')
  await committing
  assert.equal(book.acknowledged, 10, book.refusals.join())
  await book.compare(client)
})

/** Resolves when a session waits for a lock of that kind. */
async function waiting(
  client: Awaited<ReturnType<typeof person>>,
  lock: 'relation' | 'advisory' | 'transactionid',
): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ pid: number }>({
      text: `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1`,
      values: [lock],
    })
    const [found] = rows
    if (found !== undefined) return found.pid
  }
}

test('a session that the server ends in the midst of a statement: every unit is there once', async (t) => {
  const [client, book] = [await person(t, url), new Book('terminated')]
  await book.commit(store, 2)
  await client.query('BEGIN; LOCK TABLE sources IN SHARE MODE')
  const committing = book.commit(store, 8)
  await client.query({
    text: 'SELECT pg_terminate_backend($1)',
    values: [await waiting(client, 'relation')],
  })
  await client.query('ROLLBACK')
  await committing
  assert.equal(book.acknowledged, 10, book.refusals.join())
  await book.compare(client)
})

test('a session that the server ends in the midst of COMMIT: every unit is there once', async (t) => {
  const [client, book] = [await person(t, url), new Book('committing')]
  await client.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON sources DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION slow()`)
  await book.commit(store, 2)
  await client.query('SELECT pg_advisory_lock(77)')
  const committing = book.commit(store, 8)
  await client.query({ text: 'SELECT pg_terminate_backend($1)', values: [await waiting(client, 'advisory')] })
  await client.query('SELECT pg_advisory_unlock(77)')
  await committing
  await client.query('DROP TRIGGER slow ON sources; DROP FUNCTION slow')
  assert.equal(book.acknowledged, 10, book.refusals.join())
  await book.compare(client)
})

for (const moment of ['before', 'after'] as const) {
  test(`a server that is gone ${moment} it has COMMIT: what is unknown says so, and is there once when it is sent again`, async (t) => {
    const timeLimits = { ...LIMITS, reconnectMs: 300, connectMs: 1_000 }
    const own = await startFaultProxy({ port: Number(new URL(url).port) })
    t.after(() => own.close())
    const client = await person(t, url)
    const torn = await open(own.url(url), timeLimits)
    t.after(() => torn.close())
    const book = new Book(`gone-${moment}`)
    await book.commit(torn, 2)
    const gone = (): void => {
      own.refuse(true)
      own.cut()
    }
    own.onceSeen({
      direction: 'up',
      bytes: COMMIT,
      moment,
      act: moment === 'before' ? gone : held('down', gone),
    })
    const startedAt = performance.now()
    await book.commit(torn, 8)
    assert.deepEqual(book.refusals, ['StoreUnreachable unknown'])
    await book.commit(torn, 4)
    // The window of reconnecting, and a last try of two seconds for each of the two batches.
    assert.ok(performance.now() - startedAt < 15_000)
    assert.deepEqual(book.refusals, ['StoreUnreachable unknown', 'StoreUnreachable no'])
    own.refuse(false)
    await book.compare(client)
    const repeated = await book.commitAgain(torn)
    assert.equal(repeated, moment === 'before' ? 0 : 4)
    await book.compare(client)
  })
}

test('a process that freezes in a transaction stops others no longer than its limit, and loses nothing', async (t) => {
  const [client, other] = [await person(t, url), await open(url)]
  t.after(() => other.close())
  const [frozen, free] = [new Book('frozen'), new Book('free')]
  await frozen.commit(store, 2)
  const isHeld = Promise.withResolvers<void>()
  const act = (link: Link): void => {
    link.freeze()
    isHeld.resolve()
  }
  proxy.onceSeen({ direction: 'up', bytes: COMMIT, moment: 'before', act })
  const committing = frozen.commit(store, 4)
  await isHeld.promise
  const startedAt = performance.now()
  await free.commit(other, 4)
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs < LIMITS.idleInTransactionMs + 4_000, `${tookMs} ms`)
  await committing
  assert.deepEqual([frozen.acknowledged, free.acknowledged], [6, 4])
  await frozen.compare(client)
  await free.compare(client)
})

test('a connection that is opened anew ends what the lost one left, and no session of another process', async (t) => {
  const [client, other] = [await person(t, url), await open(url)]
  t.after(() => other.close())
  const patient = await open(proxy.url(url), { ...LIMITS, idleInTransactionMs: 60_000 })
  t.after(() => patient.close())
  const [book, others] = [new Book('left'), new Book('others')]
  await book.commit(patient, 2)
  await others.commit(other, 2)
  const sessions = `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
    AND application_name = 'millrace ${other.process}' ORDER BY pid`
  const { rows } = await client.query(sessions)
  proxy.onceSeen({ direction: 'up', bytes: COMMIT, moment: 'before', act: (link) => link.freeze() })
  const startedAt = performance.now()
  await book.commit(patient, 4)
  assert.ok(performance.now() - startedAt < 12_000, 'its own lock would have kept it away')
  assert.equal(book.acknowledged, 6, book.refusals.join())
  await book.compare(client)
  assert.deepEqual((await client.query(sessions)).rows, rows)
})
