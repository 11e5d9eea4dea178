/** A database can be made, and a making that was killed at any instant can be taken up again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import {
  addSource,
  allSources,
  conformanceDefinitions,
  freshFolder,
  source,
} from '../../conformance/index.ts'
import { APPLICATION_ID } from './engine-gate.ts'
import { openSqlite, openSqliteReader } from '../index.ts'
import { fingerprint, startChild } from '../testing/index.ts'

const definitions = conformanceDefinitions
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

test('a new file is readable by its owner only, and so is what SQLite keeps beside it', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions })
  await store.commit({ commands: [addSource(source('a'))] })
  const modes = [path, `${path}-wal`, `${path}-shm`, `${path}-processes`].map(
    (file) => statSync(file).mode & 0o777,
  )
  assert.deepEqual(modes, [0o600, 0o600, 0o600, 0o700])
})

test('a closed store is one file', async (t) => {
  const folder = freshFolder(t)
  await using store = await openSqlite({ path: join(folder, 'store.db'), definitions })
  await store.commit({ commands: [addSource(source('a'))] })
  await store.close()
  assert.deepEqual(names(folder), ['store.db'])
})

test('a path is understood from the current folder, once', async (t) => {
  const folder = freshFolder(t)
  const before = process.cwd()
  process.chdir(dirname(folder))
  await using store = await openSqlite({ path: join(basename(folder), 'ä ?#%.db'), definitions })
  process.chdir(before)
  await store.commit({ commands: [addSource(source('a'))] })
  assert.equal((await store.read(allSources({}))).length, 1)
  await store.close()
  assert.deepEqual(names(folder), ['ä ?#%.db'])
})

const HALF_MADE: Readonly<Record<string, (path: string) => void>> = {
  'an empty file': (path) => writeFileSync(path, ''),
  'a file with our mark alone': (path) => run(path, `PRAGMA application_id = ${APPLICATION_ID}`),
  'a file with our mark in WAL mode': (path) =>
    run(path, `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = WAL`),
  'a file whose mark is still to be undone by its journal'(path) {
    run(path, `PRAGMA application_id = ${APPLICATION_ID}`)
    writeFileSync(`${path}-journal`, journalOfAnEmptyFile())
  },
}

for (const [what, make] of Object.entries(HALF_MADE)) {
  test(`${what} becomes a database that opens again`, async (t) => {
    const path = join(freshFolder(t), 'store.db')
    make(path)
    await using first = await openSqlite({ path, definitions })
    await first.commit({ commands: [addSource(source('a'))] })
    await first.close()
    await using second = await openSqlite({ path, definitions })
    assert.equal((await second.read(allSources({}))).length, 1)
  })
}

test('a database whose checkpoint was killed after its first page opens with all its rows', async (t) => {
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  // More rows than it gets to write, so that it is killed at work and not after a clean close.
  const child = startChild(t, 'child-write', [path, 'row', '1000000', '50'])
  child.goOn()
  await child.line('ack row-299')
  child.kill('SIGKILL')
  await child.ended
  killCheckpointAfterFirstPage(folder, path)
  const acked = child.lines.filter((line) => line.startsWith('ack')).length
  await using reader = await openSqliteReader({ path, definitions })
  assert.ok((await reader.read(allSources({}))).length >= acked)
  await reader.close()
  await using store = await openSqlite({ path, definitions })
  assert.ok((await store.read(allSources({}))).length >= acked)
})

test('who may not write in the folder is told which folder', async (t) => {
  if (!canRunAs(t)) return
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  chmodSync(folder, 0o555)
  const line = await openAsNobody(t, path)
  chmodSync(folder, 0o755)
  assert.match(line, /^refused NoPermission no permission to write in the folder /)
  assert.ok(line.includes(folder))
  assert.deepEqual(fingerprint(folder), [])
})

test('who may not read or not write the file is told which file, and nothing is left beside it', async (t) => {
  if (!canRunAs(t)) return
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  await (await openSqlite({ path, definitions })).close()
  chmodSync(folder, 0o777)
  const lines = []
  for (const mode of [0o444, 0o000]) {
    chmodSync(path, mode)
    lines.push(await openAsNobody(t, path))
  }
  chmodSync(path, 0o600)
  for (const line of lines)
    assert.ok(line.startsWith(`refused NoPermission no permission to read and write ${path}`), line)
  assert.deepEqual(names(folder), ['store.db'])
})

/** Root may do anything, so the child is nobody. */
function canRunAs(t: TestContext): boolean {
  if (!isRoot) return true
  const script = `require('node:fs').readFileSync(${JSON.stringify(import.meta.filename)})`
  const canRead = spawnSync(process.execPath, ['-e', script], { uid: NOBODY }).status === 0
  if (!canRead) t.skip('the user nobody may not read this checkout')
  return canRead
}

async function openAsNobody(t: TestContext, path: string): Promise<string> {
  const child = startChild(t, 'child-open', [path], isRoot ? { uid: NOBODY } : {})
  const line = await Promise.race([child.line('refused'), child.line('open')])
  child.goOn()
  await child.ended
  return line
}

function run(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

function names(folder: string): readonly string[] {
  return fingerprint(folder).map((line) => line.replace(/ \d+ [0-9a-f]{64}$/, ''))
}

/** A hot journal (sqlite.org/fileformat.html section 3) that says: before this transaction the file had 0 pages. */
function journalOfAnEmptyFile(): Buffer {
  const header = Buffer.alloc(512)
  header.write('d9d505f920a163d7', 0, 'hex')
  header.writeUInt32BE(512, 20)
  header.writeUInt32BE(4_096, 24)
  return header
}

/** A checkpoint writes the pages in order, and the first one says how many there are. */
function killCheckpointAfterFirstPage(folder: string, path: string): void {
  const copy = join(folder, 'copy.db')
  copyFileSync(path, copy)
  copyFileSync(`${path}-wal`, `${copy}-wal`)
  run(copy, 'PRAGMA wal_checkpoint(TRUNCATE)')
  const whole = readFileSync(copy)
  assert.ok(whole.length > statSync(path).size, 'the log holds pages that the file lacks')
  const file = openSync(path, 'r+')
  writeSync(file, whole, 0, 4_096, 0)
  closeSync(file)
}
