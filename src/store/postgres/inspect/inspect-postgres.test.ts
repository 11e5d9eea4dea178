/** Inspections of real databases: sound ones, ones that others hold up, and damaged ones. */
import assert from 'node:assert/strict'
import { openSync, closeSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { freshDatabase, startPostgres } from '../../../../test/postgres/index.ts'
import type { Inspection } from '../../finding.ts'
import { connectorOf } from '../connect/index.ts'
import { migrate, migrations } from '../migrations/index.ts'
import { inspectPostgres, livingAmong, watchPostgres } from './index.ts'

async function madeDatabase(t: TestContext): Promise<string> {
  const url = await freshDatabase(t)
  await make(url)
  return url
}

async function make(url: string): Promise<void> {
  const connector = connectorOf({ url })
  await migrate(await connector.connect('write'), migrations, 0)
  await connector.close()
}

/** A session of somebody's, which ends with the test. */
async function sessionOf(t: TestContext, url: string, name: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: name })
  // The database goes before the session does.
  client.on('error', () => undefined)
  await client.connect()
  t.after(() => client.end())
  return client
}

function statusOf({ checks }: Inspection, name: string): string {
  const found = checks.find((check) => check.name === name) ?? assert.fail(`no check ${name}`)
  return `${found.status}: ${found.detail}${found.advice === null ? '' : ` -> ${found.advice}`}`
}

test('where there is nothing, there is nothing to look at, and where others are, no more is said', async (t) => {
  const url = await freshDatabase(t)
  await assert.rejects(inspectPostgres({ url }, { isFull: false }), {
    code: 'NotFound',
    message: /crawl something/,
  })
  const other = await sessionOf(t, url, 'other')
  await other.query('CREATE TABLE orders (id int)')
  const found = await inspectPostgres({ url }, { isFull: true })
  assert.deepEqual(
    [found.isReadable, found.checks.map(({ name }) => name)],
    [false, ['server', 'durability', 'schema']],
  )
  assert.match(statusOf(found, 'schema'), /^fail: .*\[ForeignDatabase\]/)
})

test('a sound database is sound in every check, and others keep tables of their own beside ours', async (t) => {
  const url = await madeDatabase(t)
  const other = await sessionOf(t, url, 'other')
  await other.query('CREATE TABLE orders (id int, name text)')
  const found = await inspectPostgres({ url }, { isFull: true })
  assert.equal(found.isReadable, true)
  const odd = found.checks.filter(({ status, name }) => status !== 'ok' && name !== 'durability')
  assert.deepEqual(odd, [])
  // The server of the tests does not sync.
  assert.match(statusOf(found, 'durability'), /^warn: fsync off, full_page_writes on/)
  assert.match(statusOf(found, 'integrity'), /^ok: every value of \d+ rows in 25 tables was read/)
})

test('a process lives as long as its session holds the lock of its id', async (t) => {
  const url = await madeDatabase(t)
  const keeper = await sessionOf(t, url, 'millrace alive')
  await keeper.query(
    `INSERT INTO processes VALUES ('alive', 11, 'here', 'crawl a', 1), ('lost', 12, 'there', 'crawl b', 2)`,
  )
  await keeper.query(`SELECT pg_advisory_lock(hashtextextended('alive', 0))`)
  const found = await inspectPostgres({ url }, { isFull: false })
  assert.deepEqual(
    found.processes.map(({ id, isAlive }) => [id, isAlive]),
    [
      ['alive', true],
      ['lost', false],
    ],
  )
  const expected = 'warn: at work: 11 on here (crawl a); ended without closing: 12 on there (crawl b)'
  assert.ok(statusOf(found, 'processes').startsWith(expected))
  assert.match(statusOf(found, 'connections'), /, 1 of them by 1 processes of Millrace$/)
  assert.deepEqual(await livingAmong({ url }, ['lost', 'alive', 'nobody']), new Set(['alive']))
})

test('who keeps writers waiting is named, with how to end it where it is none of ours', async (t) => {
  const url = await madeDatabase(t)
  const holder = await sessionOf(t, url, 'psql')
  const writer = await sessionOf(t, url, 'millrace writer')
  await holder.query('BEGIN')
  await holder.query(`SELECT value FROM counters WHERE name = 'position' FOR UPDATE`)
  const waiting = writer.query(`UPDATE counters SET value = 1 WHERE name = 'position'`)
  const watch = await watchPostgres({ url })
  t.after(() => watch[Symbol.asyncDispose]())
  let others = (await watch.look()).others
  while (!others.some(({ application }) => application === 'psql')) others = (await watch.look()).others
  const found = await inspectUntil(url, (one) => statusOf(one, 'lock') !== 'ok: nobody waits for long')
  const pid = others.find(({ application }) => application === 'psql')?.pid
  assert.match(
    statusOf(found, 'lock'),
    new RegExp(
      `^warn: session ${pid} \\(psql, .*idle in transaction\\) holds what 1 wait for.*terminate_backend\\(${pid}\\)`,
    ),
  )
  await holder.query('ROLLBACK')
  await waiting
  const after = await inspectPostgres({ url }, { isFull: false })
  assert.equal(statusOf(after, 'lock'), 'ok: nobody waits for long')
  assert.equal((await watch.look()).position, 1)
})

/** The one that waits may not have come that far. */
async function inspectUntil(url: string, isIt: (found: Inspection) => boolean): Promise<Inspection> {
  for (;;) {
    const found = await inspectPostgres({ url }, { isFull: false })
    if (isIt(found)) return found
  }
}

test('an index that was left half made, and text in another order, are failures', async (t) => {
  const url = await madeDatabase(t)
  const other = await sessionOf(t, url, 'other')
  await other.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'jobs_ready'::regclass`)
  await other.query('ALTER TABLE lanes ALTER COLUMN wait_reason TYPE text COLLATE "default"')
  const found = await inspectPostgres({ url }, { isFull: false })
  assert.match(statusOf(found, 'indexes'), /^fail: not valid: index jobs_ready -> REINDEX/)
  assert.match(statusOf(found, 'text'), /^fail: of another collation than C: lanes\.wait_reason/)
})

test('a step of the schema that this Millrace does not know is told, and nothing is read by it', async (t) => {
  const url = await madeDatabase(t)
  const other = await sessionOf(t, url, 'other')
  await other.query(`INSERT INTO schema_migrations VALUES (99, 'later', 'x', 0)`)
  const found = await inspectPostgres({ url }, { isFull: true })
  assert.equal(found.isReadable, false)
  assert.match(statusOf(found, 'schema'), /^fail: .*\[SchemaNewer\]/)
})

test('a page that the disk damaged is found by reading everything, and only then', async (t) => {
  const server = await startPostgres()
  t.after(() => server.end())
  const url = server.url()
  await make(url)
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`INSERT INTO raw_bodies SELECT i::text, 8000, 'none', string_agg(sha256((i * j)::text::bytea), ''), 1
    FROM generate_series(1, 50) AS i, generate_series(1, 250) AS j GROUP BY i`)
  const { rows } = await client.query<{ path: string }>(
    `SELECT pg_relation_filepath(reltoastrelid) AS path FROM pg_class WHERE relname = 'raw_bodies'`,
  )
  await client.end()
  await server.stop()
  flipBit(join(server.dataFolder, rows[0]?.path ?? ''), 5 * 8_192 + 4_000)
  await server.start()
  const quick = await inspectPostgres({ url }, { isFull: false })
  assert.match(statusOf(quick, 'pages'), /^ok: they have checksums, and none was found wrong/)
  const full = await inspectPostgres({ url }, { isFull: true })
  assert.match(statusOf(full, 'integrity'), /^fail: raw_bodies: .*damaged/)
})

function flipBit(file: string, at: number): void {
  const descriptor = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(descriptor, byte, 0, 1, at)
  writeSync(descriptor, Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at)
  closeSync(descriptor)
}
