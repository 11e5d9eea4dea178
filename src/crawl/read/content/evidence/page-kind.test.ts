import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildTree } from '../tree/index.ts'
import { isArticlePage } from './page-kind.ts'

const isArticle = (html: string) => {
  const tree = buildTree(html)
  return isArticlePage(tree.metadata.metadata(), tree.root)
}
const jsonLd = (value: unknown) => `<script type="application/ld+json">${JSON.stringify(value)}</script>`

const pages: [what: string, html: string, isOne: boolean][] = [
  ['JSON-LD of an article', jsonLd({ '@graph': [{ '@type': ['Thing', 'NewsArticle'] }] }), true],
  [
    'an article with questions and answers beside it',
    jsonLd([{ '@type': 'Article' }, { '@type': 'FAQPage', mainEntity: [{ '@type': 'Question' }] }]),
    true,
  ],
  [
    'a thread, whatever else it says',
    jsonLd({ '@type': 'DiscussionForumPosting' }) + '<meta property=og:type content=article>',
    false,
  ],
  ['og:type', '<meta property=og:type content=article>', true],
  ['og:type of a site', '<meta property=og:type content=website>', false],
  ['a time of publication', '<meta property="article:published_time" content=2024-01-01>', true],
  ['microdata', '<div itemprop="text articleBody">', true],
  ['a single article element', '<article>a</article>', true],
  ['a single article element with code in it', '<article>a<pre>b</pre></article>', false],
  ['several article elements', '<article>a</article><article>b</article>', false],
  ['a single body, in parts', '<div class=entry-content><div class=article-body></div></div>', true],
  ['several bodies, as of a thread', '<div class=post-body>a</div><div class=post-body>b</div>', false],
  ['nothing', '<p>a</p>', false],
]

for (const [what, html, isOne] of pages) {
  test(`${what} ${isOne ? 'makes a page an article' : 'makes no article'}`, () => {
    assert.equal(isArticle(html), isOne)
  })
}
