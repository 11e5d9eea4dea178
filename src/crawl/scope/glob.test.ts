import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileGlob } from './index.ts'

const letters = (...alphabet: string[]) =>
  fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(''))

test('a glob matches what the regular expression of the same meaning matches', () => {
  fc.assert(
    fc.property(
      letters('a', 'b', '*', '.'),
      letters('a', 'b', '.'),
      fc.boolean(),
      fc.boolean(),
      (pattern, text, start, end) => {
        const body = pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')
        const expected = new RegExp(`${start ? '^' : ''}${body}${end ? '$' : ''}`).test(text)
        assert.equal(compileGlob(pattern, { start, end })(text), expected)
      },
    ),
    { numRuns: 5000 },
  )
})

test('a pattern made to backtrack takes no longer than another', { timeout: 5000 }, () => {
  assert.equal(compileGlob('*a'.repeat(500) + 'b', { start: true, end: true })('a'.repeat(100_000)), false)
})
