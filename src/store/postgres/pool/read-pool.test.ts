import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  freshDatabase,
  sharedServerUrl,
  startFaultProxy,
  startPostgres,
  type FaultProxy,
} from '../../../../test/postgres/index.ts'
import { Meter } from '../../../observe/index.ts'
import type { Connection, Connector, ConnectOptions } from '../connect/index.ts'
import { connectorFor, HandClock } from '../connect/testing/index.ts'
import { READ_POOL_SIZE, ReadPool, type ReadPoolOptions } from './index.ts'

/** A pool that is closed before its connector is. */
async function poolFor(
  t: TestContext,
  options: ReadPoolOptions & Partial<ConnectOptions> = {},
): Promise<{ readonly pool: ReadPool; readonly meter: Meter; readonly connector: Connector }> {
  const { url = await sharedServerUrl(), limits = {}, ...rest } = options
  const meter = new Meter()
  const connector = connectorFor(t, { url, limits, ...(rest.clock && { clock: rest.clock }) })
  const pool = new ReadPool(connector, { meter, ...rest })
  return { pool, meter, connector }
}

async function proxyFor(t: TestContext, url: string): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
  t.after(() => proxy.close())
  return proxy
}

const ONE = { text: 'SELECT 1' }
const NEVER = { text: 'SELECT pg_sleep(60)' }

test('no more sessions are opened than the size, and none before it is needed', async (t) => {
  const { pool, meter } = await poolFor(t, { size: 2 })
  assert.equal(meter.read().levels['pool.open'], 0)
  await pool.read(ONE)
  assert.equal(meter.read().levels['pool.open'], 1)
  const answers = await Promise.all(Array.from({ length: 12 }, () => pool.read(ONE)))
  assert.equal(answers.length, 12)
  meter.turn()
  const { levels, counts, spreads } = meter.read()
  assert.deepEqual([levels['pool.open'], levels['pool.waiting'], counts['pool.exhausted']], [2, 0, 10])
  assert.equal(spreads['pool.wait_ms']?.count, 13)
  await pool.close()
  assert.equal(meter.read().levels['pool.open'], 0)
})

test('callers are served in the order they came, and waited for no longer than the limit', async (t) => {
  const { pool, meter } = await poolFor(t, { size: 1, limits: { poolMs: 60 } })
  const [first, order] = [Promise.withResolvers<void>(), [] as number[]]
  const holding = pool.withConnection(() => first.promise)
  await assert.rejects(
    pool.withConnection(async () => undefined),
    { code: 'Busy', message: /all 1 sessions/, facts: { waitedMs: 60, size: 1 } },
  )
  await assert.rejects(pool.read(ONE, 40), { code: 'Busy' })
  const reads = [1, 2, 3].map(async (n) => {
    await pool.read(ONE)
    order.push(n)
  })
  assert.equal(meter.read().levels['pool.waiting'], 3)
  first.resolve()
  await Promise.all([holding, ...reads])
  assert.deepEqual(order, [1, 2, 3])
  await pool.close()
})

test('a read past its deadline is ended on the server, and the pool goes on', async (t) => {
  const { pool, connector } = await poolFor(t, { size: 1 })
  await pool.read(ONE)
  await assert.rejects(pool.read(NEVER, 60), { code: 'Timeout', retryable: true })
  assert.equal((await pool.read(ONE)).count, 1)
  const watcher = await connector.connect('read')
  const running =
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active'"
  assert.deepEqual((await watcher.run({ text: running })).rows, [[0]])
  await pool.close()
})

test('a read from a server that is frozen is refused within a second of its deadline', async (t) => {
  const url = await sharedServerUrl()
  const proxy = await proxyFor(t, url)
  const { pool } = await poolFor(t, { size: 1, url: proxy.url(url) })
  await pool.read(ONE)
  proxy.freeze()
  const beganAt = performance.now()
  await assert.rejects(pool.read(ONE, 80), { code: 'Timeout' })
  assert.ok(performance.now() - beganAt < 1_080)
  await assert.rejects(pool.read(ONE, 80), { code: 'StoreUnreachable' })
  assert.ok(performance.now() - beganAt < 2_160)
  proxy.thaw()
  assert.equal((await pool.read(ONE)).count, 1)
  await pool.close()
})

test('a session that was lost while idle or under a read is replaced unseen', async (t) => {
  const url = await sharedServerUrl()
  const proxy = await proxyFor(t, url)
  const { pool, meter } = await poolFor(t, { size: 1, url: proxy.url(url) })
  await pool.read(ONE)
  proxy.onceSeen({ direction: 'up', bytes: 'SELECT 2', act: (link) => link.cut() })
  assert.deepEqual((await pool.read({ text: 'SELECT 2' })).rows, [[2]])
  assert.deepEqual([meter.read().counts['pool.repeated'], proxy.accepted], [1, 2])
  await pool.close()
})

test('a server that is restarted is read from again', async (t) => {
  const server = await startPostgres()
  t.after(() => server.end())
  const { pool } = await poolFor(t, { url: server.url() })
  await Promise.all([pool.read(ONE), pool.read(ONE)])
  await server.kill()
  await server.start()
  assert.equal((await pool.read(ONE, 30_000)).count, 1)
  await server.stop()
  await assert.rejects(pool.read(ONE, 100), { code: 'StoreUnreachable' })
  await pool.close()
})

test('a session that did nothing for long is tried before it is used, and replaced when it does not answer', async (t) => {
  const url = await sharedServerUrl()
  const proxy = await proxyFor(t, url)
  const clock = new HandClock()
  const limits = { checkMs: 60, cancelMs: 20 }
  const { pool, meter } = await poolFor(t, { size: 1, url: proxy.url(url), clock, limits })
  await pool.read(ONE)
  clock.move(29_999)
  await pool.read(ONE)
  assert.equal(meter.read().counts['pool.checked'], undefined)
  clock.move(30_000)
  proxy.onceSeen({ direction: 'up', bytes: 'SELECT 1', moment: 'before', act: (link) => link.freeze() })
  await pool.read(ONE)
  assert.deepEqual([meter.read().counts['pool.checked'], proxy.accepted > 1], [1, true])
  await pool.close()
})

test('a session that has lived its life is replaced between two uses', async (t) => {
  const clock = new HandClock()
  const { pool, connector } = await poolFor(t, {
    size: 1,
    clock,
    limits: { maxLifetimeMs: 1_000, idleCheckMs: 1e9 },
  })
  const pid = async () => (await pool.read({ text: 'SELECT pg_backend_pid()' })).rows[0]?.[0]
  const [first, second] = [await pid(), await pid()]
  assert.equal(first, second)
  clock.move(1_000)
  assert.notEqual(await pid(), first)
  await connector.close()
})

test('work that fails gives up its session, with whatever it left open', async (t) => {
  const { pool } = await poolFor(t, { size: 1, url: await freshDatabase(t) })
  let used: Connection | undefined
  const failing = pool.withConnection(async (connection) => {
    used = connection
    await connection.run({ text: 'BEGIN' })
    throw new RangeError('mine')
  })
  await assert.rejects(failing, RangeError)
  assert.equal(used?.isLost, true)
  assert.equal((await pool.read(ONE)).count, 1)
  await pool.close()
})

test('closing refuses who waits and who comes, and ends what does not end', async (t) => {
  const { pool } = await poolFor(t, { size: 1, limits: { closeMs: 80 } })
  await pool.read(ONE)
  const running = assert.rejects(
    pool.withConnection((connection) => connection.run(NEVER)),
    { code: 'StoreUnreachable' },
  )
  const waiting = assert.rejects(pool.read(ONE), { code: 'Closed' })
  await pool.close()
  await Promise.all([running, waiting])
  await assert.rejects(pool.read(ONE), { code: 'Closed' })
})

test('a pool has one session or more, and two to four unless it is told', async (t) => {
  assert.ok(READ_POOL_SIZE >= 2 && READ_POOL_SIZE <= 4)
  for (const size of [0, 1.5, Number.NaN]) {
    await assert.rejects(poolFor(t, { size }), { code: 'BadConfig' })
  }
})
