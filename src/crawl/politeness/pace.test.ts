/** Politeness as the server sees it: how far apart requests arrive, and how many are open. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobsTopic } from '../../jobs/index.ts'
import { PAGE_KIND } from '../frontier.ts'
import { openCrawls } from '../testing/fixture.ts'
import { everything } from '../testing/look.ts'
import { pageOf, send, servePlot, type Plot } from '../testing/plot.ts'

const GAP_MS = 40

const links = Array.from({ length: 7 }, (_, index) => `/${index}`)

/**
 * The n-th request comes no sooner than n gaps after a moment before the first. That holds however slow this machine
 * is; that no two come closer together than the gap would be false whenever the first of them is held up on its way.
 */
function assertGaps({ arrivals }: Plot, begunAt: number): void {
  for (const [index, { at, path }] of arrivals.entries()) {
    // The crawl's clock has whole milliseconds.
    const soonest = begunAt + index * GAP_MS - 1
    assert.ok(at >= soonest, `${path}, request ${index}, came ${(soonest - at).toFixed(1)} ms too soon`)
  }
}

test('requests to one host keep the gap, robots.txt and sitemaps among them', async (t) => {
  const site = await servePlot(t, ({ path }) => {
    if (path === '/robots.txt') return 'Sitemap: /one.xml\nSitemap: /two.xml'
    return path.endsWith('.xml') ? '<urlset></urlset>' : pageOf(path, links)
  })
  const { crawl } = await openCrawls(t)
  await crawl(`${site.url}/`, { asksRobots: true, pace: { concurrency: 4, gapMs: GAP_MS } })
  const [robots] = site.arrivals
  assert.deepEqual([robots?.path, site.arrivals.length], ['/robots.txt', 11])
  assertGaps(site, robots?.at ?? Infinity)
})

test('two crawls of one host, from two stores on one file, keep the gap together', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, links))
  const { crawl, openAgain } = await openCrawls(t)
  const other = await openAgain()
  const pace = { concurrency: 4, gapMs: GAP_MS }
  const begunAt = performance.now()
  const [one, two] = await Promise.all([
    crawl(`${site.url}/`, { pace }),
    other.crawl(`${site.url}/`, { pace, exclude: ['/excluded'] }),
  ])
  assert.notEqual(one.run, two.run)
  assert.equal(site.arrivals.length, 16)
  assertGaps(site, begunAt)
})

test('no more pages of a host are in hand than were allowed, in all processes together, and as many', async (t) => {
  for (const processes of [1, 2]) {
    const waiting: (() => void)[] = []
    const inHand: number[] = []
    const first = await openCrawls(t)
    const all = [first, await first.openAgain()].slice(0, processes)
    // Every process has looked for more when its next unit is applied.
    const look = async () => {
      for (const { bus } of all) bus.hint(jobsTopic(PAGE_KIND))
      await new Promise(setImmediate)
      for (const { store } of all) await store.commit({ commands: [] })
      const { jobs } = await everything(first.store)
      inHand.push(jobs.filter((job) => job.state === 'running').length)
      for (const answer of waiting.splice(0)) answer()
    }
    const site = await servePlot(t, ({ path, response }) => {
      const answer = () => send(response, { html: pageOf(path, links) })
      if (path === '/') return answer()
      // Answered when three wait: were there never three, the crawl would not end.
      if (waiting.push(answer) === 3) void look()
      return null
    })
    const pace = { concurrency: 3, gapMs: 0 }
    await Promise.all(all.map(({ crawl }, index) => crawl(`${site.url}/`, { pace, exclude: [`/${index}`] })))
    assert.equal(site.arrivals.length, 7 * processes)
    assert.deepEqual([new Set(inHand), site.openMax()], [new Set([3]), 3])
  }
})
