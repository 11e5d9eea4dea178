/** Many rows and large values: what backends write by other statements than a single row. */
import assert from 'node:assert/strict'
import type { Cases } from './bench.ts'
import {
  addNewSource,
  addSource,
  allSources,
  changeKind,
  oneSource,
  putSource,
  removeSource,
  source,
} from './declared.ts'
import { changeSource, sourcesAfter } from './declared-values.ts'
import { bytesEverywhere, everyValue, sameEverywhere } from './every-path.ts'
import { trapTexts } from './trap-texts.ts'

const MEGABYTE = 1024 * 1024

/** A thousand sources, every trap among them, in the order of their ids. */
const thousand = Array.from({ length: 1_000 }, (_, n) => {
  const trap = trapTexts[n % trapTexts.length] ?? ''
  return source(`${String(n).padStart(4, '0')} ${trap}`, { kind: trap, seeds: [trap], rules: { [trap]: n } })
})

/** Bulk. */
export const bulkCases: Cases = {
  async 'a thousand rows of one command are each themselves, inserted, overwritten, changed and deleted'(
    bench,
  ) {
    await using store = await bench.open()
    const rows = () => store.read(sourcesAfter({ after: '', limit: 2_000 }))
    const [added] = (await store.commit({ commands: [addSource.all(thousand)] })).results
    assert.equal(added.changed, 1_000)
    assert.deepEqual(await rows(), thousand)
    const turned = thousand.map((row, n) => ({ ...row, kind: `${n}`, createdAt: 0 - n }))
    await store.commit({ commands: [addNewSource.all(turned)] })
    assert.deepEqual(await rows(), thousand)
    await store.commit({ commands: [putSource.all(turned)] })
    assert.deepEqual(await rows(), turned)
    await store.commit({
      commands: [changeSource.all(thousand.map(({ id, kind, rules }) => ({ id, kind, rules })))],
    })
    assert.deepEqual(
      await rows(),
      thousand.map((row, n) => ({ ...row, createdAt: 0 - n })),
    )
    const gone = await store.commit({ commands: [removeSource.all(thousand.map(({ id }) => ({ id })))] })
    assert.equal(gone.results[0].changed, 1_000)
    assert.deepEqual(await rows(), [])
    assert.equal((await store.changes(0, 10_000)).length, 4_000)
  },

  async 'a thousand rows given back are kept under a key as they were'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource.all(thousand.map((row) => ({ ...row, kind: 'one' })))] })
    const unit = { key: 'k', commands: [changeKind({ from: 'one', to: 'two' })] }
    const first = await store.commit(unit)
    assert.equal(first.results[0]?.rows.length, 1_000)
    assert.deepEqual(await store.commit(unit), { ...first, repeated: true })
  },

  async 'rows of one command that name the same key are applied one after the other'(bench) {
    await using store = await bench.open()
    const rows = ['1', '2', '3'].flatMap((kind) => ['a', 'b'].map((id) => source(id, { kind })))
    const { results } = await store.commit({
      commands: [addNewSource.all(rows), putSource.all(rows), removeSource.all([{ id: 'b' }, { id: 'b' }])],
    })
    assert.deepEqual(
      results.map((result) => result.changed),
      [2, 6, 1],
    )
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => [row.id, row.kind]),
      [['a', '3']],
    )
    assert.equal((await store.changes(0, 10)).length, 2)
  },

  async 'commands of one unit see what those before it did'(bench) {
    await using store = await bench.open()
    const { results } = await store.commit({
      commands: [
        addSource.all([source('a', { key: 'k' }), source('b')]),
        removeSource({ id: 'a' }),
        addSource(source('c', { key: 'k' })),
        addNewSource(source('d', { key: 'k' })),
        changeKind({ from: 'site', to: 'feed' }),
        putSource(source('b', { kind: 'site' })),
        changeKind({ from: 'site', to: 'map' }),
      ],
    })
    assert.deepEqual(
      results.map((result) => result.changed),
      [2, 1, 1, 0, 2, 1, 1],
    )
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => [row.id, row.kind, row.position]),
      [
        ['b', 'map', 1],
        ['c', 'feed', 1],
      ],
    )
  },

  async 'units of one tick that write the same rows by different commands are applied in order'(bench) {
    await using store = await bench.open()
    const commits = Array.from({ length: 40 }, (_, n) => [
      store.commit({ commands: [putSource(source('a', { kind: `put ${n}` }))] }),
      store.commit({ commands: [addNewSource.all([source('a'), source(`new ${n}`)])] }),
      store.commit({ commands: [changeKind({ from: `put ${n}`, to: `changed ${n}` })] }),
      store.commit({
        commands: [n % 3 === 0 ? removeSource({ id: 'a' }) : changeKind({ from: 'x', to: 'y' })],
      }),
    ]).flat()
    const changed = (await Promise.all(commits)).map((receipt) => receipt.results[0]?.changed)
    const expected = Array.from({ length: 40 }, (_, n) => [1, 1, 1, n % 3 === 0 ? 1 : 0]).flat()
    assert.deepEqual(changed, expected)
    const [row] = await store.read(oneSource({ id: 'a' }))
    assert.equal(row, undefined)
  },

  async 'a megabyte of any text comes back as it was, from a row, a parameter and a kept receipt'(bench) {
    await using store = await bench.open()
    const part = trapTexts.join('')
    const text = part.repeat(Math.ceil(MEGABYTE / part.length))
    const row = source('a', { kind: text, seeds: [text], rules: { [text.slice(0, 1_000)]: text } })
    await store.commit({ commands: [putSource(row)] })
    const [read] = await store.read(oneSource({ id: 'a' }))
    assert.ok(read?.kind === row.kind && JSON.stringify(read.rules) === JSON.stringify(row.rules))
    await sameEverywhere(store, 'k', everyValue({ text, json: [text] }))
  },

  async 'five megabytes of every byte come back as they were, everywhere'(bench) {
    await using store = await bench.open()
    const bytes = Uint8Array.from({ length: 5 * MEGABYTE }, (_, n) => (n * 7 + (n >> 8)) & 255)
    await bytesEverywhere(store, 'large', bytes)
  },
}
