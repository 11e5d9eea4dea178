/** What WordPress sites do that their documentation does not say, and what is done about each. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, type FakeAnswer, type FakeRequest } from '../../../test/wordpress/index.ts'
import { wordpressTrial } from './testing/site.ts'

const isPosts = ({ route }: FakeRequest): boolean => route === '/wp/v2/posts'
const perPage = ({ query }: FakeRequest): number => Number(query.get('per_page'))

test('plain permalinks, a silent cap of what is given at a time, and messages of PHP before the JSON', async (t) => {
  const prelude =
    '\ufeff<br />\n<b>Warning</b>: Undefined array key [0] in <b>/var/www/x.php</b> on line <b>{8}</b><br />\n'
  const { crawl } = await wordpressTrial(t, { posts: 230 }, { isPlain: true, perPageCap: 30, prelude })
  const { proof, summary } = await crawl()
  assert.deepEqual([proof.isProven, proof.stored, summary.pages], [true, 232, 232])
  assert.match(proof.notes.join(), /sends more than JSON/)
})

test('an API that the home page does not name is found when it is asked for', async (t) => {
  for (const isPlain of [false, true]) {
    const { crawl } = await wordpressTrial(t, { posts: 5 }, { isPlain, namesApi: false })
    assert.equal((await crawl()).proof.isProven, true)
  }
})

test('users that are hidden come along with the posts, or are named by what else the posts say', async (t) => {
  const { site, crawl, sql } = await wordpressTrial(t, { posts: 6, pages: 0 }, { hidesUsers: true })
  const post = site.content.posts.get(1)
  assert.ok(post !== undefined)
  const noOne = { _embedded: { author: [{ code: 'rest_user_invalid_id' }] } }
  site.put({ ...post, id: 20, extra: { ...noOne, yoast_head_json: { author: 'Ada Head' } } })
  site.put({ ...post, id: 21, extra: noOne, content: '<p class="byline">By Bea Line</p><p>Text.</p>' })
  site.put({ ...post, id: 22, extra: noOne })
  await crawl()
  const rows = await sql('SELECT url, authors FROM documents_latest ORDER BY url')
  const byId = new Map(rows.map((row) => [Number(/(\d+)\/$/.exec(String(row['url']))?.[1]), row['authors']]))
  assert.equal(byId.get(1), `["Author ${post.author}"]`)
  assert.deepEqual([byId.get(20), byId.get(21), byId.get(22)], ['["Ada Head"]', '["Bea Line"]', '[]'])
})

test('a server that fails on large answers is asked for smaller ones', async (t) => {
  const { site, crawl } = await wordpressTrial(
    t,
    { posts: 120 },
    {
      onRequest: (request) =>
        isPosts(request) && perPage(request) > 25 ? { status: 500, text: 'no memory' } : undefined,
    },
  )
  const { proof } = await crawl()
  assert.deepEqual([proof.isProven, proof.stored], [true, 122])
  assert.ok(site.requests.length < 60, `${site.requests.length} requests`)
})

test('429, a page that keeps robots out, torn JSON and a broken connection each cost a wait and nothing else', async (t) => {
  const trouble: FakeAnswer[] = [
    { status: 429, headers: { 'retry-after': '120' }, text: '' },
    { status: 503, text: 'busy' },
    { status: 200, text: '<!doctype html><title>Just a moment...</title>' },
    { status: 200, text: '[{"id":1,"title":{"rend' },
    { status: 502, text: '<h1>Bad gateway</h1>' },
    failure(500, 'internal_server_error'),
  ]
  let asked = 0
  const { crawl } = await wordpressTrial(
    t,
    { posts: 350 },
    { onRequest: (request) => (isPosts(request) && asked++ % 3 === 1 ? trouble.shift() : undefined) },
  )
  const { proof, summary } = await crawl()
  assert.deepEqual([trouble.length, proof.isProven, proof.stored, summary.failed], [0, true, 352, 0])
})

test('a site whose API is shut is read by its feed, its sitemaps and its links, and says so', async (t) => {
  const feed = (page: number): FakeAnswer | undefined => {
    if (page > 2) return { status: 404, text: '' }
    const items = [1, 2].map((nth) => `<item><link>${url}posts/${page * 10 + nth}/</link></item>`)
    return { status: 200, text: `<rss><channel>${items.join('')}</channel></rss>` }
  }
  let url = ''
  const { site, crawl, sql } = await wordpressTrial(
    t,
    { posts: 40, pages: 0 },
    {
      onRequest({ route, path, query }) {
        if (route.startsWith('/wp/v2')) return undefined
        if (route !== '') return { status: 403, text: '<h1>Forbidden</h1>' }
        return path === '/feed/' ? feed(Number(query.get('paged') ?? 1)) : undefined
      },
    },
  )
  url = site.url
  const { proof, summary } = await crawl()
  assert.deepEqual([proof.readBy, proof.isProven, proof.announced], ['rss', false, null])
  assert.match(
    proof.notes.join(),
    /read without its API, so that nothing proves that this is all: .*http_403/,
  )
  assert.equal(summary.state, 'completed')
  const urls = await sql("SELECT url FROM pages WHERE url LIKE '%/posts/%' AND status = 200 ORDER BY url")
  assert.ok(urls.length >= 4, 'what the feed names is there')
})

test('an API that robots.txt forbids is not asked', async (t) => {
  const { site, crawl } = await wordpressTrial(
    t,
    { posts: 4 },
    {
      onRequest: ({ path }) =>
        path === '/robots.txt' ? { status: 200, text: 'User-agent: *\nDisallow: /wp-json/' } : undefined,
    },
  )
  const { proof } = await crawl({ asksRobots: true })
  assert.equal(proof.readBy, 'html')
  assert.deepEqual(
    site.requests.filter(({ route }) => route !== ''),
    [],
  )
})

test('auto reads a site over its API where the home page names one, and else as any site', async (t) => {
  const shown = await wordpressTrial(t, { posts: 5 })
  assert.equal((await shown.crawl({ kind: 'auto' })).proof.isProven, true)
  const hidden = await wordpressTrial(t, { posts: 5 }, { namesApi: false })
  const { summary } = await hidden.plain.crawl(hidden.site.url, { kind: 'auto' })
  assert.deepEqual([summary.state, summary.pages], ['completed', 1])
})

test('totals that are lies make the run short, with its windows', async (t) => {
  const { crawl } = await wordpressTrial(
    t,
    { posts: 30, pages: 0 },
    {
      onRequest: (request) =>
        isPosts(request) && request.query.get('_fields') === 'id'
          ? { status: 200, headers: { 'x-wp-total': '5000', 'x-wp-totalpages': '5000' }, json: [{ id: 1 }] }
          : undefined,
    },
  )
  const { proof, summary } = await crawl()
  assert.equal(summary.state, 'completed')
  assert.deepEqual([proof.isProven, proof.stored, proof.collections['posts']?.state], [false, 30, 'short'])
  assert.ok(proof.short.length > 0)
})

test('a site without totals is read to its end, and nothing is said to be proved', async (t) => {
  const { site, crawl } = await wordpressTrial(
    t,
    { posts: 130, pages: 0 },
    {
      onRequest: () => undefined,
      hidesTotals: true,
    },
  )
  const { proof } = await crawl()
  assert.deepEqual([proof.isProven, proof.announced, proof.stored], [false, null, 130])
  assert.equal(site.published('posts').length, 130)
})

test("with full HTML the page of each post is kept, and its document stays the API's", async (t) => {
  const { site, crawl, sql } = await wordpressTrial(t, { posts: 6, pages: 0 })
  const { summary, proof } = await crawl({ wordpress: { wantsHtml: true } })
  assert.deepEqual([summary.pages, proof.isProven], [6, true])
  const rows = await sql(`SELECT pages.content_type, documents.html, raw_bodies.body IS NOT NULL AS kept
    FROM pages JOIN documents ON documents.id = pages.document JOIN raw_bodies ON raw_bodies.sha256 = pages.raw_sha256`)
  assert.equal(rows.length, 6)
  assert.ok(rows.every((row) => String(row['content_type']).startsWith('text/html') && row['kept'] === 1))
  assert.ok(rows.some((row) => row['html'] === site.content.posts.get(1)?.content))
})
