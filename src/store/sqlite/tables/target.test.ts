/** What a target keeps of a move and the rows it is about stand or fall together. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { freshFolder } from '../../conformance/index.ts'
import { RowWriter } from '../../portable/index.ts'
import { openSqlite } from '../index.ts'
import { openSqliteSource, openSqliteTarget } from './index.ts'

const EVERYTHING = { after: null, upTo: null }
const clock = { now: () => 1 }

/** A row of `indexed`. */
function row(key: string) {
  const writer = new RowWriter()
  writer.row(2)
  writer.int(7)
  writer.text(key)
  return { rows: 1, bytes: writer.take() }
}

function countIn(path: string): unknown {
  using db = new DatabaseSync(path)
  return db.prepare('SELECT (SELECT count(*) FROM indexed) AS rows, mark FROM moves').get()
}

test('rows whose mark can not be kept are not kept, nor is a mark whose rows are refused', async (t) => {
  const path = join(freshFolder(t), 'to.db')
  const target = openSqliteTarget(path, clock)
  t.after(() => target.close())
  await target.begin({ mark: '"begun"', found: null, position: 0 })
  await target.apply([{ table: 'indexed', replaces: null, rows: row('a') }], '"one"')
  assert.deepEqual({ ...(countIn(path) as object) }, { rows: 1, mark: '"one"' })
  await assert.rejects(target.apply([{ table: 'indexed', replaces: null, rows: row('a') }], '"two"'), {
    code: 'Constraint',
  })
  assert.deepEqual({ ...(countIn(path) as object) }, { rows: 1, mark: '"one"' })
  using db = new DatabaseSync(path)
  db.exec("CREATE TRIGGER refuse BEFORE UPDATE ON moves BEGIN SELECT RAISE(ABORT, 'no'); END")
  await assert.rejects(target.apply([{ table: 'indexed', replaces: EVERYTHING, rows: row('b') }], '"two"'))
  db.exec('DROP TRIGGER refuse')
  assert.deepEqual({ ...(countIn(path) as object) }, { rows: 1, mark: '"one"' })
  assert.equal(db.prepare('SELECT url_key FROM indexed').get()?.['url_key'], 'a')
})

test('two moves into one file at once are one too many', async (t) => {
  const path = join(freshFolder(t), 'to.db')
  const [one, other] = [openSqliteTarget(path, clock), openSqliteTarget(path, clock)]
  t.after(async () => [await one.close(), await other.close()])
  await one.begin({ mark: '"begun"', found: null, position: 0 })
  await assert.rejects(other.begin({ mark: '"begun"', found: null, position: 0 }), {
    code: 'Busy',
    message: /another move/,
  })
})

test('a source sees what was written a moment ago, whatever it met before', async (t) => {
  const path = join(freshFolder(t), 'from.db')
  await (await openSqlite({ path, definitions: [] })).close()
  using db = new DatabaseSync(path)
  db.exec("INSERT INTO indexed VALUES ('big', 9007199254740993), ('small', 1)")
  const source = await openSqliteSource(path)
  t.after(() => source.close())
  const before = await source.digest('indexed', EVERYTHING)
  db.exec("UPDATE indexed SET number = 2 WHERE url_key = 'small'")
  assert.notEqual((await source.digest('indexed', EVERYTHING)).sha256, before.sha256)
})

test('a chunk ends at the same row whether its rows or its digest are asked for', async (t) => {
  const path = join(freshFolder(t), 'from.db')
  await (await openSqlite({ path, definitions: [] })).close()
  using db = new DatabaseSync(path)
  const insert = db.prepare("INSERT INTO raw_bodies VALUES (?, 1, 'none', ?, 1)")
  for (let index = 0; index < 30; index++)
    insert.run(String(index).padStart(64, '0'), Buffer.alloc(200_000, index))
  const source = await openSqliteSource(path)
  t.after(() => source.close())
  const [rows, digest] = [
    await source.read('raw_bodies', EVERYTHING),
    await source.digest('raw_bodies', EVERYTHING),
  ]
  assert.deepEqual([rows.rows, rows.isLast], [6, false])
  assert.deepEqual({ ...digest, bytes: null }, { ...rows, bytes: null })
  const whole = await source.digestAll('raw_bodies', { after: null, upTo: rows.last })
  assert.deepEqual([whole.rows, whole.sha256], [6, rows.sha256])
})
