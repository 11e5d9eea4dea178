/** What only SQLite can do to a batch: a full disk, a statement that is wrong, a transaction that gets too long. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { MillraceError } from '../../../model/index.ts'
import {
  addSource,
  allSources,
  conformanceDefinitions,
  freshFolder,
  source,
} from '../../conformance/index.ts'
import type { Store } from '../../contract.ts'
import { command } from '../../declare.ts'
import { openSqlite } from '../index.ts'
import { fillUp, holdWriteLock, mountSmallDisk } from '../testing/index.ts'

const noTable = command({
  name: 'test.noTable',
  params: { id: 'text' },
  statements: [{ sql: 'DELETE FROM no_such_table WHERE id = :id' }],
})
/** Says that its changes are named by what it returns, and returns nothing. */
const nameless = command({
  name: 'test.nameless',
  params: { id: 'text' },
  statements: [
    {
      sql: "UPDATE sources SET kind = 'x' WHERE id = :id",
      changes: { noun: 'source', op: 'put', id: 'returning' },
    },
  ],
})
/** About 20 ms of work. */
const slowly = command({
  name: 'test.slowly',
  params: { id: 'text' },
  statements: [
    {
      sql: `INSERT INTO sources (id, kind, key, seeds, rules, created_at, position)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 100000)
        SELECT :id, count(*), :id, '[]', '{}', 0, :position FROM numbers`,
      changes: { noun: 'source', op: 'put', id: 'id' },
    },
  ],
})
const definitions = [...conformanceDefinitions, noTable.definition, nameless.definition, slowly.definition]

test('a unit whose SQL is wrong is our fault, is not applied, and harms no neighbour', async (t) => {
  await using store = await openSqlite({ path: join(freshFolder(t), 'store.db'), definitions })
  const outcomes = await Promise.allSettled([
    store.commit({ commands: [addSource(source('a'))] }),
    store.commit({ commands: [addSource(source('b')), noTable({ id: 'x' })] }),
    store.commit({ commands: [addSource(source('c'))] }),
  ])
  const [, wrong] = outcomes
  const error = (wrong?.status === 'rejected' ? wrong.reason : undefined) as MillraceError | undefined
  assert.deepEqual([error?.code, error?.applied], ['Fault', 'no'])
  assert.match(error?.message ?? '', /no_such_table/)
  assert.deepEqual(await idsOf(store), ['a', 'c'])
})

test('a statement whose changes could not be named is our fault and is not applied', async (t) => {
  await using store = await openSqlite({ path: join(freshFolder(t), 'store.db'), definitions })
  const unit = { commands: [addSource(source('a')), nameless({ id: 'a' })] }
  await assert.rejects(store.commit(unit), { code: 'Fault', applied: 'no', message: /returns nothing/ })
  assert.deepEqual(await idsOf(store), [])
})

test('a batch that takes long is committed in parts, and every unit gets its own answer', async (t) => {
  await using store = await openSqlite({ path: join(freshFolder(t), 'store.db'), definitions })
  const ids = Array.from({ length: 12 }, (_, n) => `s${10 + n}`)
  const outcomes = await Promise.allSettled(
    ids.map((id, n) => {
      const commands = n === 9 ? [slowly({ id }), addSource(source(id))] : [slowly({ id })]
      return store.commit({ commands })
    }),
  )
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.position : 'refused')),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 'refused', 10, 11],
  )
  assert.deepEqual(
    await idsOf(store),
    ids.filter((_, n) => n !== 9),
  )
})

test('a batch that takes long lets another writer in between its parts', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using long = await openSqlite({ path, definitions })
  await using other = await openSqlite({ path, definitions })
  const ids = Array.from({ length: 30 }, (_, n) => `s${n}`)
  const batch = ids.map((id) => long.commit({ commands: [slowly({ id })] }))
  // The first part is committed, and most of the batch is still to come.
  while ((await other.position()) === 0);
  const { position } = await other.commit({ commands: [addSource(source('between'))] })
  await Promise.all(batch)
  assert.ok(position < ids.length, `its turn came at position ${position}`)
})

test('a commit that can not have the lock in its time is refused as Busy and not applied, and the next one is', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions, lockWaitMs: 20 })
  const lock = holdWriteLock(path)
  t.after(() => lock.release())
  const units = ['a', 'b'].map((id) => store.commit({ commands: [addSource(source(id))] }))
  const outcomes = await Promise.allSettled(units)
  lock.release()
  for (const outcome of outcomes) {
    const error = (outcome.status === 'rejected' ? outcome.reason : undefined) as MillraceError | undefined
    assert.deepEqual([error?.code, error?.applied, error?.retryable], ['Busy', 'no', true])
    assert.match(error?.message ?? '', /over 20 ms/)
  }
  assert.equal((await store.commit({ commands: [addSource(source('c'))] })).position, 1)
  assert.deepEqual(await idsOf(store), ['c'])
})

test('a full disk refuses commits as DiskFull, keeps what was stored readable, and is no error once there is room', async (t) => {
  using disk = mountSmallDisk(t)
  if (disk === undefined) return
  const path = join(disk.folder, 'store.db')
  await using store = await openSqlite({ path, definitions })
  const ballast = join(disk.folder, 'ballast')
  writeFileSync(ballast, Buffer.alloc(1_000_000))
  const acked = await commitUntilFull(store)
  assert.ok(acked.length > 0)
  assert.deepEqual(await idsOf(store), acked)
  assert.equal(await store.position(), acked.length)
  await assert.rejects(addLarge(store, 'still full'), { code: 'DiskFull' })
  rmSync(ballast)
  const { position } = await addLarge(store, 'there is room')
  assert.equal(position, acked.length + 1)
  assert.deepEqual(await idsOf(store), [...acked, 'there is room'])
  assert.deepEqual(await integrity(store), [['ok']])
})

test('a full disk harms neither closing nor what was stored, and a second store is refused as DiskFull', async (t) => {
  using disk = mountSmallDisk(t)
  if (disk === undefined) return
  const path = join(disk.folder, 'store.db')
  const ballast = join(disk.folder, 'ballast')
  await using store = await openSqlite({ path, definitions })
  const acked = await commitUntilFull(store)
  fillUp(ballast)
  await assert.rejects(openSqlite({ path, definitions }), { code: 'DiskFull', applied: 'no' })
  await store.close()
  rmSync(ballast)
  await using again = await openSqlite({ path, definitions })
  assert.deepEqual(await idsOf(again), acked)
  for (const lost of await again.lostProcesses()) await again.forgetProcess(lost.id)
  assert.deepEqual(await again.lostProcesses(), [])
})

async function idsOf(store: Store): Promise<readonly string[]> {
  return (await store.read(allSources({}))).map((row) => row.id)
}

function addLarge(store: Store, id: string) {
  return store.commit({ commands: [addSource(source(id, { kind: 'x'.repeat(20_000) }))] })
}

async function commitUntilFull(store: Store): Promise<string[]> {
  const acked: string[] = []
  // More than the disk holds.
  while (acked.length < 300) {
    const id = `s${String(acked.length).padStart(5, '0')}`
    try {
      await addLarge(store, id)
    } catch (error) {
      const { code, applied, retryable } = error as MillraceError
      assert.deepEqual([code, applied, retryable], ['DiskFull', 'no', true])
      return acked
    }
    acked.push(id)
  }
  return assert.fail('the disk is never full')
}

async function integrity(store: Store): Promise<unknown> {
  const rows: unknown[] = []
  for await (const chunk of store.sql('PRAGMA integrity_check', { deadlineMs: 30_000 }))
    rows.push(...chunk.rows)
  return rows
}
