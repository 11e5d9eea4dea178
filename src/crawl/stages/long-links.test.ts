/** A URL that is too long for an index is left where it is found, and the page says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { URL_CHARS_MAX } from '../../model/index.ts'
import { sourceOf } from '../history/index.ts'
import { openCrawls } from '../testing/fixture.ts'
import { pagesOf } from '../testing/look.ts'
import { pageOf, redirect, send, servePlot } from '../testing/plot.ts'

/** A path that makes the URL of a site as long as said. Two seldom have a letter in common, so no index makes it smaller. */
function pathOf(site: string, chars: number): string {
  const mixed = Array.from({ length: chars }, (_, at) =>
    ((at * at * 7919 + at * 104_729) % 36).toString(36),
  ).join('')
  return `/${mixed.slice(0, chars - site.length - 1)}`
}

test('a link of 2,048 characters is followed, a longer one is not, and the page notes it', async (t) => {
  const site = await servePlot(t, ({ path }) =>
    path === '/'
      ? pageOf('start', [
          pathOf(site.url, URL_CHARS_MAX),
          pathOf(site.url, URL_CHARS_MAX + 1),
          'https://o.test/' + 'x'.repeat(3_000),
        ])
      : pageOf('far'),
  )
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  assert.deepEqual([summary.pages, summary.failed], [2, 0])
  const pages = await pagesOf(store, run)
  assert.deepEqual(
    pages.map(({ url, note }) => [url.length, note]),
    [
      [site.url.length + 1, '1 of its links not followed: longer than 2,048 characters'],
      [URL_CHARS_MAX, null],
    ],
  )
})

test('a redirect to a longer URL is kept as it is and not followed', async (t) => {
  const site = await servePlot(t, ({ response }) => redirect(response, pathOf(site.url, URL_CHARS_MAX + 1)))
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  assert.deepEqual([summary.pages, summary.failed], [1, 0])
  const [page] = await pagesOf(store, run)
  assert.equal(page?.note, 'redirects out of scope: longer than 2,048 characters')
  assert.equal(page.redirectTo?.length, URL_CHARS_MAX + 1)
})

test('what a sitemap lists, and sitemaps themselves, are taken up to the same length', async (t) => {
  const site = await servePlot(t, ({ path, response }) => {
    const [fits, long] = [URL_CHARS_MAX, URL_CHARS_MAX + 1].map((chars) => site.url + pathOf(site.url, chars))
    if (path === '/robots.txt') {
      send(response, {
        headers: { 'content-type': 'text/plain' },
        html: `Sitemap: ${site.url}/map.xml\nSitemap: ${long}`,
      })
      return null
    }
    return path === '/map.xml' ? `${fits}\n${long}\n` : pageOf('page')
  })
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`, { asksRobots: true })
  const lengths = (await pagesOf(store, run)).map(({ url }) => url.length)
  assert.deepEqual(lengths, [site.url.length + 1, URL_CHARS_MAX])
  assert.equal(site.asked(pathOf(site.url, URL_CHARS_MAX + 1)), 0)
})

test('a seed that is longer is refused before anything is asked', () => {
  const url = `https://site.test/${'x'.repeat(URL_CHARS_MAX)}`
  assert.throws(() => sourceOf([url], { include: [], exclude: [] }), {
    code: 'BadUrl',
    message: /at most 2048 characters, got one of 2066 that begins with https:\/\/site\.test\/xxx/,
  })
})
