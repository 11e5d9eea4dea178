import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { urlKey } from '../../../model/index.ts'
import { LINK_CHARS_MAX, LINKS_MAX } from './page-links.ts'
import { parsePage } from './index.ts'

const linksOf = (html: string, url = 'https://example.org/docs/page.html?v=1') => parsePage(html, url).links
const urlsOf = (html: string, url?: string) => linksOf(html, url).map((link) => link.url)

test('links are absolute url keys in document order, each once', () => {
  const html = `<a href="b.html#x"><a href=/a><area href="../up?q=1&amp;r=2"><a href="b.html#y"><a HREF='https://other.org'>
    <iframe src="frame.html"></iframe><link rel="next" href="p2"><link rel=stylesheet href=style.css><link rel=prev href=p0>`
  assert.deepEqual(urlsOf(html), [
    'https://example.org/docs/b.html',
    'https://example.org/a',
    'https://example.org/up?q=1&r=2',
    'https://other.org/',
    'https://example.org/docs/frame.html',
    'https://example.org/docs/p2',
    'https://example.org/docs/p0',
  ])
})

test('only http and https are links', () => {
  const hrefs = [
    'javascript:void(0)',
    'mailto:a@b.c',
    'data:text/html,x',
    'tel:1',
    'ftp://a/b',
    'http://',
    'http://[',
  ]
  assert.deepEqual(urlsOf(hrefs.map((href) => `<a href="${href}">x</a>`).join('')), [])
})

test('an empty href and a bare fragment mean the page itself', () => {
  assert.deepEqual(urlsOf('<a href=""></a><a href="#top"></a>'), ['https://example.org/docs/page.html?v=1'])
})

test('the first base counts, even after links, and only if it is http(s)', () => {
  assert.deepEqual(urlsOf('<a href=x><base href="/base/"><base href="/other/">'), [
    'https://example.org/base/x',
  ])
  assert.deepEqual(urlsOf('<base href="data:,"><a href=x>'), ['https://example.org/docs/x'])
})

test('a link is nofollow only if every mention of it is', () => {
  const html = '<a rel="external NoFollow" href=a></a><a rel=nofollow href=b></a><a href=b#x></a>'
  assert.deepEqual(
    linksOf(html).map((link) => link.nofollow),
    [true, false],
  )
})

test('links in noscript and svg count, links in a template do not', () => {
  const html =
    '<noscript><a href=a></a></noscript><svg><a href=b></a></svg><template><a href=c></a></template>'
  assert.deepEqual(urlsOf(html), ['https://example.org/docs/a', 'https://example.org/docs/b'])
})

test('rel=canonical is read as a url key and is no link', () => {
  const page = parsePage('<link rel="Canonical" href="/c#f">', 'https://example.org/x')
  assert.equal(page.canonicalUrl, 'https://example.org/c')
  assert.deepEqual(page.links, [])
  assert.equal(parsePage('<link rel=canonical href="mailto:x">', 'https://example.org/x').canonicalUrl, null)
})

test('links beyond the limit and links longer than the limit are dropped', () => {
  const many = Array.from({ length: LINKS_MAX + 5 }, (_, index) => `<a href=${index}>`).join('')
  assert.equal(linksOf(many).length, LINKS_MAX)
  assert.deepEqual(urlsOf(`<a href="/${'x'.repeat(LINK_CHARS_MAX)}">`), [])
})

test('resolving agrees with the URL standard for any href', () => {
  const part = fc.constantFrom(
    'a',
    'B9',
    '.',
    '..',
    '/',
    '//',
    '?',
    '=',
    '&',
    '#',
    ':',
    '%2e',
    '%',
    '-',
    '~',
    '_',
    '@',
    ' ',
    'é',
    '\\',
    ';',
    "'",
    '|',
    'http:',
    'x.html',
    '\t',
  )
  const base = fc.constantFrom(
    'https://example.org/',
    'http://u:p@h:81/a/b?c/d',
    'https://h/a/b/',
    'https://h/%7E/..;/x',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), base, (parts, page) => {
      const href = parts.join('')
      const expected = URL.parse(href, page)
      const isHttp = expected !== null && /^https?:$/.test(expected.protocol)
      const escaped = href.replaceAll('&', '&amp;')
      assert.deepEqual(urlsOf(`<a href="${escaped}">`, page), isHttp ? [urlKey(expected)] : [])
    }),
    { numRuns: 5000 },
  )
})
