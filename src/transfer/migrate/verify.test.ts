/** A comparison finds one wrong bit, one row too few and one too many, and says where. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Client } from 'pg'
import { freshDatabase } from '../../../test/postgres/index.ts'
import { fillFile } from './testing/index.ts'
import { freshFiles, moveStore, verifyStores } from './testing/index.ts'

/** Runs SQL on a server as somebody who may do anything. */
async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows as readonly Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

test('one flipped bit in a file is found and named by table, key and column', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 400, seed: 21 })
  await moveStore(from, to)
  const key = '5'.repeat(64)
  for (const path of [from, to]) {
    using db = new DatabaseSync(path)
    db.prepare('INSERT INTO raw_bodies VALUES (?, 4, ?, ?, 1)').run(key, 'none', Buffer.from('cafe'))
  }
  assert.equal((await verifyStores(from, to)).outcome, 'equal')
  using db = new DatabaseSync(to)
  db.prepare('UPDATE raw_bodies SET body = ? WHERE sha256 = ?').run(Buffer.from('cage'), key)
  const report = await verifyStores(from, to)
  assert.deepEqual(
    [report.outcome, report.root, report.differenceCount, report.differences],
    [
      'different',
      null,
      1,
      [{ table: 'raw_bodies', key: [key], column: 'body', from: "x'63616665'", to: "x'63616765'" }],
    ],
  )
  const wrong = report.tables.filter(({ rootFrom, rootTo }) => rootFrom !== rootTo)
  assert.deepEqual(
    wrong.map(({ table }) => table),
    ['raw_bodies'],
  )
})

test('one flipped bit in Postgres is found, whichever side it is', async (t) => {
  const { from } = freshFiles(t)
  const server = await freshDatabase(t)
  await fillFile(from, { rows: 200, seed: 22 })
  await moveStore(from, server)
  assert.equal((await verifyStores(from, server)).outcome, 'equal')
  const [row] = await ask(
    server,
    'UPDATE pages SET status = status # 1024 WHERE id = (SELECT max(id) FROM pages) RETURNING id',
  )
  for (const [one, other] of [
    [from, server],
    [server, from],
  ] as const) {
    const { outcome, differenceCount, differences } = await verifyStores(one, other)
    assert.deepEqual([outcome, differenceCount], ['different', 1])
    const [found] = differences
    assert.deepEqual([found?.table, found?.key, found?.column], ['pages', [row?.['id']], 'status'])
    assert.equal(Math.abs(Number(found?.from) - Number(found?.to)), 1024)
  }
})

test('a row that is missing, one that is too much and one after the last are found', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 100, seed: 23 })
  await moveStore(from, to)
  using db = new DatabaseSync(to)
  const [first] = db.prepare('SELECT min(number) AS n FROM fingerprints').all().flatMap(Object.values)
  db.exec(`DELETE FROM fingerprints WHERE number = ${String(first)};
    INSERT INTO fingerprints VALUES (${Number(first) + 1}, 1, 2, 3, 4, 5, 6), (9000000000000000000, 2, 2, 3, 4, 5, 6)`)
  const { differences } = await verifyStores(from, to)
  assert.deepEqual(
    differences.map(({ key, column, from: one, to: other }) => [key[0], column, one, other]),
    [
      [String(first), null, 'the row', null],
      [String(Number(first) + 1), null, null, 'the row'],
      ['9000000000000000000', null, null, 'the row'],
    ],
  )
})

test('values that read alike are not taken for equal', async (t) => {
  const { from, to } = freshFiles(t)
  await fillFile(from, { rows: 20, seed: 24 })
  using one = new DatabaseSync(from)
  // Nothing else in the table must be read exactly.
  one.exec("UPDATE commits SET position = 1, at = 1, results = CAST(x'efbfbd' AS TEXT)")
  await moveStore(from, to)
  using other = new DatabaseSync(to)
  for (const [column, value] of [
    ['results', "CAST(x'ff' AS TEXT)"],
    ['results', "CAST(x'efbfbd00' AS TEXT)"],
    ['at', '9007199254740993'],
  ] as const) {
    other.exec(`UPDATE commits SET ${column} = ${value} WHERE key = (SELECT min(key) FROM commits)`)
    const { differences } = await verifyStores(from, to)
    assert.deepEqual(
      differences.map((found) => found.column),
      [column],
    )
    other.exec("UPDATE commits SET at = 1, results = CAST(x'efbfbd' AS TEXT)")
  }
  one.exec('UPDATE commits SET at = 9007199254740992')
  other.exec('UPDATE commits SET at = 9007199254740993')
  assert.equal((await verifyStores(from, to)).differenceCount, 20)
})

test('what numbers new rows on Postgres begins above the highest number that came', async (t) => {
  const { from } = freshFiles(t)
  const server = await freshDatabase(t)
  await fillFile(from, { rows: 100, seed: 25 })
  await moveStore(from, server)
  using db = new DatabaseSync(from)
  const highest = Number(db.prepare('SELECT max(number) AS n FROM fingerprints').get()?.['n'])
  const [added] = await ask(
    server,
    'INSERT INTO fingerprints (algorithm, a, b, c, d) VALUES (99, 1, 1, 1, 1) RETURNING number',
  )
  assert.equal(Number(added?.['number']), highest + 1)
})

test('Postgres has its indexes, references and full text back', async (t) => {
  const { from } = freshFiles(t)
  const [server, fresh] = [await freshDatabase(t), await freshDatabase(t)]
  await fillFile(from, { rows: 700, seed: 26 })
  await moveStore(from, server)
  const { from: empty } = freshFiles(t)
  await fillFile(empty, { rows: 0, seed: 1 })
  await moveStore(empty, fresh)
  const schema = `SELECT indexdef AS made FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1`
  assert.deepEqual(await ask(server, schema), await ask(fresh, schema))
  const [counts] = await ask(
    server,
    'SELECT (SELECT count(*) FROM documents_text) = (SELECT count(*) FROM indexed) AS same, (SELECT count(*) FROM indexed) > 600 AS many',
  )
  assert.deepEqual(counts, { same: true, many: true })
})
