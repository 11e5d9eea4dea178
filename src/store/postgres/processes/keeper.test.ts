/** Who is at work: a process that ends is lost within seconds, one that lives comes back whatever becomes of its session. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freshDatabase, startFaultProxy } from '../../../../test/postgres/index.ts'
import type { Store } from '../../index.ts'
import { openPostgres, type PostgresOptions } from '../index.ts'
import { person } from '../testing/index.ts'

const LIMITS = { closeMs: 400, lockMs: 20_000 }
/** No shorter: on a busy machine a table of the schema takes its time. */
const ANSWER_MS = 2_500

async function open(t: TestContext, url: string, options: Partial<PostgresOptions> = {}): Promise<Store> {
  const store = await openPostgres({ url, definitions: [], comeBackMs: 0, timeLimits: LIMITS, ...options })
  t.after(() => store.close())
  return store
}

const idsOf = async (store: Store) => (await store.lostProcesses()).map(({ id }) => id)

/** Ends all sessions of a process, as the server does when it restarts. */
const END_ALL = `SELECT count(pg_terminate_backend(pid, 10000))::int AS ended FROM pg_stat_activity
  WHERE application_name = 'millrace ' || $1`

test('a process that is killed is lost at once, and forgotten once', async (t) => {
  const url = await freshDatabase(t)
  const store = await open(t, url)
  const entry = fileURLToPath(new URL('../index.ts', import.meta.url))
  const script = `import { openPostgres } from ${JSON.stringify(entry)}
    const store = await openPostgres({ url: process.argv.at(-1), definitions: [], comeBackMs: 0 })
    console.log(store.process)
    setInterval(() => undefined, 1_000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const id = line.toString().trim()
  assert.deepEqual(await idsOf(store), [])
  await store.forgetProcess(id)
  child.kill('SIGKILL')
  const endedAt = performance.now()
  while ((await idsOf(store)).length === 0) assert.ok(performance.now() - endedAt < 10_000, 'seconds')
  assert.deepEqual(await store.lostProcesses(), [{ id, pid: child.pid }], 'one that lives is not forgotten')
  await store.forgetProcess(id)
  assert.deepEqual(await idsOf(store), [])
})

test('a process whose sessions are ended comes back, with the locks it held', async (t) => {
  const url = await freshDatabase(t)
  const [store, other, client] = [await open(t, url), await open(t, url), await person(t, url)]
  const held = await store.hold('out')
  await client.query(END_ALL, [store.process])
  const [late] = await Promise.all([store.hold('late'), idsOf(store)])
  await late[Symbol.asyncDispose]()
  await (await other.hold('late'))[Symbol.asyncDispose]()
  await client.query(END_ALL, [store.process])
  // Whoever asks at the same time gets the one new session.
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => idsOf(store))), [[], [], []])
  assert.deepEqual(await idsOf(other), [])
  await assert.rejects(other.hold('out'), { code: 'Busy' })
  await held[Symbol.asyncDispose]()
  await (await other.hold('out'))[Symbol.asyncDispose]()
})

test('a process that does nothing comes back as well, and so does one that was taken for lost and forgotten', async (t) => {
  const url = await freshDatabase(t)
  const [store, other, client] = [await open(t, url), await open(t, url), await person(t, url)]
  await client.query(END_ALL, [store.process])
  for (const id of await idsOf(other)) await other.forgetProcess(id)
  const text = 'SELECT count(*)::int AS there FROM processes WHERE id = $1'
  const startedAt = performance.now()
  const isBack = async () =>
    (await idsOf(other)).length === 0 &&
    (await client.query<{ there: number }>(text, [store.process])).rows[0]?.there === 1
  while (!(await isBack())) assert.ok(performance.now() - startedAt < 12_000, 'looks every two seconds')
})

test('a session that is frozen is given up, and what it left does not keep its own process away', async (t) => {
  const url = await freshDatabase(t)
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
  t.after(() => proxy.close())
  const timeLimits = { ...LIMITS, answerMs: ANSWER_MS }
  const [store, other] = [await open(t, proxy.url(url), { timeLimits }), await open(t, url)]
  await using _held = await store.hold('out')
  const accepted = proxy.accepted
  proxy.onceSeen({ direction: 'up', bytes: 'SELECT 1', act: (link) => link.freeze() })
  const startedAt = performance.now()
  while (proxy.accepted === accepted) {
    await idsOf(other)
    assert.ok(performance.now() - startedAt < 12_000, 'a look, and the limit of an answer')
  }
  assert.deepEqual(await idsOf(store), [])
  await assert.rejects(other.hold('out'), { code: 'Busy' })
  assert.ok(performance.now() - startedAt < 16_000, 'it does not wait for its own lock')
})

test('whoever lost its session judges nobody until the others had time to come back', async (t) => {
  const url = await freshDatabase(t)
  const [store, client] = [await open(t, url, { comeBackMs: 600_000 }), await person(t, url)]
  const lost = "INSERT INTO processes VALUES ('gone', 1, 'h', 'c', 0)"
  await client.query(lost)
  await client.query(END_ALL, [store.process])
  assert.deepEqual(await idsOf(store), [])
  assert.deepEqual(await idsOf(await open(t, url)), ['gone'])
})

test('a store whose server does not answer any more is closed within the limit', async (t) => {
  const url = await freshDatabase(t)
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
  t.after(() => proxy.close())
  const store = await open(t, proxy.url(url), { timeLimits: { closeMs: 300, answerMs: 60_000 } })
  proxy.freeze()
  const startedAt = performance.now()
  await store.close()
  assert.ok(performance.now() - startedAt < 4_000)
})
