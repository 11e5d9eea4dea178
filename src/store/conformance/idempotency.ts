/** A unit with a key is applied once, however often and wherever it is sent again. */
import assert from 'node:assert/strict'
import type { Cases } from './bench.ts'
import {
  addNewSource,
  addSource,
  allSources,
  changeKind,
  kindIs,
  putBody,
  removeSource,
  source,
  takeBody,
} from './declared.ts'

const DAY_MS = 24 * 3_600_000

/** Keys. */
export const idempotencyCases: Cases = {
  async 'a second unit with the same key is not applied and gets the first receipt'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a', { seeds: ['\0', '\ud800', 'é'] }))] })
    const unit = { key: 'k', commands: [changeKind({ from: 'site', to: 'feed' })] }
    const first = await store.commit(unit)
    await store.commit({ commands: [addSource(source('b'))] })
    const second = await store.commit(unit)
    assert.equal(first.repeated, false)
    assert.deepEqual(second, { ...first, repeated: true })
    assert.deepEqual(second.results[0]?.rows[0]?.seeds, ['\0', '\ud800', 'é'])
    assert.equal(await store.position(), 3)
  },

  async 'the first receipt comes back with its bytes'(bench) {
    await using store = await bench.open()
    const body = Uint8Array.of(0, 26, 255)
    await store.commit({ commands: [putBody({ sha256: 'x', bytes: 3, compression: 'none', body })] })
    const unit = { key: 'k', commands: [takeBody({ sha256: 'x' })] }
    const first = await store.commit(unit)
    assert.deepEqual(first.results[0]?.rows, [{ sha256: 'x', body }])
    assert.deepEqual(await store.commit(unit), { ...first, repeated: true })
  },

  async 'the same key twice in one tick is applied once'(bench) {
    await using store = await bench.open()
    const unit = { key: 'k', commands: [addSource(source('a'))] }
    const [first, second] = await Promise.all([store.commit(unit), store.commit(unit)])
    assert.deepEqual([first.repeated, second.repeated], [false, true])
    assert.equal(second.position, first.position)
    assert.equal(await store.position(), 1)
  },

  async 'a repeated unit does not turn positions back for the units beside it'(bench) {
    await using store = await bench.open()
    const unit = { key: 'k', commands: [addSource(source('a'))] }
    await store.commit(unit)
    for (const id of ['b', 'c']) await store.commit({ commands: [addSource(source(id))] })
    const receipts = await Promise.all([
      store.commit(unit),
      store.commit({ commands: [addSource(source('d'))] }),
      store.commit(unit),
      store.commit({ commands: [addSource(source('e'))] }),
    ])
    assert.deepEqual(
      receipts.map((receipt) => receipt.position),
      [1, 4, 1, 5],
    )
    assert.equal(await store.position(), 5)
  },

  async 'the key beside a failing unit in one tick is applied once'(bench) {
    await using store = await bench.open()
    const unit = { key: 'k', commands: [addSource(source('a'))] }
    const outcomes = await Promise.allSettled([
      store.commit(unit),
      store.commit({ commands: [addSource(source('a'))] }),
      store.commit(unit),
    ])
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.repeated : 'refused')),
      [false, 'refused', true],
    )
  },

  async 'a key outlives the store that took it'(bench) {
    const unit = { key: 'k', commands: [addSource(source('a'))] }
    await using before = await bench.open()
    const first = await before.commit(unit)
    await before.close()
    await using after = await bench.open()
    assert.deepEqual(await after.commit(unit), { ...first, repeated: true })
  },

  async 'the key of a refused unit is free'(bench) {
    await using store = await bench.open()
    const guards = [kindIs({ id: 'a', kind: 'site' })]
    await assert.rejects(store.commit({ key: 'k', guards, commands: [] }), { code: 'GuardFailed' })
    const twice = [addSource(source('a')), addSource(source('a'))]
    await assert.rejects(store.commit({ key: 'k', commands: twice }), { code: 'Constraint' })
    assert.equal((await store.commit({ key: 'k', commands: [addSource(source('a'))] })).repeated, false)
  },

  async 'a repeated unit is answered although its guard no longer holds'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const guards = [kindIs({ id: 'a', kind: 'site' })]
    const unit = { key: 'k', guards, commands: [removeSource({ id: 'a' })] }
    await store.commit(unit)
    assert.equal((await store.commit(unit)).repeated, true)
  },

  async 'a key is remembered although its unit changed no row and took no position'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const unit = { key: 'k', commands: [addNewSource(source('a'))] }
    const first = await store.commit(unit)
    assert.equal(first.position, 1)
    await store.commit({ commands: [removeSource({ id: 'a' })] })
    assert.deepEqual(await store.commit(unit), { ...first, repeated: true })
    assert.deepEqual(await store.read(allSources({})), [])
  },

  async 'keys that differ only in what databases confuse are different keys'(bench) {
    await using store = await bench.open()
    const keys = ['', ' ', '\0', '\ud800', '\udfff', '\ufffd', 'é', 'e\u0301', 'É', '\u001a0']
    const receipts = []
    for (const key of keys) {
      receipts.push(await store.commit({ key, commands: [addSource(source(`s${receipts.length}`))] }))
    }
    assert.deepEqual(
      receipts.map((receipt) => receipt.repeated),
      keys.map(() => false),
    )
  },

  async 'a key and an id may be as long as a long URL'(bench) {
    await using store = await bench.open()
    const long = `https://a.example/${'q'.repeat(1_981)}`
    const unit = { key: long, commands: [addSource(source(long))] }
    const first = await store.commit(unit)
    assert.deepEqual(await store.commit(unit), { ...first, repeated: true })
    assert.deepEqual(
      (await store.changes(0, 10)).map((change) => change.id),
      [long],
    )
  },

  async 'a key is kept for 7 days and then forgotten'(bench) {
    const clock = { at: 1_000_000_000_000, now: () => clock.at }
    await using store = await bench.open({ clock })
    const unit = { key: 'k', commands: [addNewSource(source('a'))] }
    await store.commit(unit)
    clock.at += 7 * DAY_MS - 1
    await store.commit({ commands: [addSource(source('b'))] })
    assert.equal((await store.commit(unit)).repeated, true)
    clock.at += 2
    await store.commit({ commands: [addSource(source('c'))] })
    assert.equal((await store.commit(unit)).repeated, false)
  },
}
