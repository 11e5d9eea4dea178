import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TITLE_CHARS_MAX } from './parse-page.ts'
import { decodeHtml, parsePage } from './index.ts'

const URL_OF_PAGE = 'https://example.org/a/b'
const page = (html: string) => parsePage(html, URL_OF_PAGE)

test('the title is the first one outside svg, collapsed, else og:title', () => {
  assert.equal(
    page('<svg><title>icon</title></svg><title>\n A &amp;  B </title><title>C</title>').title,
    'A & B',
  )
  assert.equal(page('<meta property=og:title content="From OG">').title, 'From OG')
  assert.equal(page('<title>unclosed').title, 'unclosed')
  assert.equal(page(`<title>${'x'.repeat(5000)}</title>`).title.length, TITLE_CHARS_MAX)
})

const scripted: [name: string, html: string, needs: boolean][] = [
  ['an empty page with a script', '<div></div><script src=app.js></script>', true],
  ['an empty app root', '<div class=x id="root"></div>', true],
  ['a noscript message', '<noscript>Please enable JavaScript.</noscript>', true],
  [
    'an empty page without either',
    '<p>Nothing here yet.</p><script type="application/ld+json">{}</script>',
    false,
  ],
  ['a page with text and scripts', `<script>1</script><p>${'word '.repeat(20)}`, false],
]

for (const [name, html, needs] of scripted) {
  test(`${name} ${needs ? 'needs' : 'does not need'} JavaScript`, () =>
    assert.equal(page(html).needsJavascript, needs))
}

test('NUL and lone surrogates become U+FFFD', () => {
  const parsed = page('<title>a\0b</title>c\ud800d<a href="/\ud800">')
  assert.equal(parsed.title, 'a\ufffdb')
  assert.equal(parsed.text, 'c\ufffdd')
  assert.equal(parsed.links[0]?.url, 'https://example.org/%EF%BF%BD')
})

const hostile: [name: string, html: string][] = [
  ['100,000 nested tags', '<b>'.repeat(100_000)],
  ['100,000 nested tags and as many stray end tags', '<b>'.repeat(100_000) + '</x>'.repeat(100_000)],
  ['100,000 nested pre, svg, table and template', '<pre><svg><table><tr><td><template>'.repeat(100_000)],
  ['unclosed forms', '<i>'.repeat(100_000) + '<form>'.repeat(100_000)],
  [
    '300,000 attributes',
    `<a ${Array.from({ length: 300_000 }, (_, index) => `a${index}=${index}`).join(' ')} href=x>`,
  ],
  [
    '100,000 metas',
    Array.from({ length: 100_000 }, (_, index) => `<meta name=m${index} content=x>`).join(''),
  ],
  ['5 MB on one line', 'word '.repeat(1_000_000)],
  ['5 MB of spaces', ' '.repeat(5_000_000)],
  ['5 MB of blank lines in pre', `<pre>${' \n'.repeat(2_500_000)}x`],
  ['5 MB of half tags', '<div '.repeat(1_000_000)],
  ['5 MB of less-than signs', '<'.repeat(5_000_000)],
  ['5 MB of ampersands', '&'.repeat(5_000_000)],
  ['an endless character reference', `&#${'0'.repeat(5_000_000)}`],
  ['1,000,000 entities', '&amp;'.repeat(1_000_000)],
  ['1,000,000 comments', '<!---->'.repeat(1_000_000)],
  ['an unclosed comment', `<!--${'-'.repeat(5_000_000)}`],
  ['an unclosed script', `<script type=application/ld+json>${'{'.repeat(5_000_000)}`],
  ['a JSON-LD script of spaces and slashes', `<script type=application/ld+json>${' //'.repeat(300_000)}`],
]

for (const [name, html] of hostile) {
  test(`${name} is parsed without throwing`, { timeout: 10_000 }, () => {
    assert.equal(typeof page(html).text, 'string')
  })
}

const check = (html: string) => {
  for (const link of page(html).links) assert.match(link.url, /^https?:\/\/[^#]+$/)
}

test('any text and any bytes are parsed without throwing, and yield absolute http(s) links', () => {
  const markup = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<',
        '>',
        '</',
        '<a href="',
        '"',
        '<p',
        '<script>',
        '<base href=',
        '&#',
        '<svg>',
        '<!--',
        '<title>',
      ),
    ),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(markup, (parts) => check(parts.join(''))),
    { numRuns: 1000 },
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => check(decodeHtml(bytes, undefined).html)))
})

test('a page whose address can not be parsed still has its absolute links', () => {
  assert.deepEqual(parsePage('<a href=x><a href=https://h/>', 'nowhere').links, [
    { url: 'https://h/', nofollow: false },
  ])
})
