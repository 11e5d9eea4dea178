/** A store that waits for room on a full disk, on a small disk of its own. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { MillraceError } from '../../../model/index.ts'
import { addSource, allSources, conformanceDefinitions, source } from '../../conformance/index.ts'
import type { Store } from '../../contract.ts'
import { openSqlite } from '../index.ts'
import { fillUp, mountSmallDisk } from '../testing/index.ts'

const LARGE = 200_000

/** A waiting store on a disk that is full; undefined, and the test skipped, where a disk can not be had. */
async function openFull(t: TestContext, limits = {}) {
  const disk = mountSmallDisk(t)
  if (disk === undefined) return undefined
  const paused = Promise.withResolvers<MillraceError>()
  const resumed = Promise.withResolvers<void>()
  const end = new AbortController()
  const store = await openSqlite({
    path: join(disk.folder, 'store.db'),
    definitions: conformanceDefinitions,
    limits,
    whenFull: { onPause: paused.resolve, onResume: resumed.resolve, signal: end.signal },
  })
  await add(store, 'a')
  const ballast = join(disk.folder, 'ballast')
  fillUp(ballast)
  return {
    store,
    paused: paused.promise,
    resumed: resumed.promise,
    end,
    makeRoom: () => rmSync(ballast),
    async [Symbol.asyncDispose]() {
      await store.close()
      disk[Symbol.dispose]()
    },
  }
}

function add(store: Store, id: string, length = 10) {
  return store.commit({ commands: [addSource(source(id, { kind: 'x'.repeat(length) }))] })
}

async function idsOf(store: Store): Promise<readonly string[]> {
  return (await store.read(allSources({}))).map((row) => row.id)
}

test('what met a full disk is committed when there is room, in order, with all that came after it', async (t) => {
  await using full = await openFull(t)
  if (full === undefined) return
  const { store, paused, resumed, makeRoom } = full
  // The small ones would fit, and must not overtake.
  const receipts = Promise.all([add(store, 'b', LARGE), add(store, 'c')])
  const { code, applied } = await paused
  assert.deepEqual([code, applied], ['DiskFull', 'no'])
  const later = add(store, 'd')
  assert.deepEqual(await idsOf(store), ['a'], 'reads go on')
  makeRoom()
  await resumed
  const positions = [...(await receipts), await later].map(({ position }) => position)
  assert.deepEqual(positions, [2, 3, 4])
  assert.deepEqual(await idsOf(store), ['a', 'b', 'c', 'd'])
})

test('nobody is refused for being held back while the disk is waited for', async (t) => {
  await using full = await openFull(t, { queueRowsMax: 1, fullWaitMs: 300 })
  if (full === undefined) return
  const { store, paused, makeRoom } = full
  const first = add(store, 'b', LARGE)
  await paused
  const held = add(store, 'c')
  // The disk is looked at once a second, which is longer than a caller is held back otherwise.
  makeRoom()
  assert.deepEqual([(await first).position, (await held).position], [2, 3])
})

for (const [how, give] of [
  ['closing the store', (full: { store: Store }) => full.store.close()],
  ['the signal', async (full: { end: AbortController }) => full.end.abort()],
] as const) {
  test(`${how} ends the wait: what waited is refused as not applied`, async (t) => {
    await using full = await openFull(t)
    if (full === undefined) return
    const refused = assert.rejects(add(full.store, 'b', LARGE), { code: 'DiskFull', applied: 'no' })
    const after = assert.rejects(add(full.store, 'c', LARGE), { code: 'DiskFull', applied: 'no' })
    await full.paused
    await give(full)
    await Promise.all([refused, after, full.resumed])
  })
}
