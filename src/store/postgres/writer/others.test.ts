/** What others at the same server do to a batch: they lock tables, take connections, change passwords. All waits end. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test, type TestContext } from 'node:test'
import { freshDatabase } from '../../../../test/postgres/index.ts'
import type { Store } from '../../index.ts'
import { openPostgres } from '../index.ts'
import { Book, bookDefinitions, person } from '../testing/index.ts'

const LIMITS = { statementMs: 2_000, lockMs: 600, reconnectMs: 1_500, closeMs: 500 }

let [url, store]: [string, Store] = ['', undefined as never]
const ends: (() => Promise<void>)[] = []

before(async () => {
  url = await freshDatabase({ after: (end) => ends.push(end as () => Promise<void>) })
  await tell(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET deadlock_timeout = '50ms'`)
  store = await open(url)
  ends.push(() => store.close())
})

after(async () => {
  for (const end of ends.toReversed()) await end()
})

function open(at: string, password?: () => Promise<string>): Promise<Store> {
  const asked = password === undefined ? {} : { password }
  return openPostgres({ url: at, definitions: bookDefinitions, comeBackMs: 0, timeLimits: LIMITS, ...asked })
}

async function tell(sql: string): Promise<void> {
  const close: (() => Promise<void>)[] = []
  const client = await person({ after: (end) => close.push(end as () => Promise<void>) }, url)
  await client.query(sql)
  for (const end of close) await end()
}

/** How long work takes. */
async function timed(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work
  return performance.now() - startedAt
}

test('a lock on a table that nobody lets go of: refused as Busy and not applied within the limit', async (t) => {
  const [client, book] = [await person(t, url), new Book('locked')]
  await book.commit(store, 2)
  await client.query('BEGIN; LOCK TABLE sources IN EXCLUSIVE MODE')
  assert.ok((await timed(book.commit(store, 4))) < LIMITS.lockMs + 2_000)
  assert.deepEqual(book.refusals, ['Busy no'])
  await client.query('ROLLBACK')
  await book.compare(client)
  await book.commitAgain(store)
  await book.commit(store, 2)
  await book.compare(client)
  assert.equal(book.acknowledged, 6)
})

test('a statement that takes too long: its unit is refused within the limit, and those beside it are there', async (t) => {
  const [client, book] = [await person(t, url), new Book('slow')]
  await client.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON sources FOR EACH ROW WHEN (NEW.id LIKE 'slow 2 %') EXECUTE FUNCTION slow()`)
  assert.ok((await timed(book.commit(store, 5))) < 2 * LIMITS.statementMs + 2_000)
  await client.query('DROP TRIGGER slow ON sources; DROP FUNCTION slow')
  assert.deepEqual(book.refusals, ['Timeout no'])
  assert.equal(book.acknowledged, 4)
  await book.compare(client)
})

test('a deadlock that a person causes is tried again, and nothing is lost or doubled', async (t) => {
  const [client, other, book] = [await person(t, url), await person(t, url), new Book('deadlock')]
  await book.commit(store, 2)
  await client.query("SET deadlock_timeout = '1min'; BEGIN; LOCK TABLE sources IN SHARE MODE")
  const committing = book.commit(store, 6)
  const locked =
    "SELECT count(*)::int AS waits FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  while ((await other.query<{ waits: number }>(locked)).rows[0]?.waits === 0);
  const crossed = await Promise.allSettled([
    client.query("UPDATE counters SET value = value WHERE name = 'position'; ROLLBACK"),
    committing,
  ])
  assert.deepEqual(
    crossed.map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
  )
  assert.equal(book.acknowledged, 8, book.refusals.join())
  await book.compare(client)
})

/** A user of the database, who may do all but what a superuser may. */
async function userOf(t: TestContext, word = ''): Promise<{ name: string; url: string }> {
  const name = `user_${randomBytes(6).toString('hex')}`
  const client = await person(t, url)
  await client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'first' ${word}`)
  await client.query(`GRANT ALL ON DATABASE ${new URL(url).pathname.slice(1)} TO ${name};
    GRANT ALL ON SCHEMA public TO ${name}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${name};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${name}`)
  ends.push(() => tell(`DROP OWNED BY ${name}; DROP ROLE ${name}`))
  const own = new URL(url)
  own.username = name
  own.password = 'first'
  return { name, url: own.href }
}

const END_ALL = `SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE usename = `

test('connections that others took: tried until one is free, or refused within the limit', async (t) => {
  const [client, user] = [await person(t, url), await userOf(t, 'CONNECTION LIMIT 2')]
  const own = await open(user.url)
  t.after(() => own.close())
  const book = new Book('crowded')
  await book.commit(own, 2)
  await client.query(`ALTER ROLE ${user.name} CONNECTION LIMIT 0; ${END_ALL}'${user.name}'`)
  assert.ok((await timed(book.commit(own, 4))) < LIMITS.reconnectMs + 4_000)
  assert.deepEqual(book.refusals, ['StoreUnreachable no'])
  const committing = book.commit(own, 4)
  await client.query(`ALTER ROLE ${user.name} CONNECTION LIMIT 2`)
  await committing
  assert.equal(book.acknowledged, 6, book.refusals.join())
  await book.compare(client)
})

test('a password that is changed under load is asked for again, and no unit is refused', async (t) => {
  const [client, user] = [await person(t, url), await userOf(t)]
  let password = 'first'
  const own = await open(user.url, () => Promise.resolve(password))
  t.after(() => own.close())
  const book = new Book('rotated')
  for (const next of ['second', 'third']) {
    const committing = book.commit(own, 10)
    await client.query(`ALTER ROLE ${user.name} PASSWORD '${next}'`)
    password = next
    await client.query(`${END_ALL}'${user.name}'`)
    await committing
    await book.commit(own, 10)
  }
  assert.equal(book.acknowledged, 40, book.refusals.join())
  await book.compare(client)
})
