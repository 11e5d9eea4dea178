/** A person's own SQL: one statement that only reads, in chunks with a header, until a deadline. */
import assert from 'node:assert/strict'
import type { SqlChunk, Store } from '../contract.ts'
import type { Cases } from './bench.ts'
import { addSource, allSources, putBody, source } from './declared.ts'

async function chunksOf(store: Store, text: string, deadlineMs = 30_000): Promise<readonly SqlChunk[]> {
  const chunks: SqlChunk[] = []
  for await (const chunk of store.sql(text, { deadlineMs })) chunks.push(chunk)
  return chunks
}

async function rowsOf(store: Store, text: string) {
  return (await chunksOf(store, text)).flatMap((chunk) => chunk.rows)
}

const refused = [
  '',
  '-- only a comment',
  'nonsense',
  'SELECT nothing_like_it FROM sources',
  'SELECT 1; SELECT 2',
  'SELECT 1; DELETE FROM sources',
  'COMMIT; DELETE FROM sources',
  'SELECT 1; COMMIT; DELETE FROM sources; --',
  'DELETE FROM sources',
  'DELETE FROM sources RETURNING id',
  "UPDATE sources SET kind = 'x' RETURNING id",
  'WITH gone AS (DELETE FROM sources RETURNING id) SELECT id FROM gone',
  'INSERT INTO lanes SELECT * FROM lanes RETURNING key',
  'SELECT id INTO copied FROM sources',
  'SELECT id FROM sources FOR UPDATE',
  'CREATE TEMP TABLE mine AS SELECT 1 AS a',
  'DROP TABLE sources',
  'BEGIN',
  "SET search_path TO 'nowhere'",
  'COPY sources TO STDOUT',
  'EXPLAIN ANALYZE DELETE FROM sources',
  'PREPARE mine AS DELETE FROM sources',
  'PRAGMA user_version = 5',
]

/** Postgres knows most of these, and no read-only transaction refuses them. */
const harsh = [
  "SELECT set_config('search_path', 'nowhere', false)",
  "SELECT set_config('default_transaction_read_only', 'off', false)",
  "SELECT set_config('statement_timeout', '1', false)",
  'SELECT pg_advisory_lock(1)',
  'SELECT pg_terminate_backend(pg_backend_pid())',
  'PRAGMA query_only = 0',
]

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
    for (let n = 0; n < refused.length; n += 4) {
      const some = refused.slice(n, n + 4)
      await Promise.all(
        some.map((text) => assert.rejects(rowsOf(store, text), { code: 'Usage', applied: 'no' }, text)),
      )
    }
    assert.equal((await store.read(allSources({}))).length, 1)
    assert.equal(await store.position(), 1)
    assert.deepEqual(await rowsOf(store, 'SELECT id, kind, position FROM sources'), [['a', 'site', 1]])
  },

  async 'a statement that is hard on its own session harms nobody else'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    // Whether a backend knows these at all is its own affair, and so is what it says of them.
    await Promise.allSettled(harsh.map((text) => rowsOf(store, text)))
    assert.deepEqual(await rowsOf(store, 'SELECT id FROM sources'), [['a']])
    await assert.rejects(rowsOf(store, 'DELETE FROM sources'), { code: 'Usage' })
    await store.commit({ commands: [addSource(source('b'))] })
    assert.equal((await store.read(allSources({}))).length, 2)
  },

  async 'a semicolon, a parameter or a comment within quotes is text'(bench) {
    await using store = await bench.open()
    const text = "SELECT ';', '--', '/*', '''; --', '$$', ':id', '?' -- ; SELECT 2"
    assert.deepEqual(await rowsOf(store, text), [[';', '--', '/*', "'; --", '$$', ':id', '?']])
  },

  async 'values are as they are stored: text escaped, booleans 0 and 1, bytes as bytes'(bench) {
    await using store = await bench.open()
    const body = Uint8Array.from({ length: 256 }, (_, n) => n)
    await store.commit({
      commands: [
        addSource(source('a', { kind: 'a\0\ud800\u001a', seeds: { b: 1, a: ['\0'] } })),
        putBody({ sha256: 'x', bytes: 256, compression: 'none', body }),
      ],
    })
    const stored = await rowsOf(store, 'SELECT kind, seeds, body FROM sources, raw_bodies')
    assert.deepEqual(stored, [['a\u001a0\u001aud800\u001a\u001a', '{"a":["\\u0000"],"b":1}', body]])
    assert.deepEqual(await rowsOf(store, 'SELECT 1 = 1, 1 = 2, EXISTS (SELECT 1)'), [[1, 0, 1]])
  },

  async 'what VALUES and WITH give is read as well'(bench) {
    await using store = await bench.open()
    assert.deepEqual(await rowsOf(store, 'VALUES (1, 2), (3, 4)'), [
      [1, 2],
      [3, 4],
    ])
    assert.deepEqual(await rowsOf(store, 'WITH a (b) AS (SELECT 1) SELECT b FROM a'), [[1]])
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
