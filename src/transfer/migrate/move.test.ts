/** A move makes an equal store, says so with a proof, and leaves alone what is none of its business. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sha256 } from '../../model/index.ts'
import { openPostgres, openPostgresReader } from '../../store/postgres/index.ts'
import { openSqlite, openSqliteReader } from '../../store/sqlite/index.ts'
import { freshDatabase } from '../../../test/postgres/index.ts'
import { fillFile, rowsOf } from './testing/index.ts'
import { changeRow, freshFiles, moveStore, stoppedAt, undoStore, verifyStores } from './testing/index.ts'

function contentOf(path: string): string {
  return sha256(readFileSync(path))
}

async function openedAndClosed(to: string): Promise<void> {
  const isServer = to.startsWith('postgres')
  const store = isServer
    ? await openPostgres({ url: to, definitions: [] })
    : await openSqlite({ path: to, definitions: [] })
  await store.close()
}

async function readAndClosed(to: string): Promise<void> {
  const isServer = to.startsWith('postgres')
  const reader = isServer
    ? await openPostgresReader({ url: to, definitions: [] })
    : await openSqliteReader({ path: to, definitions: [] })
  await reader.close()
}

function foundIn(path: string): readonly unknown[] {
  using db = new DatabaseSync(path)
  db.exec("INSERT INTO documents_text (documents_text) VALUES ('integrity-check')")
  return db
    .prepare(`SELECT rowid FROM documents_text WHERE documents_text MATCH '"zürich"' ORDER BY rowid`)
    .all()
}

function indexesOf(db: DatabaseSync): readonly unknown[] {
  return db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name").all()
}

test('every row of every table is moved, and the proof of both sides has one root', async (t) => {
  const { from, to } = freshFiles(t)
  const rows = await fillFile(from, { rows: 300, seed: 1 })
  const before = contentOf(from)
  const report = await moveStore(from, to)
  assert.equal(report.outcome, 'equal')
  assert.equal(report.isFinished, true)
  assert.equal(report.rowsCopied, rows)
  assert.ok(report.tables.every(({ chunksAgain }) => chunksAgain === 0))
  using db = new DatabaseSync(to)
  assert.equal(rowsOf(db), rows)
  assert.equal((await verifyStores(from, to)).root, report.root)
  assert.equal(contentOf(from), before)
  assert.equal(existsSync(`${from}-wal`), false)
})

test('there and back, a file is equal to the one it was, and so is the database between them', async (t) => {
  const { from, to } = freshFiles(t)
  const server = await freshDatabase(t)
  await fillFile(from, { rows: 300, seed: 2 })
  const there = await moveStore(from, server)
  const back = await moveStore(server, to)
  assert.deepEqual([there.outcome, back.outcome], ['equal', 'equal'])
  assert.equal(back.root, there.root)
  assert.equal((await verifyStores(from, to)).root, there.root)
  assert.deepEqual(
    back.tables.map(({ table, chunks, bytes }) => [table, chunks, bytes]),
    there.tables.map(({ table, chunks, bytes }) => [table, chunks, bytes]),
  )
})

test('from one server to another it is the same', async (t) => {
  const { from } = freshFiles(t)
  const [one, other] = [await freshDatabase(t), await freshDatabase(t)]
  await fillFile(from, { rows: 60, seed: 20 })
  const first = await moveStore(from, one)
  const second = await moveStore(one, other)
  assert.deepEqual([second.outcome, second.root], ['equal', first.root])
  assert.equal((await verifyStores(other, from)).root, first.root)
})

test('full text finds the same on the other side', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 1_200, seed: 3 })
  await moveStore(from, to)
  assert.ok(foundIn(from).length > 100)
  assert.deepEqual(foundIn(to), foundIn(from))
})

test('again, on a pair that is equal, it compares and changes nothing', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 50, seed: 4 })
  const first = await moveStore(from, to)
  const before = contentOf(to)
  const again = await moveStore(from, to)
  assert.equal(again.outcome, 'equal')
  assert.equal(again.root, first.root)
  assert.equal(again.rowsCopied, 0)
  assert.equal(contentOf(to), before)
})

test('what a source goes on to do after a move is finished is taken in by the next one', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 50, seed: 5 })
  const first = await moveStore(from, to)
  changeRow(from, 'later')
  const again = await moveStore(from, to)
  assert.equal(again.outcome, 'equal')
  assert.notEqual(again.root, first.root)
  assert.equal((await verifyStores(from, to)).outcome, 'equal')
})

test('what is written to the source while it is copied is caught up with, row by row', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 200, seed: 6 })
  let wrote = 0
  const report = await moveStore(from, to, {
    onProgress({ step, what }) {
      if (step === 'copying' && what >= 'm' && wrote < 5) changeRow(from, `live ${wrote++}`)
    },
  })
  assert.equal(wrote, 5)
  assert.equal(report.outcome, 'equal')
  const again = report.tables.filter(({ chunksAgain }) => chunksAgain > 0).map(({ table }) => table)
  assert.deepEqual(again, ['changes', 'counters'])
})

test('what changes does not tell of is found by the comparison, and copied again', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 50, seed: 7 })
  let wrote = 0
  const report = await moveStore(from, to, {
    onProgress({ step, what }) {
      if (step !== 'copying' || what !== 'wordpress_items' || wrote++ > 0) return
      using db = new DatabaseSync(from)
      db.exec(
        "UPDATE fingerprints SET cluster = 7; DELETE FROM commits; INSERT INTO indexed VALUES ('new', 1)",
      )
    },
  })
  assert.equal(report.outcome, 'equal')
  const again = report.tables.filter(({ chunksAgain }) => chunksAgain > 0).map(({ table }) => table)
  assert.deepEqual(again, ['commits', 'fingerprints', 'indexed'])
  assert.equal((await verifyStores(from, to)).outcome, 'equal')
})

test('a target in the middle of a move can not be opened, and the same move goes on', async (t) => {
  const { from, to } = freshFiles(t)
  const rows = await fillFile(from, { rows: 200, seed: 8 })
  const stopped = await moveStore(from, to, stoppedAt('copying', 'jobs'))
  assert.equal(stopped.outcome, 'interrupted')
  assert.ok(stopped.rowsCopied > 0 && stopped.rowsCopied < rows)
  await assert.rejects(openedAndClosed(to), { code: 'MoveUnfinished' })
  await assert.rejects(readAndClosed(to), { code: 'MoveUnfinished' })
  await assert.rejects(verifyStores(from, to), { code: 'MoveUnfinished' })
  const rest = await moveStore(from, to)
  assert.equal(rest.outcome, 'equal')
  assert.equal(rest.isResumed, true)
  assert.equal(rest.rowsCopied + stopped.rowsCopied, rows)
  await openedAndClosed(to)
})

test('the same holds in Postgres: closed until it is finished, empty again when it is undone', async (t) => {
  const { from } = freshFiles(t)
  const url = await freshDatabase(t)
  await fillFile(from, { rows: 100, seed: 19 })
  await moveStore(from, url, stoppedAt('comparing', 'jobs'))
  await assert.rejects(openedAndClosed(url), { code: 'MoveUnfinished' })
  await assert.rejects(readAndClosed(url), { code: 'MoveUnfinished' })
  await undoStore(url)
  await assert.rejects(undoStore(url), { code: 'NotFound' })
  const store = await openPostgres({ url, definitions: [] })
  await assert.rejects(moveStore(from, url), { code: 'Busy' })
  await store.close()
  assert.equal((await moveStore(from, url)).outcome, 'equal')
  await openedAndClosed(url)
  assert.equal((await moveStore(from, url)).rowsCopied, 0)
})

test('undone, a target is empty, has its indexes, and takes the next move', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 100, seed: 9 })
  await moveStore(from, to, stoppedAt('comparing', 'jobs'))
  await undoStore(to)
  await openedAndClosed(to)
  using db = new DatabaseSync(to)
  assert.equal(rowsOf(db), 2)
  using origin = new DatabaseSync(from)
  assert.deepEqual(indexesOf(db), indexesOf(origin))
  assert.equal((await moveStore(from, to)).outcome, 'equal')
  await undoStore(to)
  assert.equal(rowsOf(db), 2)
  await assert.rejects(undoStore(to), { code: 'NotFound' })
})

test('a target that holds other data, or was worked with since, is left as it is', async (t) => {
  const { from, to, more } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 10 })
  await fillFile(more, { rows: 20, seed: 11 })
  const before = contentOf(more)
  await assert.rejects(moveStore(from, more), { code: 'CannotCreate' })
  await assert.rejects(undoStore(more), { code: 'NotFound' })
  assert.equal(contentOf(more), before)
  await moveStore(from, to)
  changeRow(to, 'mine')
  changeRow(from, 'theirs')
  await assert.rejects(moveStore(from, to), { code: 'CannotCreate' })
  await assert.rejects(undoStore(to), { code: 'CannotCreate' })
  await openedAndClosed(to)
})

test('a target into which another move went on between the look and the lock is left as that one left it', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 21 })
  for (const target of [to, await freshDatabase(t)]) {
    const overtaken = moveStore(from, target, { afterLook: () => moveStore(from, target) })
    await assert.rejects(overtaken, { code: 'Busy', message: /run the same command again/ })
    await openedAndClosed(target)
    assert.equal((await moveStore(from, target)).rowsCopied, 0)
  }
})

test('a target that somebody has open is refused, and stays open to them', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 12 })
  await using store = await openSqlite({ path: to, definitions: [] })
  await assert.rejects(moveStore(from, to), { code: 'Busy' })
  await openedAndClosed(to)
  assert.equal(await store.position(), 0)
})

test('another source than the one it began with is refused', async (t) => {
  const { from, to, more } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 13 })
  await fillFile(more, { rows: 20, seed: 14 })
  await moveStore(from, to, stoppedAt('copying', 'jobs'))
  await assert.rejects(moveStore(more, to), { code: 'BadInput', message: /began with/ })
})

test('only the tables asked for are moved, and the target is not finished by them', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 50, seed: 15 })
  const some = await moveStore(from, to, { tables: ['jobs', 'lanes'] })
  assert.deepEqual(
    [some.outcome, some.isFinished, some.root, some.tables.map(({ table }) => table)],
    ['equal', false, null, ['jobs', 'lanes']],
  )
  await assert.rejects(openedAndClosed(to), { code: 'MoveUnfinished' })
  const all = await moveStore(from, to)
  assert.deepEqual([all.outcome, all.isFinished], ['equal', true])
  await assert.rejects(moveStore(from, to, { tables: ['jbos'] }), { code: 'Usage', message: /jobs/ })
})

test('a look makes nothing, counts everything and names what would not survive', async (t) => {
  const { from, to } = freshFiles(t)
  const rows = await fillFile(from, { rows: 50, seed: 16 })
  const look = await moveStore(from, to, { isDryRun: true })
  assert.deepEqual([look.outcome, look.preflight?.rows], ['ready', rows])
  assert.ok((look.preflight?.bigIntegers ?? 0) > 0)
  assert.equal(existsSync(to), false)
  using db = new DatabaseSync(from)
  db.exec("UPDATE lanes SET wait_reason = CAST(x'61ff62' AS TEXT) WHERE key = (SELECT max(key) FROM lanes)")
  const key = String(db.prepare('SELECT max(key) AS key FROM lanes').get()?.['key'])
  for (const isDryRun of [true, false]) {
    const refused = await moveStore(from, to, { isDryRun })
    assert.equal(refused.outcome, 'refused')
    assert.deepEqual(refused.preflight?.traps, [
      { table: 'lanes', key: [key], column: 'wait_reason', why: 'text that is not UTF-8' },
    ])
    assert.equal(existsSync(to), false)
  }
})

test('a text with a NUL moves between files and not to Postgres', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 17 })
  const server = await freshDatabase(t)
  using db = new DatabaseSync(from)
  db.prepare('UPDATE runs SET reason = ?').run('a\0b')
  assert.equal((await moveStore(from, to)).outcome, 'equal')
  const refused = await moveStore(from, server)
  assert.equal(refused.outcome, 'refused')
  assert.match(refused.preflight?.traps[0]?.why ?? '', /NUL/)
})

test('jobs in hand are counted, so that nobody is surprised that they are given back', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 18 })
  using db = new DatabaseSync(from)
  db.exec(
    "UPDATE jobs SET state = 'running', process = 'gone', lease_until = 1 WHERE id IN (SELECT id FROM jobs LIMIT 3)",
  )
  const look = await moveStore(from, to, { isDryRun: true })
  assert.equal(look.preflight?.leases, 3)
})
