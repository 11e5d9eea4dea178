import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, type Json } from '../../../model/index.ts'
import { JSON_LD_CHARS_MAX, JSON_LD_DEPTH_MAX } from './json-ld.ts'
import { parsePage } from './index.ts'

const page = (html: string) => parsePage(html, 'https://example.org/')
const jsonLd = (value: unknown) => `<script type="application/ld+json">${JSON.stringify(value)}</script>`

test('meta tags are kept by lower-case name, and the first of a name counts', () => {
  const { metadata } = page(
    '<META NAME=Description CONTENT=one><meta name=description content=two><meta http-equiv=Refresh content=5>',
  )
  assert.deepEqual(metadata.meta, { description: 'one', refresh: '5' })
})

test('a repeated property becomes a list, and Open Graph is read from name= too', () => {
  const { metadata } = page(
    '<meta property="og:image" content=a><meta property="og:image" content=b><meta name="og:title" content=t>',
  )
  assert.deepEqual(metadata.openGraph, { 'og:image': ['a', 'b'], 'og:title': 't' })
})

test('a meta named __proto__ is an ordinary name', () => {
  const { metadata } = page('<meta name="__proto__" content=x><meta property="__proto__" content=y>')
  assert.equal(
    canonicalJson(metadata),
    '{"jsonLd":[],"jsonLdBroken":0,"meta":{"__proto__":"x"},"openGraph":{"__proto__":"y"}}',
  )
  assert.equal(Object.getPrototypeOf(metadata.meta), Object.prototype)
})

test('broken JSON-LD is counted and the rest is kept', () => {
  const tooDeep = '['.repeat(JSON_LD_DEPTH_MAX + 1) + ']'.repeat(JSON_LD_DEPTH_MAX + 1)
  const broken = ['{oops', '1e999', tooDeep, '['.repeat(100_000), `"${'x'.repeat(JSON_LD_CHARS_MAX)}"`]
  const scripts = broken.map((text) => `<script type='application/ld+json; charset=utf-8'>${text}</script>`)
  const { metadata } = page(`${scripts.join('')}${jsonLd({ a: 1 })}`)
  assert.equal(metadata.jsonLdBroken, broken.length)
  assert.deepEqual(metadata.jsonLd, [{ a: 1 }])
})

test('JSON-LD is read out of comment and CDATA marks', () => {
  for (const text of ['<!-- {"a":1} -->', '//<![CDATA[\n{"a":1}\n//]]>', '/*<![CDATA[*/{"a":1}/*]]>*/']) {
    assert.deepEqual(
      page(`<script type="application/ld+json">${text}</script>`).metadata.jsonLd,
      [{ a: 1 }],
      text,
    )
  }
})

test('dates and authors come from the article of a graph, with authors by reference', () => {
  const graph = [
    { '@type': 'WebPage', datePublished: '2020-01-01', author: { name: 'Site' } },
    {
      '@type': ['NewsArticle'],
      datePublished: '2024-03-05T10:00:00+01:00',
      dateModified: '2024-03-06',
      author: [{ '@id': '#p' }, ' Bob  B '],
    },
    { '@type': 'Person', '@id': '#p', name: 'Ann' },
  ]
  const parsed = page(jsonLd({ '@context': 'https://schema.org', '@graph': graph }))
  assert.equal(parsed.publishedAt, Date.parse('2024-03-05T09:00:00Z'))
  assert.equal(parsed.modifiedAt, Date.parse('2024-03-06T00:00:00Z'))
  assert.deepEqual(parsed.authors, ['Ann', 'Bob B'])
})

test("dates of nested objects, such as comments, are not the page's", () => {
  const parsed = page(
    jsonLd({ '@type': 'Article', comment: { '@type': 'Comment', datePublished: '2001-01-01' } }),
  )
  assert.equal(parsed.publishedAt, null)
})

test('metas give dates and authors where JSON-LD gives none, and an unreadable date yields to the next', () => {
  const parsed =
    page(`<meta property="article:published_time" content="soon"><meta name=DC.date content="2024-03-05">
    <meta property="og:updated_time" content="2024-03-07T00:00:00Z"><meta name=author content=" Ann ">
    <meta property="article:author" content="https://facebook.com/ann"><meta property="article:author" content="Bob">`)
  assert.equal(parsed.publishedAt, Date.parse('2024-03-05T00:00:00Z'))
  assert.equal(parsed.modifiedAt, Date.parse('2024-03-07T00:00:00Z'))
  assert.deepEqual(parsed.authors, ['Ann', 'Bob'])
})

test('a time counts only inside the header of an article', () => {
  const time = '<time datetime="2024-03-05">'
  assert.equal(page(`<header>${time}</header><article>${time}</article>`).publishedAt, null)
  assert.equal(
    page(`<article><header>${time}</header></article>`).publishedAt,
    Date.parse('2024-03-05T00:00:00Z'),
  )
})

const languages: [html: string, language: string | null][] = [
  ['<html lang=" de-AT ">', 'de-AT'],
  ['<html xml:lang="fr">', 'fr'],
  ['<html lang=""><meta http-equiv=content-language content="en, de">', 'en'],
  ['<html lang="not a tag!"><meta property="og:locale" content="pt_BR">', 'pt-BR'],
  ['<html>', null],
]

for (const [html, language] of languages) {
  test(`the language of ${html} is ${language}`, () => assert.equal(page(html).language, language))
}

const flags = (html: string) => [page(html).robotsNoindex, page(html).robotsNofollow]

test('robots metas add up, and none means both', () => {
  assert.deepEqual(
    flags('<meta name=robots content="max-snippet:-1, NOINDEX"><meta name=ROBOTS content=nofollow>'),
    [true, true],
  )
  assert.deepEqual(flags('<meta name=robots content=none>'), [true, true])
  assert.deepEqual(flags('<meta name=robots content="index,follow">'), [false, false])
})

test('metadata is a JSON value', () => {
  const value: Json = page(jsonLd({ a: ['\ud800'] })).metadata
  assert.equal(typeof canonicalJson(value), 'string')
})
