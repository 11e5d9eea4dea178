/** Chunks keep memory flat without losing or reordering anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { CHUNK_OCTETS_MAX, chunksOf } from './chunks.ts'

test('chunks are the list again, none is empty, and only a single entry is over the bound', () => {
  const octets = fc.oneof(
    fc.nat(100),
    fc.integer({ min: CHUNK_OCTETS_MAX / 4, max: CHUNK_OCTETS_MAX }),
    fc.constant(CHUNK_OCTETS_MAX + 1),
  )
  fc.assert(
    fc.property(fc.array(fc.record({ octets })), (entries) => {
      const chunks = [...chunksOf(entries)]
      assert.deepEqual(chunks.flat(), entries)
      for (const chunk of chunks) {
        assert.ok(chunk.length > 0)
        const sum = chunk.reduce((total, entry) => total + entry.octets, 0)
        assert.ok(chunk.length === 1 || sum <= CHUNK_OCTETS_MAX)
      }
    }),
  )
})

test('entries that fit together are read together', () => {
  const entries = Array.from({ length: 8 }, () => ({ octets: CHUNK_OCTETS_MAX / 4 }))
  assert.deepEqual(
    [...chunksOf(entries)].map((chunk) => chunk.length),
    [4, 4],
  )
})
