/** A restored database is the backup and nothing of what was there, and what others have open stays. */
import assert from 'node:assert/strict'
import { closeSync, copyFileSync, existsSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import {
  addSource,
  allSources,
  conformanceDefinitions as definitions,
  freshFolder,
  source,
} from '../../conformance/index.ts'
import { openSqlite, openSqliteReader, sqliteUpkeep } from '../index.ts'
import { fingerprint, startChild } from '../testing/index.ts'

/** A backup with the row 'kept', and a database of another history beside it. */
async function scene(t: TestContext) {
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  const copy = join(folder, 'copy.db')
  const upkeep = sqliteUpkeep({ path, definitions })
  await write(path, 'kept')
  await upkeep.backup(copy)
  await write(path, 'later')
  return { folder, path, copy, upkeep }
}

async function write(path: string, id: string): Promise<void> {
  await using store = await openSqlite({ path, definitions })
  await store.commit({ commands: [addSource(source(id))] })
}

async function idsIn(path: string): Promise<readonly string[]> {
  await using reader = await openSqliteReader({ path, definitions })
  return (await reader.read(allSources({}))).map((row) => row.id)
}

test('a backup is restored elsewhere as it is, and positions go on from there', async (t) => {
  const { folder, copy } = await scene(t)
  const path = join(folder, 'elsewhere.db')
  const made = await sqliteUpkeep({ path, definitions }).restore(copy)
  assert.deepEqual([made.file, made.position, made.carrier], [path, 1, null])
  assert.ok(fingerprint(folder).includes(`elsewhere.db 600 ${made.sha256}`))
  await write(path, 'next')
  assert.deepEqual(await idsIn(path), ['kept', 'next'])
  assert.deepEqual(await idsIn(copy), ['kept'])
})

test('a database that is there is replaced with force only, and its log is not played into the new one', async (t) => {
  const { folder, path, copy, upkeep } = await scene(t)
  const child = startChild(t, 'child-write', [path, 'p', '1000000', '4'])
  child.goOn()
  await child.line('ack p-99')
  child.kill('SIGKILL')
  await child.ended
  assert.ok(existsSync(`${path}-wal`))
  await assert.rejects(upkeep.restore(copy), { code: 'CannotCreate', message: /--force/ })
  await upkeep.restore(copy, { isForced: true })
  assert.deepEqual(readdirSync(folder).sort(), ['copy.db', 'store.db'])
  assert.deepEqual(await idsIn(path), ['kept'])
})

test('a log without its database is no place for another one, and goes with force', async (t) => {
  const { folder, path, copy } = await scene(t)
  const child = startChild(t, 'child-write', [path, 'p', '1000000', '4'])
  child.goOn()
  await child.line('ack p-99')
  child.kill('SIGKILL')
  await child.ended
  const bare = join(folder, 'bare.db')
  copyFileSync(`${path}-wal`, `${bare}-wal`)
  const upkeep = sqliteUpkeep({ path: bare, definitions })
  await assert.rejects(upkeep.restore(copy), { code: 'CannotCreate', message: /bare\.db-wal/ })
  await upkeep.restore(copy, { isForced: true })
  assert.deepEqual(await idsIn(bare), ['kept'])
})

test('a damaged database with its log is replaced', async (t) => {
  const { path, copy, upkeep } = await scene(t)
  const child = startChild(t, 'child-write', [path, 'p', '1000000', '4'])
  child.goOn()
  await child.line('ack p-99')
  child.kill('SIGKILL')
  await child.ended
  damage(path)
  await upkeep.restore(copy, { isForced: true })
  assert.deepEqual(await idsIn(path), ['kept'])
})

test('what a process has open, to write or to read, is not replaced, and the writer is named', async (t) => {
  const { path, copy, upkeep } = await scene(t)
  const child = startChild(t, 'child-open', [path])
  await child.line('open')
  await assert.rejects(upkeep.restore(copy, { isForced: true }), {
    code: 'Busy',
    message: new RegExp(`${child.pid} \\(millrace\\)`),
  })
  child.goOn()
  await child.line('closed')
  const reader = new DatabaseSync(path)
  reader.prepare('SELECT count(*) FROM sources').get()
  await assert.rejects(upkeep.restore(copy, { isForced: true }), { code: 'Busy' })
  reader.close()
  assert.deepEqual(await idsIn(path), ['kept', 'later'])
  await upkeep.restore(copy, { isForced: true })
  assert.deepEqual(await idsIn(path), ['kept'])
})

test('who was at work when the backup was made is lost in what is restored', async (t) => {
  const { folder, path, upkeep } = await scene(t)
  await using working = await openSqlite({ path, definitions })
  const busy = join(folder, 'busy.db')
  assert.equal((await upkeep.backup(busy)).carrier, working.process)
  const elsewhere = join(folder, 'elsewhere.db')
  await sqliteUpkeep({ path: elsewhere, definitions }).restore(busy)
  await using store = await openSqlite({ path: elsewhere, definitions })
  assert.deepEqual(await store.lostProcesses(), [{ id: working.process, pid: process.pid }])
  assert.deepEqual(await working.lostProcesses(), [])
})

test('what is no sound backup of ours, or a newer one, is refused and leaves everything as it was', async (t) => {
  const { folder, path, copy, upkeep } = await scene(t)
  const text = join(folder, 'text.db')
  writeFileSync(text, 'no database at all, but long enough to have a header'.repeat(100))
  const damaged = join(folder, 'damaged.db')
  copyFileSync(copy, damaged)
  damage(damaged)
  const newer = join(folder, 'newer.db')
  copyFileSync(copy, newer)
  const db = new DatabaseSync(newer)
  db.exec("INSERT INTO schema_migrations VALUES (99, 'later', 'x', 1)")
  db.close()
  const before = fingerprint(folder)
  const refusals = {
    'gone.db': 'NotFound',
    'text.db': 'ForeignDatabase',
    'damaged.db': 'Corrupt',
    'newer.db': 'SchemaNewer',
  }
  for (const [name, code] of Object.entries(refusals)) {
    await assert.rejects(upkeep.restore(join(folder, name), { isForced: true }), { code }, name)
  }
  await assert.rejects(upkeep.restore(path, { isForced: true }), { code: 'Usage' })
  assert.deepEqual(fingerprint(folder), before)
})

/** Leaves the page that makes it ours. */
function damage(path: string): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(40_000, 0xa5), 0, 40_000, 4_096)
  closeSync(file)
}
