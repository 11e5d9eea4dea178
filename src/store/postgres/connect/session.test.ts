import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { freshDatabase, startFaultProxy, type FaultProxy } from '../../../../test/postgres/index.ts'
import type { Connection, Param } from './index.ts'
import { connectorFor, HandClock } from './testing/index.ts'

/** A session by way of a proxy, with whatever limits. */
async function proxied(t: TestContext, limits = {}): Promise<readonly [FaultProxy, Connection, string]> {
  const url = await freshDatabase(t)
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
  t.after(() => proxy.close())
  const connector = connectorFor(t, { url: proxy.url(url), limits })
  return [proxy, await connector.connect('write'), url]
}

async function one(session: Connection, text: string, ...params: readonly Param[]) {
  const { rows } = await session.run({ text, params })
  return rows[0]?.[0]
}

/** Rows for COPY, up to the one that fails. */
async function* lines(failsAt: number) {
  for (let n = 0; n < 1_000; n += 1) {
    if (n === failsAt) throw new RangeError('no more')
    yield Buffer.from(`${n}\tline ${n}\n`)
  }
}

test('values come back as they were sent, one by one and as arrays', async (t) => {
  const connector = connectorFor(t, { url: await freshDatabase(t) })
  const session = await connector.connect('write')
  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', '{', '}', ',', ' ', '\n', 'ä', '😀', 'NULL'),
  })
  const int = fc.oneof(fc.maxSafeInteger(), fc.constant(0))
  const real = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  const bytes = fc.uint8Array({ maxLength: 40 })
  const rows = fc.array(
    fc.record({ text: fc.option(text), int: fc.option(int), real: fc.option(real), bytes: fc.option(bytes) }),
  )
  await fc.assert(
    fc.asyncProperty(rows, async (sent) => {
      const columns = [sent.map((row) => row.text), sent.map((row) => row.int), sent.map((row) => row.real)]
      const { rows } = await session.run({
        text: 'SELECT * FROM unnest($1::text[], $2::bigint[], $3::float8[], $4::bytea[])',
        params: [...columns, sent.map((row) => row.bytes)],
        name: 'columns',
      })
      assert.deepEqual(
        rows,
        sent.map((row) => [row.text, row.int, row.real, row.bytes]),
      )
      const [first] = sent
      if (first === undefined) return
      const alone = await session.run({
        text: 'SELECT $1::text, $2::bigint, $3::float8, $4::bytea',
        params: [first.text, first.int, first.real, first.bytes],
      })
      assert.deepEqual(alone.rows, [[first.text, first.int, first.real, first.bytes]])
    }),
    { numRuns: 40 },
  )
})

test('every type comes as a number, text, bytes or null, and what no number holds as a bigint', async (t) => {
  const session = await connectorFor(t, { url: await freshDatabase(t) }).connect('read')
  const { rows } = await session.run({
    text: `SELECT true, false, 7::smallint, 8::int, 9007199254740993, sum(2::bigint), avg(3), 0.1::real, 'Infinity'::float8,
      '{"b":1, "a":2}'::json, '{"b":1}'::jsonb, timestamptz '2026-01-02 03:04:05Z', pg_sleep(0), NULL::int, 'x'::name`,
  })
  const numbers = [1, 0, 7, 8, 9_007_199_254_740_993n, 2, 3, 0.1, Infinity]
  const texts = ['{"b":1, "a":2}', '{"b": 1}', '2026-01-02 03:04:05+00']
  assert.deepEqual(rows[0], [...numbers, ...texts, null, null, 'x'])
  assert.equal(await one(session, 'SELECT $1::bigint', 9_007_199_254_740_993n), 9_007_199_254_740_993n)
})

test('an answer counts what was changed, and is that of the last of several statements', async (t) => {
  const session = await connectorFor(t, { url: await freshDatabase(t) }).connect('write')
  const several = await session.run({
    text: 'BEGIN READ WRITE; CREATE TABLE a (n int); INSERT INTO a VALUES (1), (2), (3)',
  })
  assert.deepEqual(several, { rows: [], count: 3 })
  assert.deepEqual(await session.run({ text: 'DELETE FROM a WHERE n > $1 RETURNING n', params: [2] }), {
    rows: [[3]],
    count: 1,
  })
  assert.deepEqual(await session.run({ text: 'COMMIT' }), { rows: [], count: 0 })
})

test('what is sent without waiting travels together, is answered in order, and fails one by one', async (t) => {
  const [proxy, session] = await proxied(t)
  const sent = Promise.withResolvers<void>()
  proxy.onceSeen({ direction: 'up', bytes: 'first', act: (link) => link.freeze('down') })
  proxy.onceSeen({ direction: 'up', bytes: 'third', act: () => sent.resolve() })
  const answers = [
    session.run({ text: "SELECT 'first'" }),
    session.run({ text: 'SELECT 1 / $1::int', params: [0], name: 'divided' }),
    session.run({ text: "SELECT 'third'" }),
  ]
  await sent.promise
  proxy.thaw()
  const [first, second, third] = await Promise.allSettled(answers)
  assert.deepEqual([first?.status, third?.status], ['fulfilled', 'fulfilled'])
  assert.equal(second?.status === 'rejected' && (second.reason as { code: string }).code, 'Fault')
  assert.equal((await session.run({ text: 'SELECT 1 / $1::int', params: [1], name: 'divided' })).count, 1)
})

test('a session starts with its limits in force, and can only read until it says otherwise', async (t) => {
  const limits = { statementMs: 11_000, lockMs: 12_000, idleInTransactionMs: 13_000 }
  const connector = connectorFor(t, { url: await freshDatabase(t), limits, processId: 'p-1' })
  const settings = `SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
    current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'),
    current_setting('default_transaction_read_only'), current_setting('tcp_keepalives_idle')`
  const session = await connector.connect('write')
  const { rows } = await session.run({ text: settings })
  assert.deepEqual(rows[0], ['11s', '12s', '13s', 'millrace p-1', 'on', '10'])
  await assert.rejects(session.run({ text: 'CREATE TABLE a ()' }), {
    code: 'Fault',
    facts: { sqlstate: '25006' },
  })
  const persons = await connector.connect('sql')
  assert.equal(await one(persons, "SELECT current_setting('statement_timeout')"), '0')
})

test('the server ends a statement, a wait for a lock and an idle transaction', async (t) => {
  const url = await freshDatabase(t)
  const limits = { statementMs: 60, lockMs: 30, idleInTransactionMs: 50 }
  const session = await connectorFor(t, { url, limits }).connect('write')
  await assert.rejects(session.run({ text: 'SELECT pg_sleep(9)' }), { code: 'Timeout', retryable: true })
  const other = await connectorFor(t, { url }).connect('write')
  await other.run({ text: 'SELECT pg_advisory_lock(1)' })
  await assert.rejects(session.run({ text: 'SELECT pg_advisory_lock(1)' }), { code: 'Busy' })
  await session.run({ text: 'BEGIN' })
  await other.run({ text: 'SELECT pg_sleep(0.2)' })
  await assert.rejects(session.run({ text: 'COMMIT' }), { code: 'StoreUnreachable' })
  assert.equal(session.isLost, true)
})

test('a session that the server ends is lost for good, and everything in it is refused', async (t) => {
  const url = await freshDatabase(t)
  const connector = connectorFor(t, { url })
  const [session, other] = [await connector.connect('write'), await connector.connect('write')]
  const running = [session.run({ text: 'SELECT pg_sleep(60)' }), session.run({ text: 'SELECT 1' })]
  await other.run({ text: 'SELECT pg_terminate_backend($1)', params: [session.server.pid] })
  for (const answer of await Promise.allSettled(running)) {
    assert.equal(answer.status === 'rejected' && (answer.reason as { code: string }).code, 'StoreUnreachable')
  }
  assert.equal(session.isLost, true)
  await assert.rejects(session.run({ text: 'SELECT 1' }), {
    code: 'StoreUnreachable',
    retryable: true,
    applied: 'no',
  })
  await session.cancel()
  await session.close()
})

test('a connection that is cut is lost, and says so in our words', async (t) => {
  const [proxy, session] = await proxied(t)
  const running = session.run({ text: 'SELECT pg_sleep(60)' })
  proxy.onceSeen({ direction: 'up', bytes: 'after', act: () => proxy.cut() })
  const after = session.run({ text: "SELECT 'after'" })
  await assert.rejects(running, { code: 'StoreUnreachable' })
  await assert.rejects(after, /the connection to postgres:.* was lost/)
})

test('a server that says nothing any more is given up after the limit, however many answers are due', async (t) => {
  const [proxy, session] = await proxied(t, { answerMs: 80 })
  const [first, second] = [session.run({ text: 'SELECT 1' }), session.run({ text: 'SELECT 2' })]
  await Promise.all([first, second])
  proxy.freeze()
  const due = [session.run({ text: 'SELECT 3' }), session.run({ text: 'SELECT 4' })]
  for (const answer of await Promise.allSettled(due)) {
    assert.match(answer.status === 'rejected' ? String(answer.reason) : '', /no answer for 80 ms/)
  }
  assert.equal(session.isLost, true)
})

test('a statement may say that its answer takes longer', async (t) => {
  const [, session] = await proxied(t, { answerMs: 50 })
  assert.equal((await session.run({ text: 'SELECT pg_sleep(0.2)', answerMs: 60_000 })).count, 1)
  await assert.rejects(session.run({ text: 'SELECT pg_sleep(9)' }), { code: 'StoreUnreachable' })
})

test('a running statement is cancelled, and the session goes on', async (t) => {
  const [proxy, session] = await proxied(t)
  const sent = Promise.withResolvers<void>()
  proxy.onceSeen({ direction: 'up', bytes: 'pg_sleep', act: () => sent.resolve() })
  const running = session.run({ text: 'SELECT pg_sleep(60)' })
  const refused = assert.rejects(running, { code: 'Timeout', facts: { sqlstate: '57014' } })
  await sent.promise
  await session.cancel()
  await refused
  assert.equal(await one(session, 'SELECT 5'), 5)
})

test('closing waits for what was sent, but not for a server that does not answer', async (t) => {
  const [proxy, session] = await proxied(t, { closeMs: 60 })
  const answer = session.run({ text: 'SELECT 6' })
  await session.close()
  assert.deepEqual((await answer).rows, [[6]])
  assert.equal(session.isLost, true)
  const [frozen, other] = await proxied(t, { closeMs: 60 })
  frozen.freeze()
  const never = assert.rejects(other.run({ text: 'SELECT 7' }), { code: 'StoreUnreachable' })
  await other.close()
  await never
  assert.equal(proxy.open + frozen.open <= 1, true)
})

test('dropping is at once, also for what was sent', async (t) => {
  const [, session] = await proxied(t)
  const running = session.run({ text: 'SELECT pg_sleep(60)' })
  session.drop()
  await assert.rejects(running, /it was given up/)
})

test('a session is stale when it has lived as long as it should, give or take a tenth', async (t) => {
  const clock = new HandClock()
  const connector = connectorFor(t, { url: await freshDatabase(t), clock, limits: { maxLifetimeMs: 1_000 } })
  const session = await connector.connect('read')
  clock.move(899)
  assert.equal(session.isStale, false)
  clock.move(101)
  assert.equal(session.isStale, true)
})

test('COPY takes and gives streams of bytes, and a source that fails stores nothing', async (t) => {
  const session = await connectorFor(t, { url: await freshDatabase(t) }).connect('copy')
  await session.run({
    text: 'BEGIN READ WRITE; CREATE TABLE a (n int, s text); COMMIT; SET default_transaction_read_only = off',
  })
  await assert.rejects(session.copyIn('COPY a FROM STDIN', lines(500)), /no more/)
  assert.equal(await one(session, 'SELECT count(*) FROM a'), 0)
  assert.equal(await session.copyIn('COPY a FROM STDIN', lines(-1)), 1_000)
  let text = ''
  const queued = one(session, 'SELECT count(*) FROM a')
  for await (const chunk of session.copyOut('COPY (SELECT s FROM a ORDER BY n LIMIT 2) TO STDOUT')) {
    text += Buffer.from(chunk).toString()
  }
  assert.equal(text, 'line 0\nline 1\n')
  assert.equal(await queued, 1_000)
  await assert.rejects(session.copyIn('COPY nothing FROM STDIN', lines(-1)), { facts: { sqlstate: '42P01' } })
  assert.equal(await one(session, 'SELECT 1'), 1)
})

test('whoever stops reading a COPY early gives up its session', async (t) => {
  const session = await connectorFor(t, { url: await freshDatabase(t) }).connect('copy')
  for await (const chunk of session.copyOut('COPY (SELECT generate_series(1, 1000000)) TO STDOUT')) {
    assert.ok(chunk.length > 0)
    break
  }
  assert.equal(session.isLost, true)
})

test('a COPY that nothing comes from any more is given up', async (t) => {
  const url = await freshDatabase(t)
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
  t.after(() => proxy.close())
  const session = await connectorFor(t, { url: proxy.url(url) }).connect('copy')
  const read = async () => {
    for await (const chunk of session.copyOut('COPY (SELECT generate_series(1, 1000000)) TO STDOUT')) {
      assert.ok(chunk.length > 0)
      proxy.cut()
    }
  }
  await assert.rejects(read(), { code: 'StoreUnreachable' })
  await assert.rejects(session.run({ text: 'SELECT 1' }), { code: 'StoreUnreachable' })
})
