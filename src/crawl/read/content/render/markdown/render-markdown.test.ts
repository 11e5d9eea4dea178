import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentOfFragment } from '../../index.ts'

const markdownOf = (html: string) => contentOfFragment(html, 'https://example.org/a/b').markdown

const layouts: [what: string, html: string, markdown: string][] = [
  ['headings have their level', '<h1>a</h1><h3>b <br>c ##</h3>', '# a\n\n### b c \\##'],
  ['emphasis keeps white space outside of its marks', 'a<b> b </b>c<i>d</i>', 'a **b** c*d*'],
  ['emphasis that could not be read as such is left out', 'a<b>"b"</b>c', 'a"b"c'],
  ['code is as it stands, in a fence longer than its own', '<code>a ` b*</code>', '``a ` b*``'],
  [
    'links are absolute',
    '<a href="../c?d=e f(1)">x</a>',
    String.raw`[x](https://example.org/c?d=e%20f\(1\))`,
  ],
  ['links no reader can follow are their text', '<a href="javascript:x()">a</a> <a>b</a>', 'a b'],
  [
    'images have their text',
    '<img src=i.png alt="a [b]">',
    String.raw`![a \[b\]](https://example.org/a/i.png)`,
  ],
  [
    'images that load late are found',
    '<img src="data:x" data-src=i.png>',
    '![](https://example.org/a/i.png)',
  ],
  ['pixels are no images', 'a<img src=i.png width=1 height=1>', 'a'],
  ['lists nest', '<ul><li>a<ol start=3><li>b<li>c</ol><li>d</ul>', '- a\n\n  3. b\n  4. c\n- d'],
  ['a list after a list is another list', '<ul><li>a</ul><ul><li>b</ul>', '- a\n\n* b'],
  [
    'items may hold several blocks',
    '<ol><li><p>a<p>b<pre>c</pre></ol>',
    '1. a\n\n   b\n\n   ```\n   c\n   ```',
  ],
  ['quotes nest', '<blockquote><p>a<blockquote>b</blockquote></blockquote>', '> a\n>\n> > b'],
  [
    'code blocks are verbatim and name their language',
    '<pre><code class="language-sql">\na  &lt;\n\n\n  b\n</code></pre>',
    '```sql\na  <\n\n\n  b\n```',
  ],
  [
    'one example in two languages is no single line',
    '<pre><code class="language-js">a</code><code>b</code><button>copy</button></pre>',
    '```js\na\nb\n```',
  ],
  ['a fence is longer than any within', '<pre>````</pre>', '`````\n````\n`````'],
  [
    'a language may stand around the block',
    '<div class="highlight-python3"><div class=highlight><pre>a</pre></div></div>',
    '```python3\na\n```',
  ],
  [
    'tables have a header, escaped cells and spans',
    '<table><caption>t</caption><tr><th>a<th>b<tr><td>1|2<td><p>x</p><tr><td colspan=2>y</table>',
    't\n\n| a | b |\n| --- | --- |\n| 1\\|2 | x |\n| y |  |',
  ],
  [
    'a table without header has an empty one',
    '<table><tr><td>a<td>b<tr><td>c<td>d</table>',
    '|  |  |\n| --- | --- |\n| a | b |\n| c | d |',
  ],
  [
    'tables that lay out a page are flattened',
    '<table><tr><td><p>a<p>b<td><ul><li>c</ul></table>',
    'a\n\nb\n\n- c',
  ],
  ['line breaks are hard, two of them part paragraphs', 'a<br>b<br><br>c', 'a\\\nb\n\nc'],
  [
    'what looks like markup is escaped where it would be',
    '1. a_b _c_ *d* # e<br># f<br>- g<br>2) h',
    String.raw`1\. a_b \_c\_ \*d\* # e` + '\\\n\\# f\\\n\\- g\\\n2\\) h',
  ],
  [
    'tags and entities in text are escaped',
    '&lt;b&gt; a &lt; 1 &amp;amp; R&amp;D too',
    String.raw`\<b> a < 1 \&amp; R&D too`,
  ],
  ['blocks within inline elements are blocks', '<b><p>a</p><p>b</p></b>', 'a\n\nb'],
]

for (const [what, html, markdown] of layouts) {
  test(what, () => {
    assert.equal(markdownOf(html), markdown)
  })
}

test('without an address of the page relative links stay relative', () => {
  assert.equal(contentOfFragment('<a href="b c.html">a</a>', '').markdown, '[a](b%20c.html)')
})

test('quotes nested a thousand deep cost no more than a few', () => {
  const html = `${'<blockquote>'.repeat(1000)}${'<p>a line of text that is quoted</p>'.repeat(1000)}`
  assert.ok(markdownOf(html).length < html.length * 2)
})
