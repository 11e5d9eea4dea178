/** The gatherer is a buffer with arithmetic in it, so random pieces check it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Gatherer } from './gather.ts'

test('all pieces come back in order whatever their sizes', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 20 })
  fc.assert(
    fc.property(pieces, (parts) => {
      const gatherer = new Gatherer()
      for (const part of parts) gatherer.add(Buffer.from(part))
      assert.deepEqual(gatherer.bytes(), Buffer.concat(parts))
      assert.equal(gatherer.length, gatherer.bytes().length)
    }),
    { numRuns: 50 },
  )
})

test('the pieces themselves are never written to', () => {
  const first = Buffer.from('first piece').subarray(0, 5)
  const gatherer = new Gatherer()
  gatherer.add(first)
  gatherer.add(Buffer.from('!'))
  assert.equal(gatherer.bytes().toString(), 'first!')
  assert.equal(Buffer.from(first.buffer, first.byteOffset, 11).toString(), 'first piece')
})
