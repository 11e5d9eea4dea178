/** A WordPress site is read whole, once, and with proof; and later by what changed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../test/site/index.ts'
import { failure } from '../../../test/wordpress/index.ts'
import { LIVE, wordpressTrial } from './testing/site.ts'

const DAY_MS = 86_400_000
/** More of them by hand: MILLRACE_SEEDS=100. */
const SEEDS = Array.from({ length: Number(process.env['MILLRACE_SEEDS'] ?? 4) }, (_, index) => index + 1)

test('posts and pages are stored with their authors, terms, times in UTC and text', async (t) => {
  const { site, crawl, sql } = await wordpressTrial(t, { posts: 250, pages: 3 }, { offsetHours: 2 })
  const { summary, proof } = await crawl()
  assert.deepEqual(
    [summary.state, summary.pages, summary.documents, summary.failed],
    ['completed', 253, 253, 0],
  )
  assert.deepEqual([proof.isProven, proof.announced, proof.stored, proof.gone], [true, 253, 253, 0])
  assert.equal(proof.collections['posts']?.state, 'proven')
  assert.ok(Object.keys(proof.collections['posts']?.windows ?? {}).length >= 9, 'a window a year')
  const post = site.content.posts.get(7)
  assert.ok(post !== undefined)
  const [row] = await sql(`SELECT * FROM documents_latest WHERE url = '${site.url}posts/7/'`)
  assert.equal(row?.['title'], 'Post 7 & more')
  assert.equal(row['authors'], `["Author ${post.author}"]`)
  assert.equal(row['categories'], `["Category ${post.categories[0]}"]`)
  assert.deepEqual(
    JSON.parse(String(row['tags'])),
    post.tags.map((id) => `Tag ${id}`),
  )
  assert.equal(row['published_at'], post.date - 2 * 3_600_000)
  assert.equal(row['html'], post.content)
  assert.match(String(row['text']), /no\. 7\.\n\n/)
  assert.equal(row['description'], 'In short.')
  const images = await sql('SELECT count(*) AS n FROM documents_latest WHERE lead_image IS NOT NULL')
  assert.equal(images[0]?.['n'], [...site.content.posts.values()].filter(({ media }) => media > 0).length)
  const [author] = await sql('SELECT * FROM authors WHERE id = 1')
  assert.deepEqual([author?.['name'], author?.['link']], ['Author 1', `${site.url}users/1/`])
})

test('a run in which nothing changed asks at most 8 times and stores nothing', async (t) => {
  const { site, crawl } = await wordpressTrial(t, { posts: 300 })
  await crawl()
  const before = site.requests.length
  const { summary, proof, isNew } = await crawl()
  assert.deepEqual([isNew, summary.pages, proof.isProven, proof.stored], [true, 0, true, 302])
  assert.ok(site.requests.length - before <= 8, `${site.requests.length - before} requests`)
})

test('a later run finds what is new, edited, deleted and made private, and keeps what the site says of it', async (t) => {
  const { site, crawl, sql } = await wordpressTrial(t, { posts: 700 })
  await crawl()
  const now = Date.UTC(2024, 8, 1)
  const seven = site.content.posts.get(7)
  assert.ok(seven !== undefined)
  site.put({ ...seven, id: 9001, date: now, modified: now, title: 'New' })
  site.edit(8, now + 1000, 'Edited')
  site.remove(9)
  site.put({ ...seven, id: 10, status: 'private' })
  const { summary, proof } = await crawl()
  assert.deepEqual([proof.isProven, proof.announced, proof.stored, proof.gone], [true, 701, 701, 2])
  assert.deepEqual([summary.pages, summary.documents], [4, 2])
  const live = await sql(LIVE)
  assert.equal(live.length, 701)
  assert.deepEqual(
    live.filter(({ title }) => title === 'New' || title === 'Edited').map(({ url }) => url),
    [`${site.url}posts/8/`, `${site.url}posts/9001/`],
  )
  const gone = await sql("SELECT url, status, note FROM pages_latest WHERE note LIKE 'gone:%' ORDER BY url")
  assert.deepEqual(gone, [
    { url: `${site.url}posts/10/`, status: 401, note: 'gone: rest_forbidden' },
    { url: `${site.url}posts/9/`, status: 404, note: 'gone: rest_post_invalid_id' },
  ])
  site.put({ ...seven, id: 9, modified: now + 2000, title: 'Back' })
  const again = await crawl()
  assert.deepEqual([again.proof.isProven, again.proof.stored, again.summary.pages], [true, 702, 1])
})

test('a deletion that an addition hides from the sum is found by a sweep', async (t) => {
  const { site, crawl } = await wordpressTrial(t, { posts: 150 })
  await crawl()
  const post = site.content.posts.get(20)
  assert.ok(post !== undefined)
  site.remove(20)
  // Its time of change is long past, as after an import.
  site.put({ ...post, id: 9002, title: 'Put in its place' })
  const plain = await crawl()
  assert.deepEqual([plain.proof.isProven, plain.summary.pages], [true, 0])
  const swept = await crawl({ wordpress: { sweeps: true } })
  assert.deepEqual([swept.proof.isProven, swept.proof.gone, swept.summary.pages], [true, 1, 2])
})

test('what is added behind the walk, before it, edited or deleted while it is read ends as the site has it', async (t) => {
  let total = 0
  for (const seed of SEEDS) {
    const random = seededRandom(seed)
    const below = (most: number) => random.below(most)
    let changes = 0
    let proofs = 0
    let isStill = false
    let now = Date.UTC(2026, 0, 1 + (seed % 28))
    const { site, crawl, sql } = await wordpressTrial(
      t,
      { posts: 420 },
      {
        seed,
        offsetHours: seed - 3,
        onRequest({ route, query }, site) {
          if (!route.startsWith('/wp/v2/posts') || isStill || changes > 80) return undefined
          // What is edited when the last changes were read is for the next run; what comes or goes is not.
          if (query.get('_fields') === 'id') proofs++
          isStill = proofs > 5
          for (let left = below(3); left > 0; left--) {
            changes++
            now += 1000 * below(3)
            // Pages have a proof of their own, which may be done by now.
            const ids = site.published('posts').map((post) => post.id)
            const id = ids[below(ids.length)] ?? 1
            const post = site.content.posts.get(id)
            const kind = proofs === 0 ? below(5) : 3 * below(2)
            if (kind === 0) site.remove(id)
            else if (kind === 1) site.edit(id, now, `Edited ${changes}`)
            else if (post !== undefined && kind === 2)
              site.put({
                ...post,
                date: post.date - below(2000) * DAY_MS,
                modified: now,
                title: `Moved ${changes}`,
              })
            else if (post !== undefined)
              site.put({
                ...post,
                id: 5000 + changes,
                date: kind === 3 ? now : post.date,
                modified: now,
                title: `Added ${changes}`,
              })
          }
          return undefined
        },
      },
    )
    const { proof, summary } = await crawl()
    const there = [...site.published('posts'), ...site.published('pages')]
    total += changes
    assert.deepEqual(
      [proof.isProven, proof.announced, proof.stored],
      [true, there.length, there.length],
      `seed ${seed}`,
    )
    const titles = there.map((post) => ({
      url: `${site.url}${post.type}/${post.id}/`,
      title: post.title.replace('&amp;', '&'),
    }))
    const ordered = titles.sort((a, b) => (a.url < b.url ? -1 : 1))
    assert.deepEqual(await sql(LIVE), ordered, `seed ${seed}`)
    const [pages] = await sql('SELECT count(*) AS n, count(DISTINCT url) AS urls FROM pages')
    assert.deepEqual([pages?.['n'], pages?.['urls']], [summary.pages, summary.pages], 'nothing twice')
  }
  assert.ok(total > 5 * SEEDS.length, 'the sites changed')
})

test('many posts of one second, and more hidden ones than an answer holds, are no end', async (t) => {
  const { site, crawl } = await wordpressTrial(t, { posts: 30 })
  const post = site.content.posts.get(1)
  assert.ok(post !== undefined)
  const at = Date.UTC(2020, 1, 1)
  for (let id = 1000; id < 1250; id++) site.put({ ...post, id, date: at, modified: at })
  const { proof } = await crawl()
  assert.deepEqual([proof.isProven, proof.stored], [true, 282])
})

test('posts that are counted and not shown make it short, and the window is named', async (t) => {
  const { site, crawl } = await wordpressTrial(t, { posts: 300 })
  const post = site.content.posts.get(1)
  assert.ok(post !== undefined)
  for (let id = 1000; id < 1150; id++)
    site.put({ ...post, id, date: Date.UTC(2018, 3, 1) + id, isUnreadable: true })
  const { proof, summary } = await crawl()
  assert.equal(summary.state, 'completed')
  assert.deepEqual([proof.isProven, proof.announced, proof.stored], [false, 452, 302])
  assert.deepEqual(
    proof.short.length > 0 && proof.short.every((line) => line.startsWith('posts 2018')),
    true,
    proof.short.join(),
  )
})

test('a run may store so many pages and goes on where it stopped', async (t) => {
  const { crawl, sql } = await wordpressTrial(t, { posts: 250, pages: 0 })
  const first = await crawl({ maxPages: 120 })
  assert.deepEqual([first.summary.state, first.summary.pages, first.reason], ['stopped', 120, '--max-pages'])
  assert.equal(first.proof.isProven, false)
  const second = await crawl()
  assert.deepEqual([second.isNew, second.summary.state, second.summary.pages], [false, 'completed', 250])
  assert.equal(second.proof.isProven, true)
  const [pages] = await sql('SELECT count(*) AS n, count(DISTINCT url) AS urls FROM pages')
  assert.deepEqual(pages, { n: 250, urls: 250 })
})

test('posts that share a link, or have none, go by their address in the API', async (t) => {
  const { site, crawl, sql } = await wordpressTrial(t, { posts: 4, pages: 0 })
  const post = site.content.posts.get(1)
  assert.ok(post !== undefined)
  site.put({ ...post, id: 50, link: `${site.url}posts/1/` })
  site.put({ ...post, id: 51, link: null })
  site.put({ ...post, id: 52, link: 'https://elsewhere.test/story/' })
  site.put({ ...post, id: 53, password: 'secret' })
  const { proof } = await crawl()
  assert.deepEqual([proof.isProven, proof.stored], [true, 8])
  const urls = (await sql('SELECT url FROM pages ORDER BY url')).map(({ url }) =>
    String(url).replace(site.url, '/'),
  )
  assert.ok(urls.includes('https://elsewhere.test/story/') && urls.includes('/wp-json/wp/v2/posts/51'))
  assert.equal(urls.filter((url) => /^\/wp-json\/wp\/v2\/posts\/(?:1|50)$/.test(url)).length, 1)
  const [locked] =
    await sql(`SELECT pages.note, documents.text FROM pages JOIN documents ON documents.id = pages.document
    WHERE pages.url = '${site.url}posts/53/'`)
  assert.deepEqual(locked, { note: 'needs a password', text: '' })
  assert.deepEqual((await crawl()).summary.pages, 0)
})

test('an excluded post is counted and not stored', async (t) => {
  const { crawl } = await wordpressTrial(t, { posts: 20, pages: 0 })
  const { proof, summary } = await crawl({ exclude: ['/posts/1?/'.replace('?', '*')] })
  assert.deepEqual([proof.isProven, proof.stored, summary.pages, summary.skipped], [true, 20, 9, 11])
})

test("a post that is not there any more is asked for by itself, and no answer but the API's own word counts", async (t) => {
  let isBlocked = false
  const { site, crawl } = await wordpressTrial(
    t,
    { posts: 20, pages: 0 },
    {
      onRequest: ({ route }) =>
        isBlocked && /\/posts\/\d+$/.test(route) ? { status: 403, text: '<h1>Blocked</h1>' } : undefined,
    },
  )
  await crawl()
  isBlocked = true
  site.remove(3)
  const { proof } = await crawl()
  assert.deepEqual([proof.isProven, proof.announced, proof.stored, proof.gone], [false, 19, 20, 0])
  isBlocked = false
  assert.deepEqual((await crawl()).proof.gone, 1)
})

test('a collection that visitors may not read is left out and noted', async (t) => {
  const { crawl } = await wordpressTrial(
    t,
    { posts: 5 },
    {
      types: ['orders'],
      onRequest: ({ route }) => (route === '/wp/v2/orders' ? failure(401, 'rest_cannot_access') : undefined),
    },
  )
  const { proof } = await crawl()
  assert.deepEqual([proof.isProven, Object.keys(proof.collections)], [true, ['pages', 'posts']])
  assert.deepEqual(proof.notes, ['orders can not be read: rest_cannot_access'])
})
