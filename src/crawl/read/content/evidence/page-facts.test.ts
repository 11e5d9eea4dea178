import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extractContent } from '../index.ts'

const page = (html: string) => extractContent(html, 'https://example.org/a/b')
const jsonLd = (value: unknown) => `<script type="application/ld+json">${JSON.stringify(value)}</script>`
const og = (name: string, content: string) => `<meta property="og:${name}" content="${content}">`

const titles: [what: string, html: string, title: string][] = [
  [
    'JSON-LD comes first, its entities and tags are read',
    jsonLd({ '@type': 'NewsArticle', headline: 'Mills &amp; <i>weirs</i>' }) + og('title', 'x'),
    'Mills & weirs',
  ],
  [
    'a graph and a main entity are looked into',
    jsonLd({ '@graph': [{ '@type': 'WebPage', mainEntity: { '@type': 'Article', headline: 'Mills' } }] }),
    'Mills',
  ],
  [
    'og:title loses the name of the site',
    og('title', 'Mills | The Valley') + og('site_name', 'The Valley'),
    'Mills',
  ],
  [
    'a marked headline counts only where the title has it too',
    '<title>Mills - X</title><h2 itemprop=headline>Blog</h2><h1 itemprop=headline>Mills</h1>',
    'Mills',
  ],
  [
    'a heading that the title begins with is the title',
    '<title>Mills — The Valley 3.1 documentation</title><h1>Mills<a href="#mills">¶</a></h1>',
    'Mills',
  ],
  ['a heading that is something else is not', '<title>Mills</title><h1>The Valley</h1>', 'Mills'],
  ['without a title the heading is', '<h1>Mills</h1>', 'Mills'],
]

for (const [what, html, title] of titles) {
  test(what, () => {
    assert.equal(page(html).title, title)
  })
}

const authors: [what: string, html: string, authors: string[]][] = [
  [
    'names of JSON-LD, by reference too',
    jsonLd([
      { '@type': 'Article', author: [{ '@id': '#a' }, 'By Bob Weir'] },
      { '@id': '#a', name: 'Ann Miller' },
    ]),
    ['Ann Miller', 'Bob Weir'],
  ],
  [
    'several names in one text',
    '<meta name=author content="Ann Miller and Bob Weir">',
    ['Ann Miller', 'Bob Weir'],
  ],
  ['a comma that parts no names', '<meta name=author content="Ann Miller, MS, RD">', ['Ann Miller, MS, RD']],
  [
    'profiles are no names, the same name is one',
    '<meta name=author content="ann miller"><meta property="article:author" content="https://x.example/ann"><meta property="article:author" content="Ann Miller">',
    ['Ann Miller'],
  ],
  ['names that publishing systems give', '<meta name="parsely-author" content="Ann Miller">', ['Ann Miller']],
  [
    'microdata, the name within',
    '<span itemprop=author>By <b itemprop=name>Ann Miller</b>, writer</span>',
    ['Ann Miller'],
  ],
  ['a byline that reads like a name', '<p class="article-byline">By Ann Miller</p>', ['Ann Miller']],
  ['no byline that does not', '<p class=byline>Updated two hours ago</p>', []],
  [
    'no byline where a name is declared',
    '<meta name=author content="Ann Miller"><p class=byline>By Bob Weir</p>',
    ['Ann Miller'],
  ],
]

for (const [what, html, names] of authors) {
  test(`authors: ${what}`, () => {
    assert.deepEqual(page(html).authors, names)
  })
}

const DAY = Date.parse('2024-03-05T00:00:00Z')
const dates: [what: string, html: string, publishedAt: number | null, modifiedAt: number | null][] = [
  [
    'JSON-LD before metas',
    jsonLd({ '@type': 'Article', datePublished: '2024-03-05', dateModified: '2024-03-05' }) +
      '<meta property="article:published_time" content="2001-01-01">',
    DAY,
    DAY,
  ],
  [
    'microdata',
    '<time itemprop=datePublished datetime=2024-03-05>then</time><span itemprop=dateModified content=2024-03-05></span>',
    DAY,
    DAY,
  ],
  [
    'a time in the head of the article',
    '<article><header><h1>a</h1><time datetime=2024-03-05>then</time></header></article>',
    DAY,
    null,
  ],
  [
    'a time that is called published',
    '<p><time class="entry-date published" datetime=2024-03-05>then</time>',
    DAY,
    null,
  ],
  [
    'no time of anything else',
    '<aside><header><time datetime=2024-03-05></time></header></aside><p><time datetime=2024-03-05>then</time>',
    null,
    null,
  ],
]

for (const [what, html, publishedAt, modifiedAt] of dates) {
  test(`dates: ${what}`, () => {
    const content = page(html)
    assert.deepEqual([content.publishedAt, content.modifiedAt], [publishedAt, modifiedAt])
  })
}

test('the language is the html element’s, else that of a meta, else of JSON-LD', () => {
  assert.equal(page(`<html lang=de>${og('locale', 'fr_FR')}`).language, 'de')
  assert.equal(page(og('locale', 'fr_FR')).language, 'fr-FR')
  assert.equal(page(jsonLd({ '@type': 'Article', inLanguage: 'it' })).language, 'it')
  assert.equal(page('').language, null)
})

test('the lead image is absolute, and what is no address is passed over', () => {
  const image = (value: unknown) => page(jsonLd({ '@type': 'Article', image: value })).leadImage
  assert.equal(page(og('image', 'data:x') + og('image', '/i.png')).leadImage, 'https://example.org/i.png')
  for (const value of [
    '/i.png',
    { url: '/i.png' },
    [{ contentUrl: '/i.png' }, '/j.png'],
    [null, ['x'], '/i.png'],
  ])
    assert.equal(image(value), 'https://example.org/i.png', JSON.stringify(value))
  assert.equal(page('<img itemprop=image src=i.png>').leadImage, 'https://example.org/a/i.png')
  assert.equal(image(7), null)
})

test('the description is one line', () => {
  assert.equal(page('<meta name=description content=" a \n b ">').description, 'a b')
  assert.equal(page(`${og('description', 'a')}<meta name=description content=b>`).description, 'a')
  assert.equal(page('<meta name=description content="">').description, null)
})
