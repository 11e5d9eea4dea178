/** Every word is quoted, so that FTS5 sees words and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchExpression, parseQuestion } from './match-expression.ts'

const cases: Readonly<Record<string, string>> = {
  'river mill': '"river" "mill"',
  'riv*': '"riv" *',
  'riv***': '"riv" *',
  '"river mill"': '"river mill"',
  '"river mi"*': '"river mi" *',
  'say"river mill"now': '"say" "river mill" "now"',
  '"river': '"river"',
  'a AND b': '"a" "AND" "b"',
  'title : x': '"title" ":" "x"',
  '"" a': '"a"',
  '* a': '"a"',
}

for (const [typed, expression] of Object.entries(cases)) {
  test(`what is typed as ${typed} is asked as ${expression}`, () => {
    assert.equal(matchExpression(parseQuestion(typed)), expression)
  })
}
