import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fromPortable, toPortable } from './portable-text.ts'

/** Any UTF-16 units, with those the escaping is about made frequent. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\0', '\u001a', '0', 'u', 'ud800', '\ud800', '\udbff', '\udc00', '\udfff', '😀'),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
  )
  .map((units) => units.join(''))

test('any string comes back as it was', () => {
  fc.assert(
    fc.property(anyText, (text) => fromPortable(toPortable(text)) === text),
    { numRuns: 2_000 },
  )
})

test('a stored form is well-formed and has no NUL', () => {
  const property = fc.property(anyText, (text) => {
    const stored = toPortable(text)
    return stored.isWellFormed() && !stored.includes('\0')
  })
  fc.assert(property, { numRuns: 2_000 })
})

test('two strings have two stored forms', () => {
  fc.assert(fc.property(anyText, anyText, (a, b) => (a === b) === (toPortable(a) === toPortable(b))))
})

test('the stored forms are those that were released, because databases are full of them', () => {
  const forms = new Map([
    ['', ''],
    ['plain é 😀', 'plain é 😀'],
    ['a\0b', 'a\u001a0b'],
    ['\u001a', '\u001a\u001a'],
    ['\u001a0', '\u001a\u001a0'],
    ['\ud800', '\u001aud800'],
    ['\udfff!', '\u001audfff!'],
    ['\ud83d\ude00\ude00', '\ud83d\ude00\u001aude00'],
    ['\ud83d\ud83d\ude00', '\u001aud83d\ud83d\ude00'],
    ['\ud800\0\udc00', '\u001aud800\u001a0\u001audc00'],
  ])
  for (const [text, stored] of forms) {
    assert.equal(toPortable(text), stored)
    assert.equal(fromPortable(stored), text)
  }
})
