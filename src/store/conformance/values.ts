/** What is stored comes back as it was: every string, every byte, every number, whatever it is. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Cases } from './bench.ts'
import { oneBody, oneLane, oneSource, putBody, putLane, putSource, source } from './declared.ts'
import { anyText } from './trap-texts.ts'

const anyInt = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 53 - 1, -(2 ** 53 - 1), 0))

/** Round trips and order. */
export const valueCases: Cases = {
  async 'any text and any JSON come back as they were'(bench) {
    await using store = await bench.open()
    const property = fc.asyncProperty(
      anyText,
      fc.jsonValue({ maxDepth: 4 }),
      anyText,
      async (kind, tree, text) => {
        // Through JSON once, because fast-check makes -0, which JSON has not.
        const seeds = JSON.parse(JSON.stringify([tree, { [text]: text }])) as never
        const row = source('a', { kind, seeds })
        await store.commit({ commands: [putSource(row)], durability: 'crash-safe' })
        assert.deepEqual(await store.read(oneSource({ id: 'a' })), [row])
      },
    )
    await fc.assert(property, { numRuns: 200 })
  },

  async 'any text is a key of its own and can be looked up'(bench) {
    await using store = await bench.open()
    const property = fc.asyncProperty(fc.uniqueArray(anyText, { maxLength: 8 }), async (ids) => {
      const rows = ids.map((id) => source(id, { key: `key of ${id}` }))
      await store.commit({ commands: [putSource.all(rows)], durability: 'crash-safe' })
      for (const row of rows) assert.deepEqual(await store.read(oneSource({ id: row.id })), [row])
    })
    await fc.assert(property, { numRuns: 60 })
  },

  async 'any bytes come back as they were, none at all included'(bench) {
    await using store = await bench.open()
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (body) => {
      const row = { sha256: 'x', bytes: body.length, compression: 'none', body: new Uint8Array(body) }
      await store.commit({ commands: [putBody(row)], durability: 'crash-safe' })
      assert.deepEqual(await store.read(oneBody({ sha256: 'x' })), [row])
    })
    await fc.assert(property, { numRuns: 60, examples: [[new Uint8Array(0)]] })
  },

  async 'a part of a larger buffer is stored as that part alone'(bench) {
    await using store = await bench.open()
    const body = Buffer.from('a longer text').subarray(2, 8)
    await store.commit({ commands: [putBody({ sha256: 'x', bytes: 6, compression: 'none', body })] })
    const [row] = await store.read(oneBody({ sha256: 'x' }))
    assert.equal(Buffer.from(row?.body ?? []).toString(), 'longer')
  },

  async 'every safe integer and null come back as they were'(bench) {
    await using store = await bench.open()
    const nullable = fc.option(anyText)
    const property = fc.asyncProperty(anyInt, anyInt, nullable, async (gapMs, nextAt, waitReason) => {
      const row = {
        key: 'lane',
        concurrency: 1,
        gapMs,
        nextAt,
        waitUntil: 0,
        waitReason,
      }
      await store.commit({ commands: [putLane(row)], durability: 'crash-safe' })
      assert.deepEqual(await store.read(oneLane({ key: 'lane' })), [row])
    })
    await fc.assert(property, { numRuns: 100 })
  },
}
