/** A unit is applied wholly or not at all, in the order of the calls, whatever happens to the units beside it. */
import assert from 'node:assert/strict'
import type { Cases } from './bench.ts'
import {
  addNewSource,
  addSource,
  allSources,
  changeKind,
  copyKind,
  kindIs,
  noteSource,
  oneSource,
  putSource,
  removeSource,
  source,
  stampSource,
} from './declared.ts'

const isBad = (n: number): boolean => n % 100 === 50

/** Atomicity, order, guards, counts. */
export const unitCases: Cases = {
  async 'a receipt counts what each command changed, in the order of the commands'(bench) {
    await using store = await bench.open()
    const receipt = await store.commit({
      commands: [
        addSource.all([source('a'), source('b')]),
        addNewSource.all([source('b'), source('c')]),
        removeSource({ id: 'nobody' }),
        removeSource({ id: 'a' }),
      ],
    })
    assert.deepEqual(
      receipt.results.map((result) => result.changed),
      [2, 1, 0, 1],
    )
    assert.equal(receipt.repeated, false)
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => row.id),
      ['b', 'c'],
    )
  },

  async 'a unit whose last command fails leaves nothing of the earlier ones'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const unit = { commands: [addSource(source('b')), removeSource({ id: 'a' }), addSource(source('b'))] }
    await assert.rejects(store.commit(unit), { code: 'Constraint', applied: 'no', retryable: false })
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => row.id),
      ['a'],
    )
    assert.equal(await store.position(), 1)
  },

  async 'a command whose last row fails leaves nothing of the earlier rows'(bench) {
    await using store = await bench.open()
    const rows = [source('a'), source('b'), source('a')]
    await assert.rejects(store.commit({ commands: [addSource.all(rows)] }), { code: 'Constraint' })
    assert.deepEqual(await store.read(allSources({})), [])
  },

  async 'a failing unit does not harm the units that are committed with it'(bench) {
    await using store = await bench.open()
    const ids = Array.from({ length: 300 }, (_, n) => `s${String(n).padStart(3, '0')}`)
    const outcomes = await Promise.allSettled(
      ids.map((id, n) => {
        const second = isBad(n) ? source(id) : source(`${id}+`)
        return store.commit({ commands: [addSource(source(id)), addSource(second)] })
      }),
    )
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ids.map((_, n) => (isBad(n) ? 'rejected' : 'fulfilled')),
    )
    const expected = ids.filter((_, n) => !isBad(n)).flatMap((id) => [id, `${id}+`])
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => row.id),
      expected.sort(),
    )
  },

  async 'units committed in one tick are applied in the order of the calls'(bench) {
    await using store = await bench.open()
    const kinds = Array.from({ length: 50 }, (_, n) => `kind ${n}`)
    const receipts = await Promise.all(
      kinds.map((kind) => store.commit({ commands: [putSource(source('a', { kind }))] })),
    )
    assert.deepEqual(
      receipts.map((receipt) => receipt.position),
      kinds.map((_, n) => n + 1),
    )
    assert.equal((await store.read(oneSource({ id: 'a' })))[0]?.kind, 'kind 49')
  },

  async 'every row carries the position of the unit that last wrote it'(bench) {
    await using store = await bench.open()
    const rows = [source('a'), source('b'), source('c')]
    for (const row of rows) await store.commit({ commands: [addSource(row)] })
    const { position } = await store.commit({ commands: [putSource(source('b', { kind: 'feed' }))] })
    assert.equal(position, 4)
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => row.position),
      [1, 4, 3],
    )
  },

  async 'a unit that changes no row takes no position and names the latest'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const nothing = await store.commit({ commands: [addNewSource(source('a')), removeSource({ id: 'x' })] })
    const none = await store.commit({ commands: [] })
    const next = await store.commit({ commands: [addSource(source('b'))] })
    assert.deepEqual([nothing.position, none.position, next.position], [1, 1, 2])
  },

  async 'insertNew leaves the row that is there, also when only its other unique column is the same'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a', { key: 'k', kind: 'old' }))] })
    const rows = [source('a', { kind: 'new' }), source('b', { key: 'k', kind: 'new' })]
    const { results } = await store.commit({ commands: [addNewSource.all(rows)] })
    assert.equal(results[0].changed, 0)
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => [row.id, row.kind]),
      [['a', 'old']],
    )
  },

  async 'upsert overwrites every column of the row with the same key, and only by that key'(bench) {
    await using store = await bench.open()
    const other = { kind: 'feed', key: 'k2', seeds: [1], rules: { deep: 2 }, createdAt: 2_000 }
    await store.commit({ commands: [addSource(source('a')), putSource(source('a', other))] })
    assert.deepEqual(await store.read(oneSource({ id: 'a' })), [source('a', other)])
    const clash = store.commit({ commands: [putSource(source('b', { key: 'k2' }))] })
    await assert.rejects(clash, { code: 'Constraint' })
  },

  async 'a guard that does not hold refuses the unit, says what it means and applies nothing'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a', { kind: 'site' }))] })
    const guards = [kindIs({ id: 'a', kind: 'site' }), kindIs({ id: 'a', kind: 'feed' })]
    await assert.rejects(store.commit({ guards, commands: [removeSource({ id: 'a' })] }), {
      code: 'GuardFailed',
      message: 'the source has another kind',
      applied: 'no',
      facts: { guard: 'conformance.kindIs' },
    })
    assert.equal((await store.read(allSources({}))).length, 1)
    assert.equal(await store.position(), 1)
  },

  async 'all guards are checked before the first command'(bench) {
    await using store = await bench.open()
    const guards = [kindIs({ id: 'a', kind: 'site' })]
    const unit = { guards, commands: [addSource(source('a'))] }
    await assert.rejects(store.commit(unit), { code: 'GuardFailed' })
  },

  async 'a guard sees what the units before it did, in the same tick too'(bench) {
    await using store = await bench.open()
    const guards = [kindIs({ id: 'a', kind: 'first' })]
    const outcomes = await Promise.allSettled([
      store.commit({ commands: [addSource(source('a', { kind: 'first' }))] }),
      store.commit({ guards, commands: [putSource(source('a', { kind: 'second' }))] }),
      store.commit({ guards, commands: [putSource(source('a', { kind: 'third' }))] }),
      store.commit({ commands: [addSource(source('b'))] }),
    ])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal((await store.read(oneSource({ id: 'a' })))[0]?.kind, 'second')
  },

  async 'rows that a command gives back are read by its declaration'(bench) {
    await using store = await bench.open()
    const seeds = [{ url: 'https://a.example/\0' }]
    await store.commit({ commands: [addSource.all([source('a', { seeds }), source('b', { kind: 'feed' })])] })
    const { results } = await store.commit({ commands: [changeKind({ from: 'site', to: 'feed' })] })
    assert.deepEqual(results, [{ changed: 1, rows: [{ id: 'a', seeds, createdAt: 1_000 }] }])
  },

  async 'a command of several statements counts the rows it changed, not those it looked at'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource.all([source('a', { kind: 'feed' }), source('b')])] })
    const receipt = await store.commit({ commands: [copyKind({ from: 'a', to: 'b' })] })
    assert.deepEqual([receipt.position, receipt.results[0]], [2, { changed: 1, rows: [] }])
    assert.equal((await store.read(oneSource({ id: 'b' })))[0]?.kind, 'feed')
  },

  async 'a statement that declares no change counts nothing and takes no position'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const { position, results } = await store.commit({ commands: [noteSource({ id: 'a' })] })
    assert.deepEqual([position, results], [1, [{ changed: 0, rows: [] }]])
    assert.deepEqual((await store.read(oneSource({ id: 'a' })))[0]?.rules, { noted: true })
  },

  async 'the time that commands see is the clock of the caller'(bench) {
    const clock = { at: 5_000, now: () => clock.at }
    await using store = await bench.open({ clock })
    await store.commit({ commands: [addSource(source('a')), stampSource({ id: 'a' })] })
    assert.equal((await store.read(oneSource({ id: 'a' })))[0]?.createdAt, 5_000)
    clock.at = 6_000
    await store.commit({ commands: [stampSource({ id: 'a' })] })
    assert.equal((await store.read(oneSource({ id: 'a' })))[0]?.createdAt, 6_000)
  },

  async 'a receipt names the durability that was asked for'(bench) {
    await using store = await bench.open()
    const receipts = await Promise.all([
      store.commit({ commands: [addSource(source('a'))] }),
      store.commit({ commands: [addSource(source('b'))], durability: 'crash-safe' }),
      store.commit({ commands: [addSource(source('c'))], durability: 'power-safe' }),
    ])
    assert.deepEqual(
      receipts.map((receipt) => receipt.durability),
      ['power-safe', 'crash-safe', 'power-safe'],
    )
  },

  async 'a value of the wrong type is refused with its column before anything is queued'(bench) {
    await using store = await bench.open()
    const bad = { ...source('b'), createdAt: 'noon' as unknown as number }
    await assert.rejects(store.commit({ commands: [addSource(source('a')), addSource(bad)] }), {
      code: 'BadValue',
      applied: 'no',
      message: "sources.insert createdAt: expected time, got 'noon'",
    })
    assert.equal(await store.position(), 0)
  },

  async 'a command that the store was not opened with is refused, and so is a guard in its place'(bench) {
    await using store = await bench.open()
    const unknown = store.commit({ commands: [{ name: 'nobody.declared', rows: [{}] }] })
    await assert.rejects(unknown, { code: 'UnknownCommand', applied: 'no' })
    const misplaced = store.commit({ commands: [{ name: 'conformance.kindIs', rows: [{}] }] })
    await assert.rejects(misplaced, { code: 'UnknownCommand', applied: 'no' })
    const noQuery = store.read({ name: 'sources.insert', data: {} })
    await assert.rejects(noQuery, { code: 'UnknownCommand' })
  },
}
