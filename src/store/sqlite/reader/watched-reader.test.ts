import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { catalogOf } from '../../catalog.ts'
import { Meter } from '../../../observe/index.ts'
import { countTo, freshFolder } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'
import { hang } from '../testing/index.ts'
import { THREAD_GIVEN_UP, WatchedReader } from './watched-reader.ts'

const catalog = catalogOf([countTo.definition, hang.definition])
const COUNT = 0
const HANG = 1

async function openReader(t: TestContext, graceMs: number): Promise<WatchedReader> {
  const path = join(freshFolder(t), 'store.db')
  await (await openSqlite({ path, definitions: [] })).close()
  const reader = new WatchedReader({ path, compiled: catalog.compiled }, { graceMs, meter: new Meter() })
  t.after(() => reader.close())
  return reader
}

const count = (limit: number, deadlineMs = 30_000) => ({ index: COUNT, params: [limit], deadlineMs })
const hanging = { index: HANG, params: [], deadlineMs: 1 }

test('a read that asks in_time() ends by itself, and its thread goes on', async (t) => {
  const reader = await openReader(t, 30_000)
  const message = /took over 5 ms and was ended/
  await assert.rejects(reader.read(count(Number.MAX_SAFE_INTEGER, 5)), { code: 'Timeout', message })
  assert.deepEqual(await reader.read(count(3)), [[3]])
  assert.deepEqual([reader.isDead, reader.openCount], [false, 0])
})

test('a read that does not is given up with its thread, and the reads behind it can be asked again', async (t) => {
  const reader = await openReader(t, 50)
  await reader.read(count(1))
  const late = reader.read(hanging)
  const behind = reader.read(count(1))
  assert.equal(reader.openCount, 2)
  await assert.rejects(late, { code: 'Timeout', message: /not answer within 1 ms; its thread was given up/ })
  await assert.rejects(behind, (error) => error === THREAD_GIVEN_UP)
  assert.deepEqual([reader.isDead, reader.openCount], [true, 0])
  await assert.rejects(reader.read(count(1)), (error) => error === THREAD_GIVEN_UP)
})

test('each read has its own deadline from the moment it is the first', async (t) => {
  const reader = await openReader(t, 50)
  await reader.read(count(1))
  const before = [reader.read(count(1)), reader.read(count(2))]
  const late = reader.read(hanging)
  assert.deepEqual(await Promise.all(before), [[[1]], [[2]]])
  await assert.rejects(late, { code: 'Timeout', message: /given up/ })
})
