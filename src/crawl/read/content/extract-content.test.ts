import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { contentOfFragment, extractContent } from './index.ts'

const SENTENCE = 'The mill by the river ground the corn of three villages for two hundred years.'
const p = (word: string) => `<p>${SENTENCE} ${word}.</p>`
const paragraphs = (...list: string[]) => list.map((word) => `${SENTENCE} ${word}.`).join('\n\n')
const BODY = `${p('One')}${p('Two')}${p('Three')}`
const BODY_TEXT = paragraphs('One', 'Two', 'Three')

const article = (html: string) =>
  extractContent(
    `<meta property="og:type" content=article><meta property="og:title" content="The mill">${html}`,
    'https://www.example.org/a/',
  )
const plain = (html: string) => extractContent(`<title>Mills</title>${html}`, 'https://example.org/a/')

const besides: [what: string, html: string][] = [
  ['navigation', `<nav>${p('x')}</nav>`],
  ['a footer', `<footer>${p('x')}</footer>`],
  ['related articles', `<div class="Related_Posts">${p('x')}</div>`],
  ['comments', `<section id=comments>${p('x')}</section>`],
  ['a share bar', '<div class="post-share-buttons"><span>Tweet this</span></div>'],
  ['a newsletter box', `<div class=newsletterSignup>${p('x')}</div>`],
  ['a byline', '<p class="article__byline">By Ann Miller</p>'],
  ['a box about the author', `<div class="author-bio">${p('x')}</div>`],
  ['tags', '<ul class=tags><li><a href=/t/mill>mill</a></ul>'],
  ['a hidden part', `<div style="display: none">${p('x')}</div>`],
  ['a caption', '<figure><img src=a.png><figcaption>The mill in winter</figcaption></figure>'],
  ['the headline again', '<h1>The “Mill”</h1>'],
  ['a label', '<div>Advertisement</div>'],
  ['a link to another article', '<p><a href="/other">How the weir was mended at last</a></p>'],
  [
    'a list of them with its label',
    '<h3>Read more:</h3><ul><li><a href="https://example.org/b">The weir</a><li><a href=/c>The dam</a></ul>',
  ],
  [
    'a sentence that leads elsewhere',
    '<p><b>Related:</b> <a href="https://elsewhere.example/">The mills of the next valley</a></p>',
  ],
  [
    'a script that was left as text',
    '<noscript>Please enable JavaScript</noscript><template>later</template>',
  ],
]

for (const [what, html] of besides) {
  test(`${what} is no part of an article, wherever it stands`, () => {
    assert.equal(article(`<div>${BODY}${html}</div>`).text, BODY_TEXT)
    assert.equal(article(`${html}<div>${BODY}</div>`).text, BODY_TEXT)
    assert.equal(
      article(`<article><div class=entry-content>${p('One')}${html}${p('Two')}${p('Three')}</div></article>`)
        .text,
      BODY_TEXT,
    )
  })
}

const parts: [what: string, html: string, text: string][] = [
  ['headings', '<h2>The weir</h2>', 'The weir'],
  ['list items', '<ul><li>corn<li>rye</ul>', 'corn\nrye'],
  ['table rows', '<table><tr><td>1<td>2<tr><td>3<td>4</table>', '1\t2\n3\t4'],
  ['code', '<pre>a\n\n\n  b</pre>', 'a\n\n\n  b'],
  ['quotes', '<blockquote>Well, well</blockquote>', 'Well, well'],
  [
    'a post that is quoted',
    '<div class="social-embed"><blockquote class="twitter-tweet"><p>Well, well</p></blockquote></div>',
    'Well, well',
  ],
  [
    'links to other sites',
    '<p><a href="https://elsewhere.example/">The mills of the next valley</a></p>',
    'The mills of the next valley',
  ],
]

for (const [what, html, text] of parts) {
  test(`${what} are part of an article`, () => {
    const wanted = `${paragraphs('One', 'Two')}\n\n${text}\n\n${paragraphs('Three')}`
    const got = article(`<main><div>${p('One')}${p('Two')}${html}${p('Three')}</div></main>`).text
    assert.equal(got.replace(/\n+/g, '\n'), wanted.replace(/\n+/g, '\n'))
    assert.ok(got.includes(text))
  })
}

test('a page full of teasers beside a marked body gives the body', () => {
  const teasers = Array.from(
    { length: 10 },
    (_, index) => `<li><h3><a href=/${index}>T</a></h3>${p(`teaser ${index}`)}</li>`,
  )
  const { text } = article(
    `<div itemprop=articleBody>${BODY}</div><div class=below><ul>${teasers.join('')}</ul></div>`,
  )
  assert.equal(text, BODY_TEXT)
})

test('an element with most of the prose stays, whatever it is called', () => {
  assert.equal(article(`<div class="related comments sidebar">${BODY}</div>`).text, BODY_TEXT)
  assert.equal(
    plain(`<div class="ads sidebar">${BODY}</div><p>Small print.</p>`).text,
    `${BODY_TEXT}\n\nSmall print.`,
  )
})

test('an article whose every paragraph has a name that speaks against it is still found', () => {
  const named = BODY.replaceAll('<p>', '<p class="caption text">')
  assert.equal(article(`<nav>${p('x')}</nav><div>${named}</div>`).text, BODY_TEXT)
})

test('an article in hidden elements alone is still found', () => {
  assert.equal(article(`<div style="display:none">${BODY}</div>`).text, BODY_TEXT)
})

test('a page that does not say it is an article keeps what an article would not', () => {
  const kept = `<h1>Mills</h1>${BODY}<div class=related>${p('Four')}</div><figure><figcaption>Plan</figcaption></figure><p><a href=/b>See the weir</a></p>`
  const { text } = plain(
    `<div class=navheader><a href=/>Up</a></div>${kept}<div class=navfooter><a href=/b>Next</a></div>`,
  )
  assert.equal(text, `Mills\n\n${BODY_TEXT}\n\n${paragraphs('Four')}\n\nPlan\n\nSee the weir`)
})

test('a page of a manual keeps its short parts', () => {
  const { text } = plain(
    `<div class=navheader><a href=/>Up</a></div><div><div class=titlepage><h2>grind</h2></div><p>grind [option]</p><div class=sect>${BODY}</div></div>`,
  )
  assert.equal(text, `grind\n\ngrind [option]\n\n${BODY_TEXT}`)
})

test('a section of a manual is not dropped for what its id or class is about', () => {
  const { text } = plain(
    `<div class=sect1 id=cookie-objects><h2>Cookies</h2><p>Short.</p></div><div class=sect1 id=login>${p('One')}</div>`,
  )
  assert.equal(text, `Cookies\n\nShort.\n\n${paragraphs('One')}`)
})

test('the crumbs and language bars of a manual are navigation, signs at its headings are none of its text', () => {
  const { text } = plain(
    `<div><p><a href=/>Home</a> &gt; <a href=/m>Manual</a> &gt; <a href=/m/x>X</a></p><p><span>Languages: </span><a href=/en>en</a> | <a href=/fr>fr</a></p>
     <h2>Mills<a class=headerlink href="#mills">¶</a></h2>${BODY}</div>`,
  )
  assert.equal(text, `Mills\n\n${BODY_TEXT}`)
})

test('a thread keeps every post and a listing every item', () => {
  const posts = Array.from(
    { length: 30 },
    (_, index) => `<div class="post comment"><p class=author>ann</p><p>Reply ${index}.</p></div>`,
  )
  const thread = plain(
    `<div id=header><a href=/>Forum</a></div><div class=posts>${posts.join('')}</div><div class=footer><a href=/t>Terms</a></div>`,
  )
  for (let index = 0; index < 30; index++) assert.ok(thread.text.includes(`Reply ${index}.`))
  assert.ok(!thread.text.includes('Terms'))
  const items = Array.from(
    { length: 30 },
    (_, index) =>
      `<article class="tag-newsletter"><h2><a href=/${index}>Item ${index}</a></h2><p>Teaser.</p></article>`,
  )
  const listing = plain(`<nav><a href=/>Home</a></nav><main>${items.join('')}</main>`)
  for (let index = 0; index < 30; index++) assert.ok(listing.text.includes(`Item ${index}`))
})

test('a page whose address is not known is where it says it is', () => {
  const head = '<meta property=og:type content=article>'
  const body = `<div>${BODY}<p><a href="https://example.org/b">The weir of the next village</a> <a href=c>The dam</a></p></div>`
  const known = extractContent(`<link rel=canonical href="https://example.org/a/">${head}${body}`, '')
  assert.equal(known.text, BODY_TEXT)
  assert.equal(
    extractContent(`<meta property=og:url content="https://example.org/a/">${head}${body}`, 'x').text,
    BODY_TEXT,
  )
  assert.match(extractContent(`${head}${body}`, '').markdown, /\(c\)/)
})

test('a fragment keeps all that a reader sees', () => {
  const { text, markdown, wordCount } = contentOfFragment(
    '<p>One <b>two</b></p><footer class=related><a href=/x>three</a><script>4</script></footer>',
    'https://example.org/',
  )
  assert.equal(text, 'One two\n\nthree')
  assert.equal(markdown, 'One **two**\n\n[three](https://example.org/x)')
  assert.equal(wordCount, 3)
})

test('an empty page has empty content', () => {
  for (const html of ['', '<html></html>', '\0\ud800', '<script>1</script>']) {
    const { text, title, wordCount, authors } = extractContent(html, 'not an address')
    assert.deepEqual([text.replace(/\ufffd/g, ''), title, wordCount, authors], ['', '', 0, []])
  }
})

const count = (text: string) => contentOfFragment(`<p>${text}</p>`, '').wordCount

test('words are counted as an editor counts them', () => {
  assert.deepEqual(
    [count("don't stop – e-mail 3.5"), count('水車 が'), count('한국어 문장'), count('— … !')],
    [4, 3, 2, 0],
  )
})

test('no tag soup makes extraction throw', () => {
  const soup = fc.array(
    fc.oneof(
      fc.constantFrom(
        '<p>',
        '<div class="comments">',
        '</div>',
        '<article>',
        '<table>',
        '<tr>',
        '<td colspan=999999>',
        '<li>',
        '<ul>',
        '<ol start=-1>',
      ),
      fc.constantFrom(
        '<a href="//[">',
        '<a href=x>',
        '</a>',
        '<b>',
        '</b>',
        '<pre>',
        '</pre>',
        '<blockquote>',
        '<img src=x srcset=",,">',
        '<h1>',
        '<time datetime=x>',
      ),
      fc.constantFrom(
        '<meta property=og:type content=article>',
        '<script type=application/ld+json>{"@type":"Article","image":[[]],"author":[null]}</script>',
      ),
      fc.constantFrom(
        '<svg>',
        '<foreignObject>',
        '<template>',
        '<base href="http://[">',
        '<div itemprop="articleBody author headline image">',
        '<br>',
      ),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(soup, fc.webUrl(), (pieces, url) => {
      const content = extractContent(pieces.join(''), url)
      assert.ok(content.text.isWellFormed() && content.markdown.isWellFormed())
    }),
    { numRuns: 300 },
  )
})

/** What would take minutes, or the stack, if any step were more than linear in the page. */
const hostile: [what: string, html: string][] = [
  ['100,000 nested elements', `${'<div class=a>'.repeat(100_000)}x${'</div>'.repeat(100_000)}`],
  ['100,000 nested inline elements with stray end tags', `${'<b><i></b>'.repeat(100_000)}x`],
  ['100,000 nested lists', '<ul><li>a'.repeat(100_000)],
  ['100,000 nested quotes', '<blockquote>a'.repeat(100_000)],
  ['100,000 nested tables', '<table><tr><td>a'.repeat(100_000)],
  ['100,000 nested links', '<a href=x>a'.repeat(100_000)],
  [
    'a table of 100,000 cells in its first row and 10,000 rows',
    `<table><tr>${'<td>a'.repeat(100_000)}${'<tr><td>b'.repeat(10_000)}`,
  ],
  ['cells that span a million columns', `<table>${'<tr><td colspan=1000000>a<td>b'.repeat(10_000)}`],
  ['200,000 siblings', `<p>${SENTENCE}</p>`.repeat(50_000) + '<br>'.repeat(150_000)],
  ['a megabyte of one class name', `<div class="${'a-b '.repeat(250_000)}">${BODY}</div>`],
  ['a megabyte of text between link-like signs', `<p>${'a_*[`<'.repeat(150_000)}</p>`],
  ['a megabyte of backticks', `<code>${'`'.repeat(1_000_000)}</code><pre>${'`'.repeat(1_000_000)}</pre>`],
  ['a megabyte of white space', `<p>a${' \n'.repeat(500_000)}b</p><pre>${' \n'.repeat(500_000)}</pre>`],
  ['100,000 open attributes', `<p ${'x=1 '.repeat(100_000)}>${SENTENCE}`],
]

for (const [what, html] of hostile) {
  test(`${what} end`, { timeout: 60_000 }, () => {
    const head = '<meta property=og:type content=article>'
    assert.ok(extractContent(html, 'https://example.org/').text.length > 0)
    assert.ok(extractContent(head + html, 'https://example.org/').markdown.length > 0)
  })
}
