import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { freshDatabase } from '../../../../test/postgres/index.ts'
import { sha256 } from '../../../model/index.ts'
import type { Connection } from '../connect/index.ts'
import { connectorFor } from '../connect/testing/index.ts'
import { migrate, pendingMigrations } from './migrate.ts'

const FIRST = {
  id: 7,
  name: 'first',
  sql: 'CREATE TABLE a (n bigint); CREATE FUNCTION one() RETURNS int RETURN 1;',
}
const SECOND = {
  id: 8,
  name: 'second',
  sql: 'ALTER TABLE a ADD s text; INSERT INTO a VALUES (1, current_schema())',
}

async function sessionFor(t: TestContext, url?: string, search = ''): Promise<Connection> {
  const connector = connectorFor(t, { url: (url ?? (await freshDatabase(t))) + search })
  return await connector.connect('write')
}

async function write(session: Connection, text: string): Promise<void> {
  await session.run({ text: `BEGIN READ WRITE; ${text}; COMMIT` })
}

async function rows(session: Connection, text: string) {
  return (await session.run({ text })).rows
}

test('steps are applied once, in order, and what was applied is written down', async (t) => {
  const session = await sessionFor(t)
  assert.deepEqual(await pendingMigrations(session, [FIRST]), [FIRST])
  assert.equal(await migrate(session, [FIRST], 1_000), 1)
  assert.equal(await migrate(session, [FIRST], 2_000), 0)
  assert.deepEqual(await pendingMigrations(session, [FIRST, SECOND]), [SECOND])
  assert.equal(await migrate(session, [FIRST, SECOND], 3_000), 1)
  assert.deepEqual(await rows(session, 'SELECT * FROM schema_migrations ORDER BY id'), [
    [7, 'first', sha256(FIRST.sql), 1_000],
    [8, 'second', sha256(SECOND.sql), 3_000],
  ])
  assert.deepEqual(await rows(session, 'SELECT n, s FROM a'), [[1, 'public']])
})

test('two that come at the same time apply each step once', async (t) => {
  const url = await freshDatabase(t)
  const sessions = await Promise.all([1, 2, 3, 4].map(() => sessionFor(t, url)))
  const slow = { ...FIRST, sql: `SELECT pg_sleep(0.1); ${FIRST.sql}` }
  const applied = await Promise.all(sessions.map((session) => migrate(session, [slow, SECOND], 1_000)))
  assert.deepEqual(
    applied.sort((one, other) => one - other),
    [0, 0, 0, 2],
  )
})

test('a step that fails leaves nothing behind, and the session as it was', async (t) => {
  const session = await sessionFor(t)
  const bad = { id: 8, name: 'bad', sql: 'CREATE TABLE b (n int); SELECT 1 / 0' }
  await assert.rejects(migrate(session, [FIRST, bad], 1_000), { code: 'Fault', facts: { sqlstate: '22012' } })
  assert.equal(await migrate(session, [FIRST, SECOND], 1_000), 2)
  assert.deepEqual(await rows(session, "SELECT current_setting('statement_timeout')"), [['1min']])
})

test('whoever holds the lock is waited for as long as the limit says', async (t) => {
  const url = await freshDatabase(t)
  const [holder, session] = [await sessionFor(t, url), await sessionFor(t, url)]
  await holder.run({ text: "SELECT pg_advisory_lock(hashtextextended('millrace schema', 0))" })
  await session.run({ text: 'SET lock_timeout = 40' })
  await assert.rejects(migrate(session, [FIRST], 1_000), { code: 'Busy', retryable: true })
  await holder.close()
  await session.run({ text: 'SET lock_timeout = 30000' })
  assert.equal(await migrate(session, [FIRST], 1_000), 1)
})

test('a database of a newer Millrace, or made by other steps, is refused', async (t) => {
  const session = await sessionFor(t)
  await migrate(session, [FIRST, SECOND], 1_000)
  await assert.rejects(migrate(session, [FIRST], 1_000), {
    code: 'SchemaNewer',
    message: /up to 7, not "second"/,
  })
  const edited = { ...SECOND, sql: `${SECOND.sql} ` }
  await assert.rejects(migrate(session, [FIRST, edited], 1_000), { code: 'SchemaChanged' })
  await assert.rejects(pendingMigrations(session, [FIRST, { ...SECOND, name: 'other' }]), {
    code: 'SchemaChanged',
  })
})

test('what is none of ours is refused and left as it was', async (t) => {
  for (const sql of [
    'CREATE TABLE theirs (n int)',
    'CREATE VIEW theirs AS SELECT 1 AS n',
    'CREATE FUNCTION theirs() RETURNS int RETURN 1',
    "CREATE TYPE theirs AS ENUM ('a')",
    'CREATE TABLE schema_migrations (version text)',
  ]) {
    const session = await sessionFor(t)
    await write(session, sql)
    const before = await rows(
      session,
      "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    )
    await assert.rejects(
      migrate(session, [FIRST], 1_000),
      { code: 'ForeignDatabase', message: /not touched/ },
      sql,
    )
    const after = await rows(
      session,
      "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    )
    assert.deepEqual(after, before)
  }
})

test('an extension makes no database foreign, and a schema of its own can be had in one that is', async (t) => {
  const url = await freshDatabase(t)
  const session = await sessionFor(t, url)
  await write(session, 'CREATE EXTENSION hstore')
  assert.equal(await migrate(session, [FIRST], 1_000), 1)
  await write(session, 'CREATE SCHEMA "Other one"')
  const other = await sessionFor(t, url, `?options=${encodeURIComponent('-csearch_path="Other one"')}`)
  assert.equal(other.server.schema, 'Other one')
  assert.equal(await migrate(other, [FIRST, SECOND], 1_000), 2)
  assert.deepEqual(await rows(other, 'SELECT s FROM a'), [['Other one']])
})
