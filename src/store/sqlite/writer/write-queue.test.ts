/** While another process holds the write lock nobody's event loop waits, and the queue keeps its bounds. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  addSource,
  allSources,
  conformanceDefinitions,
  freshFolder,
  putSource,
  source,
} from '../../conformance/index.ts'
import { openSqlite, type SqliteOptions } from '../index.ts'
import { holdWriteLock } from '../testing/index.ts'

const definitions = conformanceDefinitions

async function openBusy(t: TestContext, limits: NonNullable<SqliteOptions['limits']>) {
  const path = join(freshFolder(t), 'store.db')
  // Far more than a test needs: it only ends one that waits in vain.
  const store = await openSqlite({ path, definitions, limits, lockWaitMs: 10_000 })
  const lock = holdWriteLock(path)
  const add = (id: string, signal?: AbortSignal) =>
    store.commit({ commands: [addSource(source(id))] }, signal === undefined ? {} : { signal })
  const ids = async () => (await store.read(allSources({}))).map((row) => row.id)
  const dispose = async () => {
    lock.release()
    await store.close()
  }
  return { store, lock, add, ids, [Symbol.asyncDispose]: dispose }
}

/** Lets everything that is planned for this turn of the event loop happen. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('a full queue refuses after its wait, and what was accepted is committed all the same', async (t) => {
  await using busy = await openBusy(t, { queueRowsMax: 3, fullWaitMs: 20 })
  const { lock, add, ids } = busy
  const accepted = ['a', 'b', 'c'].map((id) => add(id))
  const heldBack = ['d', 'e'].map((id) => add(id))
  for (const refused of heldBack) {
    const message = /stayed above 3 rows.*for 20 ms/
    await assert.rejects(refused, { code: 'QueueFull', retryable: true, applied: 'no', message })
  }
  lock.release()
  await Promise.all(accepted)
  assert.deepEqual(await ids(), ['a', 'b', 'c'])
})

test('a caller that is held back gets its place in the order of the calls', async (t) => {
  await using busy = await openBusy(t, { queueRowsMax: 2 })
  const { lock, add } = busy
  const commits = ['a', 'b', 'c', 'd', 'e'].map((id) => add(id))
  await turn()
  lock.release()
  const positions = (await Promise.all(commits)).map((receipt) => receipt.position)
  assert.deepEqual(positions, [1, 2, 3, 4, 5])
})

test('a small unit does not overtake a large one that is held back', async (t) => {
  await using busy = await openBusy(t, { queueRowsMax: 3 })
  const { store, lock, add } = busy
  const first = store.commit({ commands: [addSource.all([source('a'), source('b')])] })
  const large = store.commit({ commands: [addSource.all([source('c'), source('d')])] })
  const small = add('e')
  await turn()
  lock.release()
  const positions = (await Promise.all([first, large, small])).map((receipt) => receipt.position)
  assert.deepEqual(positions, [1, 2, 3])
})

test('the queue is bounded by bytes too', async (t) => {
  await using busy = await openBusy(t, { queueBytesMax: 10_000, fullWaitMs: 20 })
  const { store, lock, add } = busy
  const large = (id: string) =>
    store.commit({ commands: [addSource(source(id, { kind: 'x'.repeat(3_000) }))] })
  const accepted = large('a')
  await assert.rejects(large('b'), { code: 'QueueFull' })
  const huge = source('c', { kind: 'x'.repeat(6_000) })
  await assert.rejects(store.commit({ commands: [addSource(huge)] }), { code: 'TooBig' })
  lock.release()
  await accepted
  assert.equal((await add('d')).position, 2)
})

test('what waits behind a busy writer can be withdrawn, what is with the writer can not', async (t) => {
  await using busy = await openBusy(t, {})
  const { store, lock, add, ids } = busy
  const abort = new AbortController()
  const atWriter = []
  for (const id of ['a', 'b']) {
    atWriter.push(add(id, abort.signal))
    await turn()
  }
  const waiting = add('c', abort.signal)
  const other = store.commit({ commands: [putSource(source('d'))] })
  await turn()
  abort.abort(new Error('enough'))
  await assert.rejects(waiting, { code: 'Aborted', applied: 'no', cause: abort.signal.reason })
  lock.release()
  await Promise.all([...atWriter, other])
  assert.equal((await add('e')).position, 4)
  assert.deepEqual(await ids(), ['a', 'b', 'd', 'e'])
})

test('reads are answered while a commit waits for the lock', async (t) => {
  await using busy = await openBusy(t, {})
  const { store, lock, add, ids } = busy
  const commit = add('a')
  await turn()
  assert.deepEqual(await ids(), [])
  assert.equal(await store.position(), 0)
  lock.release()
  await commit
})

test('closing waits for the lock and then commits what was accepted, held back callers included', async (t) => {
  await using busy = await openBusy(t, { queueRowsMax: 2 })
  const { store, lock, add } = busy
  const commits = ['a', 'b', 'c', 'd'].map((id) => add(id))
  const closing = store.close()
  await turn()
  await assert.rejects(add('e'), { code: 'Closed' })
  lock.release()
  assert.equal((await Promise.all(commits)).length, 4)
  await closing
})

test('a batch is bounded in units, and the units beyond it follow in order', async (t) => {
  await using busy = await openBusy(t, { batchUnitsMax: 3 })
  const { lock, add } = busy
  const commits = Array.from({ length: 20 }, (_, n) => add(`s${n}`))
  await turn()
  lock.release()
  const positions = (await Promise.all(commits)).map((receipt) => receipt.position)
  assert.deepEqual(
    positions,
    Array.from({ length: 20 }, (_, n) => n + 1),
  )
})

test('a batch is bounded in bytes, and a larger unit is a batch of its own', async (t) => {
  await using busy = await openBusy(t, { batchBytesMax: 1_000 })
  const { store, lock } = busy
  const commits = Array.from({ length: 6 }, (_, n) =>
    store.commit({ commands: [addSource(source(`s${n}`, { kind: 'x'.repeat(n * 1_000) }))] }),
  )
  await turn()
  lock.release()
  const positions = (await Promise.all(commits)).map((receipt) => receipt.position)
  assert.deepEqual(positions, [1, 2, 3, 4, 5, 6])
})
