import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { newId } from './id.ts'

const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 })

test('an id is a UUID of version 7 and of the RFC 9562 variant', () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  fc.assert(fc.property(anyTime, (at) => shape.test(newId(at))))
})

test('an id begins with its time, so that text order is time order', () => {
  // RFC 9562 appendix A.6.
  assert.equal(newId(0x017f22e279b0).slice(0, 13), '017f22e2-79b0')
  fc.assert(fc.property(anyTime, anyTime, (a, b) => a === b || newId(a) < newId(b) === a < b))
})

test('ids of the same millisecond are different', () => {
  assert.equal(new Set(Array.from({ length: 10_000 }, () => newId(1))).size, 10_000)
})
