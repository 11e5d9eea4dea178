import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isMillraceError } from '../../../model/index.ts'
import { SITEMAP_BYTES_MAX } from './inflate.ts'
import { SITEMAP_URLS_MAX } from './parse-sitemap.ts'
import { parseSitemap } from './index.ts'

const FOUND_AT = 'https://example.org/sitemap.xml'
const parse = (text: string) => parseSitemap(new TextEncoder().encode(text), FOUND_AT)
const urlset = (body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${body}</urlset>`

test('a urlset names pages with their dates, as url keys and each once', () => {
  const sitemap = parse(
    urlset(`<url><loc> https://example.org/a#x </loc><lastmod>2024-03-05</lastmod><priority>1</priority></url>
      <url><lastmod>never</lastmod><loc><![CDATA[https://example.org/b?x=1&y=2]]></loc></url>
      <url><loc>https://example.org/c?x=1&amp;y=2</loc></url><url><loc>https://example.org/a</loc></url>`),
  )
  assert.deepEqual(sitemap, {
    urls: [
      { url: 'https://example.org/a', lastmod: Date.parse('2024-03-05T00:00:00Z') },
      { url: 'https://example.org/b?x=1&y=2', lastmod: null },
      { url: 'https://example.org/c?x=1&y=2', lastmod: null },
    ],
    sitemaps: [],
  })
})

test('an index names sitemaps and no pages', () => {
  const index =
    '<sitemapindex><sitemap><loc>https://example.org/1.xml.gz</loc><lastmod>2024</lastmod></sitemap></sitemapindex>'
  assert.deepEqual(parse(index), { urls: [], sitemaps: ['https://example.org/1.xml.gz'] })
})

test('images and videos of a page are not pages, and a prefix on every element is read', () => {
  const image = '<image:image><image:loc>https://example.org/i.png</image:loc></image:image>'
  const plain = parse(urlset(`<url>${image}<loc>https://example.org/a</loc>${image}</url>`))
  const prefixed = parse(
    `<sm:urlset><sm:url>${image}<sm:loc>https://example.org/a</sm:loc></sm:url></sm:urlset>`,
  )
  assert.deepEqual(plain.urls, [{ url: 'https://example.org/a', lastmod: null }])
  assert.deepEqual(prefixed, plain)
})

test('addresses that are relative or not http(s) are skipped', () => {
  const locs = [
    '/a',
    'b',
    'ftp://example.org/',
    'javascript:1',
    '',
    'http://[',
    `https://h/${'x'.repeat(9000)}`,
  ]
  assert.deepEqual(parse(urlset(locs.map((loc) => `<url><loc>${loc}</loc></url>`).join(''))).urls, [])
})

test('RSS and Atom name the pages of their items', () => {
  const rss = `<rss><channel><link>https://example.org/</link><atom:link href="https://example.org/feed"/><item><title>t</title>
    <link>https://example.org/a</link><pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate></item></channel></rss>`
  const rdf =
    '<rdf:RDF><item><link>https://example.org/a</link><dc:date>2024-03-05T10:00:00Z</dc:date></item></rdf:RDF>'
  const atom = `<feed><link href="https://example.org/"/><entry><link rel="edit" href="https://example.org/e"/>
    <link href="https://example.org/a"/><published>2023-01-01</published><updated>2024-03-05T10:00:00Z</updated></entry></feed>`
  const expected = [{ url: 'https://example.org/a', lastmod: Date.parse('2024-03-05T10:00:00Z') }]
  for (const feed of [rss, rdf, atom]) assert.deepEqual(parse(feed).urls, expected)
})

test('plain text names one page a line', () => {
  const text =
    '\ufeffhttps://example.org/a\r\n\r\n  https://example.org/b  \n# note\nsee https://example.org/c'
  assert.deepEqual(
    parse(text).urls.map(({ url }) => url),
    ['https://example.org/a', 'https://example.org/b'],
  )
})

test('what is no sitemap names nothing', () => {
  for (const text of [
    '',
    'Not found',
    '<!doctype html><html><body><a href="https://example.org/">x</a><url><loc>https://a.org/</loc></url>',
    '{"a":1}',
  ]) {
    assert.deepEqual(parse(text), { urls: [], sitemaps: [] })
  }
})

test('a gzipped sitemap is known by its bytes', () => {
  const body = gzipSync(urlset('<url><loc>https://example.org/a</loc></url>'))
  assert.deepEqual(parseSitemap(body, FOUND_AT).urls, [{ url: 'https://example.org/a', lastmod: null }])
})

test('a sitemap that unpacks to more than the limit is refused', () => {
  const bomb = gzipSync(new Uint8Array(SITEMAP_BYTES_MAX + 1))
  assert.throws(
    () => parseSitemap(bomb, FOUND_AT),
    (error) => isMillraceError(error, 'BodyTooLarge'),
  )
})

test('a torn gzip is refused, wherever it is torn', () => {
  const body = gzipSync(urlset('<url><loc>https://example.org/a</loc></url>'))
  for (const length of [2, 9, 40, body.length - 1]) {
    assert.throws(
      () => parseSitemap(body.subarray(0, length), FOUND_AT),
      (error) => isMillraceError(error, 'BadEncoding'),
    )
  }
})

test('no more addresses are taken than the protocol allows', () => {
  const many = Array.from(
    { length: SITEMAP_URLS_MAX + 10 },
    (_, index) => `<url><loc>https://h/${index}</loc></url>`,
  )
  assert.equal(parse(urlset(many.join(''))).urls.length, SITEMAP_URLS_MAX)
})

test('a sitemap cut off in the middle names the pages before the cut', () => {
  const whole = urlset('<url><loc>https://h/1</loc></url><url><loc>https://h/2</loc></url>')
  assert.deepEqual(parse(whole.slice(0, whole.indexOf('/2') + 1)).urls, [
    { url: 'https://h/1', lastmod: null },
  ])
})

test('deep nesting and any bytes are read without throwing', { timeout: 10_000 }, () => {
  assert.deepEqual(parse('<urlset>' + '<url><loc>'.repeat(300_000) + '</x>'.repeat(300_000)).urls, [])
  const piece = fc.constantFrom(
    '<urlset>',
    '<url>',
    '<loc>',
    'https://h/',
    '</loc>',
    '</url>',
    '&#0;',
    '<![CDATA[',
    ']]>',
    '<feed>',
    '<link href="http://x">',
    '</entry>',
    '<entry>',
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      for (const { url } of parse(pieces.join('')).urls) assert.match(url, /^https?:\/\/[^#]+$/)
    }),
  )
  fc.assert(
    fc.property(
      fc.uint8Array().filter((bytes) => bytes[0] !== 0x1f),
      (bytes) => {
        parseSitemap(bytes, FOUND_AT)
      },
    ),
  )
})
