/** The change table names every row that was written, once per unit, in commit order, as far back as it is kept. */
import assert from 'node:assert/strict'
import type { Cases } from './bench.ts'
import { addSource, changeKind, putBody, putSource, removeSource, source } from './declared.ts'

/** The change table and its retention. */
export const changeCases: Cases = {
  async 'every written or deleted row is one change at the position of its unit'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource.all([source('b'), source('a')])] })
    await store.commit({ commands: [removeSource({ id: 'a' }), removeSource({ id: 'nobody' })] })
    const body = Uint8Array.of(1)
    await store.commit({
      commands: [
        putBody({ sha256: 'x', bytes: 1, compression: 'none', body }),
        changeKind({ from: 'site', to: 'feed' }),
      ],
    })
    assert.deepEqual(await store.changes(0, 100), [
      { position: 1, noun: 'source', id: 'a', op: 'put' },
      { position: 1, noun: 'source', id: 'b', op: 'put' },
      { position: 2, noun: 'source', id: 'a', op: 'delete' },
      { position: 3, noun: 'rawBody', id: 'x', op: 'put' },
      { position: 3, noun: 'source', id: 'b', op: 'put' },
    ])
  },

  async 'a row that one unit changes twice is one change with the last op'(bench) {
    await using store = await bench.open()
    const [a, b] = [source('a'), source('b')]
    await store.commit({ commands: [addSource(a), removeSource({ id: 'a' })] })
    await store.commit({ commands: [addSource(b), removeSource({ id: 'b' }), putSource(b)] })
    assert.deepEqual(
      (await store.changes(0, 100)).map((change) => [change.id, change.op]),
      [
        ['a', 'delete'],
        ['b', 'put'],
      ],
    )
  },

  async 'changes are read in chunks after a position'(bench) {
    await using store = await bench.open()
    for (const id of ['a', 'b', 'c', 'd']) await store.commit({ commands: [addSource(source(id))] })
    const ids = async (after: number, limit: number) =>
      (await store.changes(after, limit)).map((change) => change.id)
    assert.deepEqual(await ids(0, 2), ['a', 'b'])
    assert.deepEqual(await ids(2, 2), ['c', 'd'])
    assert.deepEqual(await ids(4, 2), [])
  },

  async 'an id that databases confuse is named as it is'(bench) {
    await using store = await bench.open()
    const ids = ['\0', '\ud800', '\ufffd', '\u001a0', 'É', 'é']
    await store.commit({ commands: [addSource.all(ids.map((id, n) => source(id, { key: `${n}` })))] })
    const named = (await store.changes(0, 100)).map((change) => change.id)
    assert.deepEqual(named.sort(), ids.sort())
  },

  async 'changes are kept as far back as was asked for, and older positions are refused'(bench) {
    await using store = await bench.open({ changesKept: 100 })
    for (let n = 0; n < 8; n++) {
      const commits = Array.from({ length: 500 }, (_, m) =>
        store.commit({ commands: [putSource(source(`${m}`, { kind: `${n}` }))], durability: 'crash-safe' }),
      )
      await Promise.all(commits)
    }
    const kept = await store.changes(3_900, 1_000)
    assert.deepEqual(
      kept.map((change) => change.position),
      Array.from({ length: 100 }, (_, n) => 3_901 + n),
    )
    await assert.rejects(store.changes(1_000, 10), {
      code: 'PositionTooOld',
      applied: 'no',
      message: /after position 1000/,
    })
  },
}
