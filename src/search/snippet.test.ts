/** The place that is shown is the one where most of what was asked for stands together. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseQuestion } from './match-expression.ts'
import { placesOf, snippetOf } from './snippet.ts'

function shown(text: string, typed: string, isStart = true): string | undefined {
  return snippetOf(text, { places: placesOf(parseQuestion(typed)), marks: ['[', ']'], isStart })
}

const FILLER = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ')

test('words, phrases and beginnings are marked, each as a whole, without case and accents', () => {
  assert.equal(shown('The river mill turns.', 'MILL'), 'The river [mill] turns.')
  assert.equal(shown('The river mill turns.', '"river mill"'), 'The [river mill] turns.')
  assert.equal(shown('The river mill turns.', 'riv* turns'), 'The [river] mill [turns].')
  assert.equal(shown('Crème brûlée', 'creme BRULEE'), '[Crème] [brûlée]')
  assert.equal(shown("don't stop", "don't"), "[don't] stop")
})

test('the place where most of it stands together is shown, not the first', () => {
  const text = `mill ${FILLER} river and mill ${FILLER}`
  assert.match(shown(text, 'river mill') ?? '', /^…w36 w37 w38 w39 \[river\] and \[mill\] w0 .*…$/)
})

test('a place at either end goes to the end of the text, with its punctuation', () => {
  assert.equal(shown('«Mill!»', 'mill'), '«[Mill]!»')
  assert.match(shown(`${FILLER} the mill?`, 'mill') ?? '', /^….* the \[mill\]\?$/)
  assert.equal(shown('part of a mill', 'mill', false), '…part of a [mill]')
})

test('what is not there is not shown', () => {
  assert.equal(shown('a river', 'mill'), undefined)
  assert.equal(shown('mill river', '"river mill"'), undefined)
  assert.equal(shown('windmill', 'mill'), undefined)
  assert.equal(shown('', 'mill'), undefined)
  assert.equal(shown('mill', '"!" -'), undefined)
})

test('without its marks and its ellipses a snippet is a piece of the text, whatever the text and the question', () => {
  const property = fc.property(
    fc.string({ unit: 'grapheme' }),
    fc.string({ minLength: 1 }),
    (text, typed) => {
      const places = placesOf([{ words: typed, isBeginning: true }])
      const snippet = snippetOf(`${text} ${typed} ${text}`, {
        places,
        marks: ['\u0001', '\u0002'],
        isStart: true,
      })
      if (snippet === undefined) return assert.equal(places.length, 0)
      // oxlint-disable-next-line no-control-regex -- the marks of this test
      const plain = snippet.replace(/[\u0001\u0002]/g, '')
      const source = `${text} ${typed} ${text}`
      const pieces = [plain, plain.slice(1), plain.slice(0, -1), plain.slice(1, -1)]
      return assert.ok(pieces.some((piece) => source.includes(piece)))
    },
  )
  fc.assert(property)
})
