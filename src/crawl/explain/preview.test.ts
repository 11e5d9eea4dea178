/** A preview asks robots.txt and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { previewCrawl } from './preview.ts'
import { sourceOf } from '../history/index.ts'
import { send, servePlot } from '../testing/plot.ts'

const network = { userAgent: 'millrace-test/1', allowPrivate: true, asksRobots: true }
const NO_RULES = { include: [], exclude: [] }

test('a preview says of each seed what scope and robots.txt say, and asks each host once', async (t) => {
  const site = await servePlot(
    t,
    () =>
      'User-agent: *\nDisallow: /shut\nCrawl-delay: 2\nSitemap: /sitemap.xml\nSitemap: http://other.test/s.xml',
  )
  const seeds = ['/open', '/shut', '/out'].map((path) => site.url + path)
  const source = sourceOf(seeds, { include: [], exclude: ['/out'] })
  const host = new URL(site.url).host
  const about = { host, crawlDelayMs: 2000, sitemaps: [`${site.url}/sitemap.xml`, 'http://other.test/s.xml'] }
  const within = { ...about, inScope: true, scopeReason: `host ${host} is a seed host` }
  assert.deepEqual(await previewCrawl({ ...network, source }), [
    { ...within, url: seeds[0], robots: 'allowed' },
    { ...about, url: seeds[2], inScope: false, scopeReason: 'excluded by --exclude /out', robots: 'allowed' },
    { ...within, url: seeds[1], robots: 'disallowed' },
  ])
  assert.deepEqual(
    site.arrivals.map((arrival) => arrival.path),
    ['/robots.txt'],
  )
})

test('a preview says when there is no robots.txt, when it is busy, and when there is no host', async (t) => {
  const outcomes: Readonly<Record<number, string>> = { 404: 'allowed', 503: 'unavailable for now' }
  for (const [status, robots] of Object.entries(outcomes)) {
    const site = await servePlot(t, ({ response }) => send(response, { status: Number(status) }))
    const [seen] = await previewCrawl({ ...network, source: sourceOf([site.url], NO_RULES) })
    assert.deepEqual([seen?.robots, seen?.crawlDelayMs, seen?.sitemaps], [robots, null, []])
  }
  const [dead] = await previewCrawl({ ...network, source: sourceOf(['http://127.0.0.1:1/'], NO_RULES) })
  assert.match(dead?.robots ?? '', /^UnreachableHost: expected an answer from /)
  const privately = { ...network, allowPrivate: false, source: sourceOf(['http://127.0.0.1:1/'], NO_RULES) }
  assert.match((await previewCrawl(privately))[0]?.robots ?? '', /^AddressRefused: /)
})

test('a preview without robots.txt asks nothing', async (t) => {
  const site = await servePlot(t, () => '')
  const source = sourceOf([site.url], NO_RULES)
  const [seen] = await previewCrawl({ ...network, asksRobots: false, source })
  assert.deepEqual([seen?.robots, seen?.sitemaps, site.arrivals.length], ['not asked', [], 0])
})
