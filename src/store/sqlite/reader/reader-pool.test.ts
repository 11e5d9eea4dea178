/** A read that hangs or a thread that dies costs one read, never the pool. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { isMillraceError } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import { catalogOf } from '../../catalog.ts'
import { allSources, conformanceDefinitions, freshFolder } from '../../conformance/index.ts'
import { engineQueries, latestPosition } from '../../reading/index.ts'
import { openSqlite } from '../index.ts'
import { ReaderPool } from './reader-pool.ts'
import { hang } from '../testing/index.ts'

const catalog = catalogOf([...conformanceDefinitions, ...engineQueries, hang.definition])

test('a read that never asks in_time() is given up, and the reads behind it are answered', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await (await openSqlite({ path, definitions: [] })).close()
  const pool = new ReaderPool(path, catalog, { graceMs: 100 })
  t.after(() => pool.close())
  await Promise.all([pool.read(latestPosition({})), pool.read(latestPosition({}))])
  const hanging = [pool.read(hang({}), 1), pool.read(hang({}), 1)]
  const behind = Array.from({ length: 10 }, () => pool.read(latestPosition({})))
  for (const read of hanging) {
    await assert.rejects(read, { code: 'Timeout', retryable: true, applied: 'no', message: /within 1 ms/ })
  }
  assert.deepEqual(
    (await Promise.all(behind)).flat().map((row) => row.position),
    Array(10).fill(0),
  )
  assert.deepEqual(await pool.read(allSources({})), [])
  await pool.close()
})

test('closing gives up a read that hangs, and is no error', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await (await openSqlite({ path, definitions: [] })).close()
  const pool = new ReaderPool(path, catalog, { graceMs: 100 })
  t.after(() => pool.close())
  await pool.read(latestPosition({}))
  const hanging = assert.rejects(pool.read(hang({}), 1), { code: 'Timeout' })
  await pool.close()
  await hanging
  await assert.rejects(pool.read(latestPosition({})), { code: 'Closed' })
})

test('a thread that dies is replaced by the next read, and closing the pool is no error', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const pool = new ReaderPool(path, catalog)
  t.after(() => pool.close())
  await assert.rejects(pool.read(latestPosition({})), { code: 'Fault', message: /ended unexpectedly/ })
  await (await openSqlite({ path, definitions: [] })).close()
  assert.deepEqual(await pool.read(latestPosition({})), [{ position: 0 }])
  const dying = new ReaderPool(join(path, 'nowhere'), catalog)
  const died = assert.rejects(dying.read(latestPosition({})), { code: 'Fault' })
  await dying.close()
  await died
})

test('more reads at once than the pool takes are refused as QueueFull, the others are answered', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await (await openSqlite({ path, definitions: [] })).close()
  const pool = new ReaderPool(path, catalog)
  t.after(() => pool.close())
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20_010 }, () => pool.read(latestPosition({}))),
  )
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(refused.length, 10)
  assert.ok(isMillraceError(refused[0]?.reason, 'QueueFull'))
  await pool.close()
})

test('who waits for a thread is counted, and so is a thread that was replaced', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await (await openSqlite({ path, definitions: [] })).close()
  const meter = new Meter()
  const pool = new ReaderPool(path, catalog, { graceMs: 100, meter })
  t.after(() => pool.close())
  const figure = (name: string) => meter.read().counts[name] ?? meter.read().levels[name]
  const reads = Array.from({ length: 5 }, () => pool.read(latestPosition({})))
  assert.deepEqual(['read.open', 'pool.waiting', 'pool.exhausted', 'pool.replaced'].map(figure), [
    5,
    3,
    3,
    undefined,
  ])
  await Promise.all(reads)
  assert.deepEqual(['read.open', 'pool.waiting', 'pool.exhausted'].map(figure), [0, 0, 3])
  await assert.rejects(pool.read(hang({}), 1), { code: 'Timeout' })
  for (let n = 0; n < 3; n++) await pool.read(latestPosition({}))
  assert.equal(figure('pool.replaced'), 1)
})
