/** A person's own SQL: one statement that only reads, in chunks with a header, until a deadline. */
import assert from 'node:assert/strict'
import type { SqlChunk, Store } from '../contract.ts'
import type { Cases } from './bench.ts'
import { addSource, allSources, source } from './declared.ts'

async function chunksOf(store: Store, text: string, deadlineMs = 30_000): Promise<readonly SqlChunk[]> {
  const chunks: SqlChunk[] = []
  for await (const chunk of store.sql(text, { deadlineMs })) chunks.push(chunk)
  return chunks
}

async function rowsOf(store: Store, text: string) {
  return (await chunksOf(store, text)).flatMap((chunk) => chunk.rows)
}

/** A person's statements. */
export const sqlCases: Cases = {
  async 'a statement sees what was acknowledged, and its columns are named'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource.all([source('b'), source('a')])] })
    assert.deepEqual(await chunksOf(store, 'SELECT id, created_at AS made FROM sources ORDER BY id;'), [
      {
        columns: ['id', 'made'],
        rows: [
          ['a', 1_000],
          ['b', 1_000],
        ],
      },
    ])
  },

  async 'an empty result still has its columns'(bench) {
    await using store = await bench.open()
    const chunks = await chunksOf(store, 'SELECT id, kind FROM sources')
    assert.deepEqual(chunks, [{ columns: ['id', 'kind'], rows: [] }])
  },

  async 'a long result comes in chunks, whole and in order'(bench) {
    await using store = await bench.open()
    const ids = Array.from({ length: 1_201 }, (_, n) => `s${String(n).padStart(4, '0')}`)
    await store.commit({ commands: [addSource.all(ids.map((id) => source(id)))] })
    const chunks = await chunksOf(store, 'SELECT id FROM sources ORDER BY id')
    assert.ok(chunks.length > 1)
    assert.deepEqual(
      chunks.flatMap((chunk) => chunk.rows.map(([id]) => id)),
      ids,
    )
    assert.ok(chunks.every((chunk) => chunk.columns[0] === 'id'))
  },

  async 'whoever has seen enough can leave'(bench) {
    await using store = await bench.open()
    const ids = Array.from({ length: 1_201 }, (_, n) => `s${n}`)
    await store.commit({ commands: [addSource.all(ids.map((id) => source(id)))] })
    for await (const chunk of store.sql('SELECT id FROM sources', { deadlineMs: 30_000 })) {
      assert.ok(chunk.rows.length > 0)
      break
    }
  },

  async 'integers keep all their digits, and null is null'(bench) {
    await using store = await bench.open()
    const rows = await rowsOf(
      store,
      'SELECT 9007199254740993, 9007199254740991, -9007199254740993, NULL, 1.5',
    )
    assert.deepEqual(rows, [[9007199254740993n, 9007199254740991, -9007199254740993n, null, 1.5]])
  },

  async 'what is not one statement that reads is refused as Usage, and changes nothing'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const refused = [
      '',
      '-- only a comment',
      'nonsense',
      'SELECT nothing_like_it FROM sources',
      'SELECT 1; SELECT 2',
      'SELECT 1; DELETE FROM sources',
      'DELETE FROM sources',
      'DELETE FROM sources RETURNING id',
      "UPDATE sources SET kind = 'x' RETURNING id",
      'DROP TABLE sources',
      'BEGIN',
    ]
    for (const text of refused)
      await assert.rejects(rowsOf(store, text), { code: 'Usage', applied: 'no' }, text)
    assert.equal((await store.read(allSources({}))).length, 1)
  },

  async 'a statement may end in semicolons and comments'(bench) {
    await using store = await bench.open()
    assert.deepEqual(await rowsOf(store, 'SELECT 1; -- one'), [[1]])
    assert.deepEqual(await rowsOf(store, 'SELECT 1 ; /* one\n -- */ ;'), [[1]])
  },

  async 'a statement without end is ended at its deadline, and the store goes on'(bench) {
    await using store = await bench.open()
    const endless = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
      SELECT count(*) FROM numbers`
    await assert.rejects(chunksOf(store, endless, 300), { code: 'Timeout', applied: 'no', message: /300 ms/ })
    await store.commit({ commands: [addSource(source('a'))] })
    assert.equal((await store.read(allSources({}))).length, 1)
  },
}
