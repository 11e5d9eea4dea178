/** A backup is one whole state, whoever writes meanwhile and whoever dies; a restored one is that state. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  addSource,
  allSources,
  conformanceDefinitions as definitions,
  freshFolder,
  source,
} from '../../conformance/index.ts'
import type { CopyProgress, Store } from '../../contract.ts'
import { openSqlite, openSqliteReader, sqliteUpkeep } from '../index.ts'
import { fingerprint, startChild } from '../testing/index.ts'

/** A closed database with some rows. */
async function database(t: TestContext, ...ids: readonly string[]) {
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  await using store = await openSqlite({ path, definitions })
  for (const id of ids) await store.commit({ commands: [addSource(source(id))] })
  return { folder, path, copy: join(folder, 'copy.db'), upkeep: sqliteUpkeep({ path, definitions }) }
}

/** Adds so many rows of 100 kB, as one position each 100. */
async function fill(store: Store, rows: number): Promise<void> {
  for (let from = 0; from < rows; from += 100) {
    const numbers = Array.from({ length: 100 }, (_, n) => from + n)
    const commands = numbers.map((n) => addSource(source(`s${n}`, { kind: 'x'.repeat(50_000) })))
    await store.commit({ commands })
  }
}

async function idsIn(path: string): Promise<readonly string[]> {
  await using reader = await openSqliteReader({ path, definitions })
  return (await reader.read(allSources({}), { deadlineMs: 30_000 })).map((row) => row.id)
}

/** Names without what SQLite keeps beside an open database. */
function names(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => !/-(?:wal|shm)$/.test(name))
}

test('a backup of what nobody has open is one private file whose digest and size are told', async (t) => {
  const { folder, path, copy, upkeep } = await database(t, 'a', 'b')
  const made = await upkeep.backup(copy)
  const [line] = fingerprint(folder)
  assert.equal(line, `copy.db 600 ${made.sha256}`)
  assert.deepEqual([made.file, made.position, made.carrier], [copy, 2, null])
  assert.equal(made.bytes, statSync(copy).size)
  assert.equal(made.bytes % made.filePages, 0)
  assert.deepEqual(await idsIn(copy), ['a', 'b'])
  assert.deepEqual(names(folder), ['copy.db', 'store.db'])
  assert.deepEqual(await idsIn(path), ['a', 'b'])
})

test('a backup takes along what only the log of a killed writer holds', async (t) => {
  const { path, copy, upkeep } = await database(t)
  const child = startChild(t, 'child-write', [path, 'p', '1000000', '4'])
  child.goOn()
  await child.line('ack p-99')
  child.kill('SIGKILL')
  await child.ended
  const acked = child.lines.filter((line) => line.startsWith('ack')).length
  const { position } = await upkeep.backup(copy)
  assert.ok(position >= acked)
  assert.equal((await idsIn(copy)).length, position)
})

test('while one process writes it carries the backup out, and the state is that of one position', async (t) => {
  const { folder, path, copy, upkeep } = await database(t)
  const child = startChild(t, 'child-write', [path, 'p', '1000000', '8'])
  await child.line('open')
  child.goOn()
  await child.line('ack p-500')
  const steps: CopyProgress['step'][] = []
  const made = await upkeep.backup(copy, { onProgress: ({ step }) => steps.push(step) })
  const acked = child.lines.filter((line) => line.startsWith('ack')).length
  child.kill('SIGKILL')
  await child.ended
  assert.notEqual(made.carrier, null)
  assert.ok(made.position > 500 && made.position <= acked + 8, `${made.position} of ${acked}`)
  assert.deepEqual([steps[0], steps.at(-1)], ['asking', 'checking'])
  const ids = await idsIn(copy)
  assert.equal(ids.length, made.position)
  const told = new Map(
    child.lines.map((line) => line.split(' ')).map(([verb, id, at]) => [`${verb} ${id}`, Number(at)]),
  )
  for (const id of ids) assert.ok((told.get(`ack ${id}`) ?? 0) <= made.position, id)
  assert.deepEqual(
    child.lines.filter((line) => line.startsWith('refused')),
    [],
  )
  assert.deepEqual(
    names(folder).filter((name) => name.startsWith('copy')),
    ['copy.db'],
  )
})

test('a store of this very process carries the backup out, and closing it in the middle stops nothing', async (t) => {
  const { path, copy, upkeep } = await database(t)
  const store = await openSqlite({ path, definitions })
  await fill(store, 400)
  assert.equal((await upkeep.backup(copy)).carrier, store.process)
  const closing: Promise<void>[] = []
  const onProgress = ({ step }: CopyProgress) => {
    if (step === 'copying' && closing.length === 0) closing.push(store.close())
  }
  const { position } = await upkeep.backup(copy, { isForced: true, onProgress })
  await Promise.all(closing)
  await store.close()
  assert.equal(position, 4)
  assert.equal((await idsIn(copy)).length, 400)
})

test('a carrier that is killed, or stands still before it took the request, is done without', async (t) => {
  const { path, copy, upkeep } = await database(t)
  {
    await using store = await openSqlite({ path, definitions })
    await fill(store, 300)
  }
  const child = startChild(t, 'child-open', [path])
  await child.line('open')
  const killed = await upkeep.backup(copy, {
    onProgress: ({ step }) => {
      if (step === 'copying') child.kill('SIGKILL')
    },
  })
  await child.ended
  assert.equal((await idsIn(copy)).length, 300)
  assert.equal(killed.position, 3)
  const still = startChild(t, 'child-open', [path])
  await still.line('open')
  still.kill('SIGSTOP')
  const stop = AbortSignal.timeout(1_000)
  await assert.rejects(upkeep.backup(copy, { isForced: true, signal: stop }), { code: 'Aborted' })
  const made = await upkeep.backup(copy, { isForced: true })
  assert.deepEqual([made.carrier, made.position], [null, 3])
})

test('several processes that write at full speed do not keep a backup from ending', async (t) => {
  const { path, copy, upkeep } = await database(t)
  {
    await using store = await openSqlite({ path, definitions })
    await fill(store, 300)
  }
  const children = ['p', 'q', 'r'].map((tag) => startChild(t, 'child-write', [path, tag, '1000000', '8']))
  await Promise.all(children.map((child) => child.line('open')))
  for (const child of children) child.goOn()
  await Promise.all(children.map((child) => child.line('ack')))
  const { position } = await upkeep.backup(copy)
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.map((child) => child.ended))
  assert.equal((await idsIn(copy)).length, position - 3 + 300)
  assert.deepEqual(
    children.flatMap(({ lines }) => lines.filter((line) => line.startsWith('refused'))),
    [],
  )
})

test('whoever asked and is killed leaves no backup under the name, and the next one succeeds', async (t) => {
  const { folder, path, copy, upkeep } = await database(t)
  await using store = await openSqlite({ path, definitions })
  await fill(store, 500)
  for (const step of ['asking', 'copying', 'checking']) {
    const child = startChild(t, 'child-backup', [path, copy])
    await child.line(step)
    child.kill('SIGKILL')
    await child.ended
    assert.equal(existsSync(copy), false, step)
  }
  const { position, carrier } = await upkeep.backup(copy)
  assert.deepEqual([position, carrier], [5, store.process])
  assert.deepEqual(names(folder), ['copy.db', 'store.db', 'store.db-processes'])
  await store.close()
  assert.deepEqual(names(folder), ['copy.db', 'store.db'])
})

test('a name that is taken is refused, and with force only a Millrace database is replaced', async (t) => {
  const { folder, path, copy, upkeep } = await database(t, 'a')
  await upkeep.backup(copy)
  await using store = await openSqlite({ path, definitions })
  await store.commit({ commands: [addSource(source('b'))] })
  await store.close()
  await assert.rejects(upkeep.backup(copy), { code: 'CannotCreate', message: /--force/ })
  assert.deepEqual(await idsIn(copy), ['a'])
  await upkeep.backup(copy, { isForced: true })
  assert.deepEqual(await idsIn(copy), ['a', 'b'])
  const notes = join(folder, 'notes.txt')
  writeFileSync(notes, 'somebody wrote this')
  await assert.rejects(upkeep.backup(notes, { isForced: true }), { code: 'ForeignDatabase' })
  writeFileSync(join(folder, 'log.db-wal'), 'a log that a removed database left')
  await assert.rejects(upkeep.backup(join(folder, 'log.db')), { code: 'CannotCreate', message: /-wal/ })
  assert.deepEqual(
    names(folder).filter((name) => name.includes('part')),
    [],
  )
})

test('the database itself, however it is named, is no place for its backup', async (t) => {
  const { folder, path, upkeep } = await database(t, 'a')
  symlinkSync(path, join(folder, 'link.db'))
  for (const name of ['store.db', 'link.db', 'store.db-wal']) {
    await assert.rejects(upkeep.backup(join(folder, name), { isForced: true }), { code: 'Usage' }, name)
  }
  const part = join(folder, 'x.part')
  const ofPart = sqliteUpkeep({ path: part, definitions })
  await upkeep.backup(part)
  await assert.rejects(ofPart.backup(join(folder, 'x')), { code: 'Usage' })
  assert.deepEqual(await idsIn(part), ['a'])
})

test('a place that is not there, or that has too little room, is told before anything is copied', async (t) => {
  const { folder, upkeep } = await database(t, 'a')
  await assert.rejects(upkeep.backup(join(folder, 'gone', 'copy.db')), { code: 'CannotCreate' })
  await assert.rejects(upkeep.backup('/proc/copy.db'), (error: { code: string }) =>
    ['NoPermission', 'DiskFull', 'CannotCreate'].includes(error.code),
  )
  const missing = sqliteUpkeep({ path: join(folder, 'gone.db'), definitions })
  await assert.rejects(missing.backup(join(folder, 'copy.db')), { code: 'NotFound' })
  assert.deepEqual(names(folder), ['store.db'])
})

test('a disk that fills up during the copy, or is too small before, is an error and nothing is left there', async (t) => {
  const { path, upkeep } = await database(t)
  await using store = await openSqlite({ path, definitions })
  await fill(store, 100)
  const folder = freshFolder(t)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=14m', 'tmpfs', folder]).status !== 0) {
    return t.skip('mounting a small tmpfs needs root')
  }
  using _mounted = { [Symbol.dispose]: () => void spawnSync('umount', ['--lazy', folder]) }
  const onProgress = ({ step }: CopyProgress) => {
    if (step === 'asking') writeFileSync(join(folder, 'ballast'), Buffer.alloc(13_000_000))
  }
  const copy = join(folder, 'copy.db')
  await assert.rejects(upkeep.backup(copy, { onProgress }), { code: 'DiskFull' })
  await assert.rejects(upkeep.backup(copy), { code: 'DiskFull', message: /bytes free/ })
  assert.deepEqual(readdirSync(folder), ['ballast'])
  assert.equal((await store.commit({ commands: [addSource(source('after'))] })).position, 2)
})

test('a stopped backup leaves nothing, and two at once are not made', async (t) => {
  const { folder, path, copy, upkeep } = await database(t, 'a')
  const stop = new AbortController()
  const stopped = upkeep.backup(copy, { signal: stop.signal, onProgress: () => stop.abort() })
  await assert.rejects(stopped, { code: 'Aborted' })
  assert.deepEqual(names(folder), ['store.db'])
  const first = upkeep.backup(copy)
  await assert.rejects(upkeep.backup(join(folder, 'other.db')), { code: 'Busy', message: /another backup/ })
  await first
  assert.deepEqual(await idsIn(path), ['a'])
})

test('a damaged database is not backed up as if it were sound', async (t) => {
  const { folder, path, copy, upkeep } = await database(t, 'a')
  const file = openSync(path, 'r+')
  // Behind the page that makes it ours.
  writeSync(file, Buffer.alloc(40_000, 0xa5), 0, 40_000, 4_096)
  closeSync(file)
  await assert.rejects(upkeep.backup(copy), { code: 'Corrupt', message: /doctor/ })
  assert.deepEqual(names(folder), ['store.db'])
})
