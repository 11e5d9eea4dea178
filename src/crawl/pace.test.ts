/** Politeness as the server sees it: how far apart requests arrive, and how many are open. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCrawls } from './testing/fixture.ts'
import { pageOf, send, servePlot, type Plot } from './testing/plot.ts'

const GAP_MS = 80
/** Under load a timer fires, and a request arrives, this much late: the gap is kept between starts here. */
const TOLERANCE_MS = 40

const links = Array.from({ length: 7 }, (_, index) => `/${index}`)

function assertGaps({ arrivals }: Plot): void {
  for (const [index, { at, path }] of arrivals.entries()) {
    const before = arrivals[index - 1]
    if (before === undefined) continue
    const gap = at - before.at
    assert.ok(gap >= GAP_MS - TOLERANCE_MS, `${path} came ${gap.toFixed(1)} ms after ${before.path}`)
  }
}

test('requests to one host keep the gap, robots.txt and sitemaps among them', async (t) => {
  const site = await servePlot(t, ({ path }) => {
    if (path === '/robots.txt') return 'Sitemap: /one.xml\nSitemap: /two.xml'
    return path.endsWith('.xml') ? '<urlset></urlset>' : pageOf(path, links)
  })
  const { crawl } = await openCrawls(t)
  await crawl(`${site.url}/`, { asksRobots: true, pace: { concurrency: 4, gapMs: GAP_MS } })
  assert.equal(site.arrivals.length, 11)
  assertGaps(site)
})

test('two crawls of one host, from two stores on one file, keep the gap together', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, links))
  const { crawl, openAgain } = await openCrawls(t)
  const other = await openAgain()
  const pace = { concurrency: 4, gapMs: GAP_MS }
  const [one, two] = await Promise.all([
    crawl(`${site.url}/`, { pace }),
    other.crawl(`${site.url}/`, { pace, exclude: ['/excluded'] }),
  ])
  assert.notEqual(one.run, two.run)
  assert.equal(site.arrivals.length, 16)
  assertGaps(site)
})

test('no more requests are open at a host than were allowed, and as many', async (t) => {
  for (const processes of [1, 2]) {
    const waiting: (() => void)[] = []
    const site = await servePlot(t, ({ path, response }) => {
      const answer = () => send(response, { html: pageOf(path, links) })
      if (path === '/') return answer()
      // Answered when three wait: were there never three, the crawl would not end.
      if (waiting.push(answer) === 3) for (const each of waiting.splice(0)) each()
      return null
    })
    const first = await openCrawls(t)
    const crawls = [first.crawl, (await first.openAgain()).crawl].slice(0, processes)
    const pace = { concurrency: 3, gapMs: 0 }
    await Promise.all(crawls.map((crawl, index) => crawl(`${site.url}/`, { pace, exclude: [`/${index}`] })))
    assert.equal(site.arrivals.length, 7 * processes)
    assert.equal(site.openMax(), 3)
  }
})
