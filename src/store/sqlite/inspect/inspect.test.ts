import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { addSource, conformanceDefinitions, freshFolder, source } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'
import { fingerprint, holdWriteLock, startChild } from '../testing/index.ts'
import type { Inspection } from '../../finding.ts'
import { inspectSqlite } from './index.ts'

/** A database that was opened and closed. */
async function freshDatabase(t: TestContext) {
  const folder = freshFolder(t)
  const path = join(folder, 'a.db')
  const store = await openSqlite({ path, definitions: conformanceDefinitions })
  await store.close()
  return { folder, path }
}

function alter(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  // What FTS5 keeps is protected against exactly this.
  db.enableDefensive(false)
  db.exec(sql)
  db.close()
}

function statusOf({ checks }: Inspection, name: string): string | undefined {
  return checks.find((check) => check.name === name)?.status
}

function failed({ checks }: Inspection): readonly string[] {
  return checks.filter(({ status }) => status !== 'ok').map(({ name, status }) => `${name} ${status}`)
}

/** The digest of the database file alone: reading a WAL database may make its -shm and -wal. */
function digestOf(folder: string): string | undefined {
  return fingerprint(folder).find((line) => line.startsWith('a.db '))
}

test('a sound database passes every check and is not altered', async (t) => {
  const { folder, path } = await freshDatabase(t)
  const before = digestOf(folder)
  const quick = await inspectSqlite(path)
  assert.deepEqual(failed(quick), [])
  const names = [
    'file',
    'engine',
    'disk',
    'mode',
    'wal',
    'schema',
    'integrity',
    'search',
    'processes',
    'lock',
  ]
  assert.deepEqual(
    quick.checks.map(({ name }) => name),
    names,
  )
  assert.deepEqual([quick.processes, quick.isReadable], [[], true])
  const full = await inspectSqlite(path, { isFull: true })
  assert.deepEqual(failed(full), [])
  assert.equal(statusOf(full, 'references'), 'ok')
  assert.equal(digestOf(folder), before)
})

test('where there is no database, or only an empty file, that is an error and nothing is made', async (t) => {
  const folder = freshFolder(t)
  await assert.rejects(inspectSqlite(join(folder, 'a.db')), { code: 'NotFound' })
  await assert.rejects(inspectSqlite(join(folder, 'gone', 'a.db')), { code: 'NotFound' })
  assert.deepEqual(readdirSync(folder), [])
  writeFileSync(join(folder, 'a.db'), '')
  await assert.rejects(inspectSqlite(join(folder, 'a.db')), { code: 'NotFound' })
})

test('the file of another program, a text and a folder are failed checks, and nothing is touched', async (t) => {
  const folder = freshFolder(t)
  alter(join(folder, 'other.db'), 'PRAGMA journal_mode = WAL; CREATE TABLE a (x); INSERT INTO a VALUES (1)')
  writeFileSync(join(folder, 'text.db'), 'no database at all, but long enough to have a header'.repeat(100))
  mkdirSync(join(folder, 'folder.db'))
  const before = fingerprint(folder)
  for (const name of ['other.db', 'text.db', 'folder.db']) {
    const found = await inspectSqlite(join(folder, name))
    assert.equal(statusOf(found, 'file'), 'fail', name)
    assert.deepEqual([statusOf(found, 'integrity'), found.isReadable], [undefined, false])
  }
  assert.deepEqual(fingerprint(folder), before)
})

test('damage is a failed check, whatever of the file it hit', async (t) => {
  const { folder, path } = await freshDatabase(t)
  const fd = openSync(path, 'r+')
  // Page 1 stays, so that it is still known as ours; the pages behind it are the tables.
  writeSync(fd, Buffer.alloc(40_000, 0xa5), 0, 40_000, 4096)
  closeSync(fd)
  const before = digestOf(folder)
  const found = await inspectSqlite(path, { isFull: true })
  assert.equal(statusOf(found, 'integrity'), 'fail')
  assert.equal(found.isReadable, false)
  assert.equal(digestOf(folder), before)
})

test('a damaged header behind the mark is a failed check', async (t) => {
  const { path } = await freshDatabase(t)
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.alloc(1_000, 0xa5), 0, 1_000, 100)
  closeSync(fd)
  assert.notDeepEqual(failed(await inspectSqlite(path)), [])
})

test('a damaged full-text index is found', async (t) => {
  const { path } = await freshDatabase(t)
  alter(
    path,
    `INSERT INTO documents_text (rowid, title, text) VALUES (1, 'mill', 'race');
    UPDATE documents_text_data SET block = zeroblob(40) WHERE id > 10`,
  )
  assert.equal(statusOf(await inspectSqlite(path), 'search'), 'fail')
})

test('a row that refers to one that is gone is found by a full inspection', async (t) => {
  const { path } = await freshDatabase(t)
  alter(
    path,
    `PRAGMA foreign_keys = OFF;
    INSERT INTO runs (id, source, state, reason, limits, started_at, finished_at, pages, documents, failed,
      skipped, bytes, position) VALUES ('r', 'gone', 'completed', NULL, '{}', 1, 2, 0, 0, 0, 0, 0, 1)`,
  )
  assert.equal(statusOf(await inspectSqlite(path), 'references'), undefined)
  assert.equal(statusOf(await inspectSqlite(path, { isFull: true }), 'references'), 'fail')
})

test('the schema of a newer Millrace, or another one, is a failed check', async (t) => {
  const { path } = await freshDatabase(t)
  alter(path, "INSERT INTO schema_migrations VALUES (99, 'later', 'x', 1)")
  const newer = await inspectSqlite(path)
  assert.deepEqual(failed(newer), ['schema fail'])
  assert.match(newer.checks.find(({ name }) => name === 'schema')?.detail ?? '', /\[SchemaNewer\]/)
  assert.equal(newer.isReadable, false)
  alter(path, "DELETE FROM schema_migrations WHERE id = 99; UPDATE schema_migrations SET sha256 = 'x'")
  assert.deepEqual(failed(await inspectSqlite(path)), ['schema fail'])
})

test('an older schema is said and not upgraded', async (t) => {
  const { folder, path } = await freshDatabase(t)
  alter(path, 'DELETE FROM schema_migrations')
  const before = digestOf(folder)
  const found = await inspectSqlite(path)
  assert.deepEqual(failed(found), ['schema warn'])
  assert.equal(found.isReadable, false)
  assert.equal(digestOf(folder), before)
})

test('a file that others can read, and a large log, are worth a warning', async (t) => {
  const { path } = await freshDatabase(t)
  chmodSync(path, 0o644)
  assert.deepEqual(failed(await inspectSqlite(path)), ['mode warn'])
  chmodSync(path, 0o600)
  writeFileSync(`${path}-wal`, '')
  truncateSync(`${path}-wal`, 300 * 1024 * 1024)
  assert.deepEqual(failed(await inspectSqlite(path)), ['wal warn'])
})

test('a process at work is seen, also while somebody writes, and so is its death', async (t) => {
  const { folder, path } = await freshDatabase(t)
  const child = startChild(t, 'child-open', [path])
  const id = (await child.line('open ')).slice('open '.length)
  const lock = holdWriteLock(path)
  const alive = await inspectSqlite(path)
  lock.release()
  // The lock is in the hand of a process that never registered, as that of another program would be.
  assert.deepEqual(failed(alive), process.platform === 'linux' ? ['lock warn'] : [])
  const [seen] = alive.processes
  assert.deepEqual([seen?.id, seen?.pid, seen?.isAlive, alive.processes.length], [id, child.pid, true, 1])
  child.kill('SIGKILL')
  await child.ended
  const before = digestOf(folder)
  const after = await inspectSqlite(path)
  assert.deepEqual(failed(after), ['processes warn'])
  assert.deepEqual([after.processes[0]?.id, after.processes[0]?.isAlive], [id, false])
  assert.equal(after.isReadable, true)
  assert.equal(digestOf(folder), before)
})

test('the death of the process that looks into the file is a failed check', async (t) => {
  const { folder, path } = await freshDatabase(t)
  const early = join(folder, 'early.cjs')
  writeFileSync(early, 'process.exit(3)')
  const options = process.env['NODE_OPTIONS']
  process.env['NODE_OPTIONS'] = `--require=${early}`
  t.after(() => {
    if (options === undefined) delete process.env['NODE_OPTIONS']
    else process.env['NODE_OPTIONS'] = options
  })
  const found = await inspectSqlite(path)
  assert.deepEqual(failed(found), ['integrity fail'])
  assert.match(found.checks.at(-1)?.detail ?? '', /exit code 3/)
  assert.equal(found.isReadable, false)
})

test(
  'who reads so old a state that the log can not be emptied is named',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const { path } = await freshDatabase(t)
    await using store = await openSqlite({ path, definitions: conformanceDefinitions })
    await store.commit({ commands: [addSource(source('before'))] })
    const child = startChild(t, 'child-read', [path])
    await child.line('reading')
    await store.commit({ commands: [addSource(source('after'))] })
    const { checks } = await inspectSqlite(path)
    const log = checks.find(({ name }) => name === 'wal')
    const named = new RegExp(`process ${child.pid} \\(.*child-read.*\\) reads a state \\d+ pages back`)
    assert.match(log?.detail ?? '', named)
    child.kill('SIGKILL')
    await child.ended
    const later = await inspectSqlite(path)
    assert.doesNotMatch(later.checks.find(({ name }) => name === 'wal')?.detail ?? '', /pages back/)
  },
)
