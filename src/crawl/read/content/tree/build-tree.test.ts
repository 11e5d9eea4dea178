import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ELEMENTS_MAX, TREE_DEPTH_MAX } from './build-tree.ts'
import { buildTree, type Node, type PageElement } from './index.ts'

/** The tree as nested tags without white space between them. */
function shape(node: Node): string {
  if (typeof node === 'string') return node.trim()
  const inner = node.children.map(shape).join('')
  return node.name === '#page' ? inner : `<${node.name}>${inner}</${node.name}>`
}

const trees: [what: string, html: string, tree: string][] = [
  ['paragraphs close each other', '<p>a<p>b', '<p>a</p><p>b</p>'],
  ['a block closes the paragraph around it', '<p>a<b>b<div>c</div>', '<p>a<b>b</b></p><div>c</div>'],
  [
    'items close each other, but not those of an outer list',
    '<ul><li>a<ul><li>b</ul><li>c',
    '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>',
  ],
  [
    'terms and descriptions close each other',
    '<dl><dt>a<dd>b<dt>c',
    '<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>',
  ],
  [
    'rows and cells close each other',
    '<table><tr><td>a<td>b<tr><th>c',
    '<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>',
  ],
  [
    'an end tag does not leave its cell',
    '<div><table><tr><td>a</div>b',
    '<div><table><tr><td>ab</td></tr></table></div>',
  ],
  ['an inline end tag does not close a block', '<div><b>a<p>b</b>c</p>', '<div><b>a<p>bc</p></b></div>'],
  ['a link that is closed within a block is none', '<a name=x><p>b</a>c</p>', '<span><p>bc</p></span>'],
  ['a link closes the link before', '<a href=x>a<a href=y>b', '<a>a</a><a>b</a>'],
  ['any heading tag closes a heading', '<h2>a</h3>b', '<h2>a</h2>b'],
  ['stray end tags are nothing', '</div>a</p></b>', 'a'],
  [
    'head, scripts and styles are not in the tree',
    '<head><title>t</title><style>s</style></head><script>1</script>a',
    'a',
  ],
  ['html in svg ends it', '<svg><title>t</title><p>a', '<svg><title>t</title></svg><p>a</p>'],
]

for (const [what, html, tree] of trees) {
  test(what, () => {
    assert.equal(shape(buildTree(html).root), tree)
  })
}

test('the head says title, language and base; the first of each counts', () => {
  const { title, language, base } = buildTree(
    '<html lang=de><title>a &amp; b</title><title>c</title><base href=/x/><base href=/y/>',
  )
  assert.deepEqual([title, language, base], ['a & b', 'de', '/x/'])
})

test('what is nested too deep is content of the deepest element kept', () => {
  const { root } = buildTree(`${'<div>'.repeat(100_000)}deep${'</div>'.repeat(100_000)}after`)
  let depth = 0
  for (let element = root; ; depth++) {
    const inner = element.children.find((child) => typeof child !== 'string')
    if (inner === undefined) break
    element = inner
  }
  assert.equal(depth, TREE_DEPTH_MAX)
  assert.deepEqual(root.children.at(-1), 'after')
})

test('elements beyond the limit leave their text', () => {
  const { root } = buildTree('<i>x</i>'.repeat(ELEMENTS_MAX + 10))
  const texts = root.children.filter((child) => typeof child === 'string')
  assert.equal(root.children.length - texts.length, ELEMENTS_MAX)
  assert.equal(texts.join('').replace(/\s/g, ''), 'x'.repeat(10))
})

test('an element knows whether blocks lie within', () => {
  const { root } = buildTree('<div><span><b><p>a</p></b></span><i>b</i></div>')
  const flags: string[] = []
  const visit = (element: PageElement) => {
    for (const child of element.children) {
      if (typeof child === 'string') continue
      flags.push(`${child.name} ${child.holdsBlocks}`)
      visit(child)
    }
  }
  visit(root)
  assert.deepEqual(flags, ['div true', 'span true', 'b true', 'p false', 'i false'])
})

test('no markup makes it throw, and no text that a reader sees is lost', () => {
  const tag = fc.constantFrom(
    'p',
    'div',
    'b',
    'a',
    'li',
    'ul',
    'table',
    'tr',
    'td',
    'svg',
    'h1',
    'pre',
    'dl',
    'dd',
    'x-y',
  )
  const piece = fc.oneof(
    tag.map((name) => `<${name}>`),
    tag.map((name) => `</${name}>`),
    fc.constantFrom('<br/>', '<p ', '<!--c-->', '<', '"', '>', '<a href=x', '&amp;'),
    fc.stringMatching(/^[a-z]{1,5}$/),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      shape(buildTree(pieces.join('')).root)
    }),
  )
  const tags = fc.array(
    fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name}>`),
      fc.constantFrom('one', 'two'),
    ),
  )
  fc.assert(
    fc.property(tags, (pieces) => {
      const words = pieces.filter((text) => !text.startsWith('<')).join('')
      const kept = shape(buildTree(pieces.join('')).root).replace(/<[^>]*>/g, '')
      assert.equal(kept, words)
    }),
  )
})
