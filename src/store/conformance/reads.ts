/** Reads see what was acknowledged, end at their deadline, and never stop the store. */
import assert from 'node:assert/strict'
import type { Cases } from './bench.ts'
import { addSource, allSources, countTo, oneSource, putSource, source } from './declared.ts'

/** Queries, deadlines, reopening. */
export const readCases: Cases = {
  async 'a read sees every commit that was acknowledged before it'(bench) {
    await using store = await bench.open()
    for (let n = 0; n < 50; n++) {
      const { position } = await store.commit({ commands: [putSource(source('a', { kind: `${n}` }))] })
      const seen = await Promise.all([1, 2, 3].map(() => store.read(oneSource({ id: 'a' }))))
      assert.deepEqual(
        seen.map((rows) => rows[0]?.kind),
        [`${n}`, `${n}`, `${n}`],
      )
      assert.equal(await store.position(), position)
    }
  },

  async 'a new store is empty and at position 0'(bench) {
    await using store = await bench.open()
    assert.equal(await store.position(), 0)
    assert.deepEqual(await store.read(allSources({})), [])
    assert.deepEqual(await store.changes(0, 10), [])
  },

  async 'a reopened store has its rows and goes on with its positions'(bench) {
    await using before = await bench.open()
    await before.commit({ commands: [addSource(source('a'))] })
    await before.close()
    await using after = await bench.open()
    assert.equal(await after.position(), 1)
    const { position } = await after.commit({ commands: [addSource(source('b'))] })
    assert.equal(position, 2)
    assert.deepEqual(
      (await after.read(allSources({}))).map((row) => [row.id, row.position]),
      [
        ['a', 1],
        ['b', 2],
      ],
    )
  },

  async 'a read that asks in_time() ends with Timeout at its deadline, and the next one is served'(bench) {
    await using store = await bench.open()
    const late = store.read(countTo({ limit: Number.MAX_SAFE_INTEGER }), { deadlineMs: 20 })
    await assert.rejects(late, { code: 'Timeout', retryable: true, applied: 'no', message: /20 ms/ })
    for (let n = 1; n <= 4; n++) assert.deepEqual(await store.read(countTo({ limit: n })), [{ count: n }])
  },

  async 'many reads at once are all answered, each with its own rows'(bench) {
    await using store = await bench.open()
    const ids = Array.from({ length: 300 }, (_, n) => `s${n}`)
    await store.commit({ commands: [addSource.all(ids.map((id) => source(id)))] })
    const found = await Promise.all(ids.map((id) => store.read(oneSource({ id }))))
    assert.deepEqual(
      found.map((rows) => rows.map((row) => row.id)),
      ids.map((id) => [id]),
    )
  },

  async 'a store tells of its queue and its reads by the names of docs/figures.md'(bench) {
    await using store = await bench.open()
    const ids = Array.from({ length: 50 }, (_, n) => `s${n}`)
    await Promise.all(ids.map((id) => store.commit({ commands: [addSource(source(id))] })))
    const reads = Promise.all(ids.map((id) => store.read(oneSource({ id }))))
    await reads
    const { levels, counts } = store.meter.read()
    for (const name of ['units', 'rows', 'bytes', 'held_back']) assert.equal(levels[`write.queue.${name}`], 0)
    assert.equal(levels['pool.waiting'], 0)
    assert.ok((levels['pool.open'] ?? 0) > 0)
    assert.ok((counts['pool.exhausted'] ?? 0) > 0)
    assert.equal(counts['write.units'], 50)
    assert.ok((counts['write.transactions'] ?? 0) >= 1)
  },

  async 'closing waits for the reads that are open'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource(source('a'))] })
    const open = Array.from({ length: 20 }, () => store.read(oneSource({ id: 'a' })))
    const closing = store.close()
    assert.equal((await Promise.all(open)).flat().length, 20)
    await closing
  },

  async 'a parameter of the wrong type is refused with its name'(bench) {
    await using store = await bench.open()
    const wrong = store.read(oneSource({ id: 7 as unknown as string }))
    await assert.rejects(wrong, {
      code: 'BadValue',
      message: 'conformance.oneSource id: expected text, got 7',
    })
  },

  async 'a query that the store was not opened with is refused'(bench) {
    await using store = await bench.open()
    await assert.rejects(store.read({ name: 'nobody.declared', data: {} }), { code: 'UnknownCommand' })
  },
}
