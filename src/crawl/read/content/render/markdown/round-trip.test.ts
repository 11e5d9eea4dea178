import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { contentOfFragment } from '../../index.ts'

// html: true, so that a tag that was not escaped is lost as it would be for any reader.
const reader = new MarkdownIt({ html: true }).enable(['table', 'strikethrough'])

/** What a reader of the markdown sees, and what one of the text sees, without the white space both lay out with. */
function seen(html: string): { markdown: string; read: string; text: string } {
  const { markdown, text } = contentOfFragment(html, 'https://example.org/a/')
  const read = contentOfFragment(reader.render(markdown), 'https://example.org/a/').text
  return { markdown, read: read.replace(/\s+/g, ''), text: text.replace(/\s+/g, '') }
}

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

const word = fc.oneof(
  fc.constantFrom(
    'mill',
    'race',
    'a',
    '1.',
    '12)',
    '-',
    '+',
    '#',
    '##',
    '>',
    '|',
    '---',
    '===',
    '| --- |',
    '~~~',
    '```',
    '~~',
  ),
  fc.constantFrom(
    '*',
    '**',
    '_',
    '__',
    'a_b',
    '_a',
    'b_',
    '`',
    '``',
    '[',
    ']',
    '](',
    '![',
    '!',
    '\\',
    '&amp;',
    '&#35;',
    '&',
  ),
  fc.constantFrom(
    '<',
    '<b>',
    '</p>',
    '<!--',
    'http://example.org/?a=1',
    'Ω',
    '日本語',
    '“',
    'é',
    '(',
    ')',
    '"',
    ':',
    '1',
    '.',
    '😀',
  ),
  fc.string({ maxLength: 6 }),
)
const text = fc
  .array(word, { minLength: 1, maxLength: 5 })
  .chain((words) => fc.constantFrom(' ', '', '\n').map((gap) => escape(words.join(gap))))

const inline: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    tie('node').map((inner) => `<b>${inner}</b>`),
    tie('node').map((inner) => `<em>${inner}</em>`),
    tie('node').map((inner) => `<del>${inner}</del>`),
    text.map((code) => `<code>${code}</code>`),
    tie('node').map((inner) => `<a href="x(y)?a=[b]*_c_">${inner}</a>`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `${a}<br>${b}`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `${a} ${b}`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `${a}${b}`),
  ),
})).node

const block: fc.Arbitrary<string> = fc.letrec<{ block: string }>((tie) => {
  const blocks = fc.array(tie('block'), { minLength: 1, maxLength: 3 }).map((list) => list.join(''))
  const item = fc
    .oneof(
      inline,
      blocks,
      fc.tuple(inline, blocks).map(([a, b]) => a + b),
    )
    .map((inner) => `<li>${inner}</li>`)
  const items = fc.array(item, { minLength: 1, maxLength: 3 }).map((list) => list.join(''))
  const row = fc
    .array(inline, { minLength: 1, maxLength: 3 })
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return {
    block: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      inline.map((inner) => `<p>${inner}</p>`),
      fc
        .tuple(fc.integer({ min: 1, max: 6 }), inline)
        .map(([level, inner]) => `<h${level}>${inner}</h${level}>`),
      text.map((code) => `<pre>${code}</pre>`),
      fc.array(row, { minLength: 1, maxLength: 3 }).map((rows) => `<table>${rows.join('')}</table>`),
      inline.map((inner) => `<div>${inner}</div>`),
      blocks.map((inner) => `<blockquote>${inner}</blockquote>`),
      items.map((inner) => `<ul>${inner}</ul>`),
      fc.tuple(fc.nat(20), items).map(([start, inner]) => `<ol start=${start}>${inner}</ol>`),
      fc.tuple(tie('block'), tie('block')).map(([a, b]) => a + b),
      fc.constant('<hr>'),
    ),
  }
}).block

test('whatever inline content a paragraph has, its markdown reads back as the same text', () => {
  fc.assert(
    fc.property(inline, (html) => {
      const { markdown, read, text: wanted } = seen(`<p>${html}</p>`)
      assert.equal(read, wanted, markdown)
    }),
    { numRuns: 500 },
  )
})

test('whatever blocks a page has, its markdown reads back as the same text', () => {
  fc.assert(
    fc.property(block, (html) => {
      const { markdown, read, text: wanted } = seen(html)
      assert.equal(read, wanted, markdown)
    }),
    { numRuns: 500 },
  )
})
