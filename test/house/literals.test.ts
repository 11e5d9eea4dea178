import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineAt, spansOf, without } from './literals.ts'
import { readSources } from './sources.ts'

function read(text: string): readonly (readonly [string, string])[] {
  return spansOf(text).map(({ kind, start, end }) => [kind, text.slice(start, end)])
}

test('comments, strings, templates and regular expressions are told apart', () => {
  const text = "a('it\\'s') // b 'c'\n/* `d` */ const e = /[/'\"]\\//g.test(\"f\")"
  assert.deepEqual(read(text), [
    ['string', "'it\\'s'"],
    ['comment', "// b 'c'"],
    ['comment', '/* `d` */'],
    ['regex', '/[/\'"]\\//g'],
    ['string', '"f"'],
  ])
})

test('what stands between the text of a template is code, however deep', () => {
  assert.deepEqual(read("`a${b('c')}d${{ e: `f${g}` }}\\`$h`"), [
    ['template', 'a'],
    ['string', "'c'"],
    ['template', 'd'],
    ['template', 'f'],
    ['template', ''],
    ['template', '\\`$h'],
  ])
})

test('a slash that divides begins no regular expression', () => {
  assert.deepEqual(read('a / b / c; (d) / e[0] / 2'), [])
  assert.deepEqual(read('return /a/.test(b) / 2'), [['regex', '/a/']])
})

test('what is taken out leaves its lines', () => {
  const text = "a /* b\nc */ 'd'"
  assert.equal(without(text, spansOf(text), 'comment'), "a     \n     'd'")
  assert.equal(lineAt(text, text.indexOf('d')), 2)
})

test('no file of the project is misread: outside of its literals it has no quote', () => {
  const misread = readSources().flatMap(({ path, text, spans }) => {
    const code = without(text, spans, 'comment', 'string', 'template', 'regex')
    const at = code.search(/['"]/)
    return at < 0 ? [] : [`${path}:${lineAt(text, at)}`]
  })
  assert.deepEqual(misread, [])
})
