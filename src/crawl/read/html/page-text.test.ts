import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TEXT_CHARS_MAX } from './page-text.ts'
import { parsePage } from './index.ts'

const textOf = (html: string) => parsePage(html, 'https://example.org/').text

const layouts: [name: string, html: string, text: string][] = [
  ['white space is collapsed across inline tags', ' a \n <b> b</b>c\t<i>d </i> ', 'a bc d'],
  ['entities are decoded', 'Fish &amp; chips &copy; &#x41;', 'Fish & chips © A'],
  ['paragraphs are parted by a blank line', '<p>a</p>\n<p>b<p>c', 'a\n\nb\n\nc'],
  ['plain blocks are lines', '<div>a<div>b</div></div>c', 'a\nb\nc'],
  ['list items are lines', '<ul><li>a<li>b <b>c</b></ul>d', 'a\nb c\nd'],
  ['br is a new line and two are a blank line', 'a<br>b<br><br/>c<br><br><br>d', 'a\nb\n\nc\n\nd'],
  ['cells are parted by tabs', '<table><tr><th>a<th>b<tr><td>1</td><td>2</td></tr></table>', 'a\tb\n1\t2'],
  [
    'paragraphs in cells keep to their row',
    '<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>c',
    'a\tb\n\nc',
  ],
  ['empty cells leave no stray tab', '<table><tr><td></td><td>a</td><td></td></tr></table>b', 'a\n\nb'],
  [
    'pre keeps line breaks and indentation',
    '<pre>\n  a\n    b\n\n\n\n  c\n</pre>d',
    '  a\n    b\n\n  c\n\nd',
  ],
  ['textarea keeps line breaks', 'a<textarea>x\n  y &lt;</textarea>', 'a\n\nx\n  y <'],
  ['paragraphs of nothing but nbsp are no lines', '<p>a</p><p>&nbsp;</p><p>b</p>', 'a\n\nb'],
  [
    'script, style, template, noscript and svg are hidden',
    'a<script>1</script><style>2</style><template>3</template><noscript>4</noscript><svg><title>5</title><text>6</text></svg>b',
    'ab',
  ],
  ['the title is not text', '<head><title>t</title></head><body>a', 'a'],
  ['nav is kept', '<nav>menu</nav><main>a</main>', 'menu\na'],
  ['an unclosed svg ends at the next paragraph', '<svg><path><p>a', 'a'],
  ['an empty svg hides nothing', '<svg/>a', 'a'],
  [
    'html inside a foreignObject stays hidden',
    '<svg><foreignObject><div>x</div></foreignObject></svg>a',
    'a',
  ],
  ['an unclosed noscript in the head ends with the body tag', '<head><noscript><link></head><body>a', 'a'],
  ['stray end tags change nothing', '</pre></svg></template></noscript></table>a', 'a'],
]

for (const [name, html, text] of layouts) {
  test(name, () => assert.equal(textOf(html), text))
}

test('text is cut at its limit without splitting a character', () => {
  const text = textOf(`a${'😀'.repeat(TEXT_CHARS_MAX / 2)}`)
  assert.equal(text.length, TEXT_CHARS_MAX - 1)
  assert.ok(text.isWellFormed())
})

test('text never has two blank lines in a row, nor one at either end', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '<p>',
    '</p>',
    '<br>',
    '<pre>',
    '</pre>',
    '<td>',
    '<tr>',
    '<table>',
    '</table>',
    '<li>',
    '&nbsp;',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = textOf(pieces.join(''))
      assert.doesNotMatch(text, /^\s*\n|\n\s*$|\n[^\S\n]*\n[^\S\n]*\n/)
    }),
    { numRuns: 1000 },
  )
})
