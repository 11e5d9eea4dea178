/** The log is bounded whatever our own readers do; a reader that is none of ours is named, and writing goes on. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { conformanceDefinitions, freshFolder, putSource, source } from '../../conformance/index.ts'
import { query } from '../../declare.ts'
import { openSqlite } from '../index.ts'
import { startChild } from '../testing/index.ts'
import { LogBound } from './log-bound.ts'

const LOG_BYTES_MAX = 1_000_000
/** Reads the table, so that it holds a snapshot of it, for as long as it is let. */
const endless = query({
  name: 'test.endless',
  params: {},
  gives: { count: 'int' },
  sql: `WITH RECURSIVE numbers (n) AS (
      SELECT count(*) FROM sources UNION ALL SELECT n + 1 FROM numbers WHERE in_time())
    SELECT count(*) FROM numbers`,
})
const definitions = [...conformanceDefinitions, endless.definition]

test('the log stays bounded while reads overlap without end', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions, logBytesMax: LOG_BYTES_MAX })
  const state = { isOver: false }
  const read = async () => {
    while (!state.isOver) {
      await assert.rejects(store.read(endless({}), { deadlineMs: 100 }), { code: 'Timeout' })
    }
  }
  const reads = [read(), read(), read()]
  let written = 0
  for (let unit = 0; unit < 300; unit++) {
    const kind = `${unit} `.padEnd(20_000, 'x')
    await store.commit({ commands: [putSource(source('a', { kind }))], durability: 'crash-safe' })
    written += kind.length
    assert.ok(statSync(`${path}-wal`).size < 2 * LOG_BYTES_MAX)
  }
  state.isOver = true
  await Promise.all(reads)
  assert.ok(written > 4 * LOG_BYTES_MAX)
})

test('where a reader that is none of ours stays, that is told once, writing goes on, and the log begins anew after it', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions })
  const db = new DatabaseSync(path, { timeout: 0 })
  t.after(() => db.close())
  const told: number[] = []
  const onPinned = (bytes: number) => void told.push(bytes)
  const bound = new LogBound(db, { bytesMax: 200_000, readersEndMs: 20, onPinned })
  const write = async () => {
    for (let unit = 0; unit < 20; unit++) {
      await store.commit({ commands: [putSource(source('a', { kind: `${unit}`.repeat(10_000) }))] })
      bound.keep(0)
    }
  }
  const reader = startChild(t, 'child-read', [path])
  await reader.line('reading')
  await write()
  await write()
  assert.equal(told.length, 1)
  assert.ok((told[0] ?? 0) >= 200_000)
  const grown = db.prepare('PRAGMA wal_checkpoint(NOOP)').get()
  reader.goOn()
  assert.equal(await reader.ended, 0)
  await write()
  assert.deepEqual(told.slice(1), [0])
  assert.ok(Number(db.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.['log']) < Number(grown?.['log']))
})
