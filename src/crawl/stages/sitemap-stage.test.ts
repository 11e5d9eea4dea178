/** Sitemaps: what robots.txt names becomes seeds, through indexes and gzip, and never from another host. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { handClock, hurried, openCrawls } from '../testing/fixture.ts'
import { jobsOf, pagesOf } from '../testing/look.ts'
import { pageOf, redirect, send, servePlot, type Plot, type Visit } from '../testing/plot.ts'

const element = (name: string, urls: readonly string[]) =>
  urls.map((url) => `<${name}><loc>${url}</loc></${name}>`).join('')
const sitemap = (urls: readonly string[]) => `<?xml version="1.0"?><urlset>${element('url', urls)}</urlset>`
const index = (urls: readonly string[]) => `<sitemapindex>${element('sitemap', urls)}</sitemapindex>`

const XML = { 'content-type': 'application/xml' }
const urlOf = ({ request }: Visit) => `http://${request.headers.host}`

const depths = (jobs: Awaited<ReturnType<typeof jobsOf>>, kind: string, { url }: Plot) =>
  Object.fromEntries(
    jobs.filter((job) => job.kind === kind).map((job) => [job.uniqueKey.slice(url.length), job.priority]),
  )

test('the pages of a sitemap are seeds: they have depth 0, whatever else leads to them', async (t) => {
  const site = await servePlot(t, (visit) => {
    const url = urlOf(visit)
    const { path, response } = visit
    if (path === '/robots.txt')
      return `Sitemap: ${url}/plain.xml\nSitemap: /index.xml\nSitemap: ${url}/plain.xml`
    if (path === '/plain.xml')
      return send(response, { headers: XML, html: sitemap([`${url}/a`, `${url}/a#b`]) })
    if (path === '/index.xml')
      return send(response, { headers: XML, html: index([`${url}/packed.xml.gz`, `${url}/index.xml`]) })
    if (path !== '/packed.xml.gz') return pageOf(path, ['/a', '/linked'])
    const html = gzipSync(sitemap([`${url}/b`, `${url}/excluded`, 'http://elsewhere.test/']))
    return send(response, { headers: { 'content-type': 'application/gzip' }, html })
  })
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`, { asksRobots: true, exclude: ['/excluded'] })
  const jobs = await jobsOf(store, run)
  assert.deepEqual(depths(jobs, 'crawl.page', site), { '/': 0, '/a': 0, '/b': 0, '/linked': 1 })
  assert.deepEqual(depths(jobs, 'crawl.sitemap', site), {
    '/index.xml': 0,
    '/packed.xml.gz': 0,
    '/plain.xml': 0,
  })
  assert.deepEqual(
    [summary.state, summary.pages, summary.failed, site.arrivals.length],
    ['completed', 4, 0, 8],
  )
})

test('with a depth of 0 the pages of a sitemap are read, and what they link to is not', async (t) => {
  const site = await servePlot(t, (visit) => {
    if (visit.path === '/robots.txt') return 'Sitemap: /sitemap.xml'
    if (visit.path === '/sitemap.xml') return sitemap([`${urlOf(visit)}/a`])
    return pageOf(visit.path, ['/linked'])
  })
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`, { asksRobots: true, maxDepth: 0 })
  assert.deepEqual(
    (await pagesOf(store, run)).map((page) => page.url.slice(site.url.length)),
    ['/', '/a'],
  )
})

test('a sitemap on another host is not read, named by robots.txt or by an index', async (t) => {
  const other = await servePlot(t, () => sitemap([]))
  const site = await servePlot(t, (visit) => {
    if (visit.path === '/robots.txt') return `Sitemap: ${other.url}/1.xml\nSitemap: /index.xml`
    return visit.path === '/index.xml' ? index([`${other.url}/2.xml`]) : pageOf(visit.path)
  })
  const { crawl } = await openCrawls(t)
  const { summary } = await crawl(`${site.url}/`, { asksRobots: true })
  assert.deepEqual([summary.pages, other.arrivals.length, site.asked('/index.xml')], [1, 0, 1])
})

test('a sitemap that is missing, torn or no sitemap names nothing, and the crawl goes on', async (t) => {
  const site = await servePlot(t, (visit) => {
    const { path, response } = visit
    const named = sitemap([`${urlOf(visit)}/named`])
    if (path === '/robots.txt')
      return 'Sitemap: /missing.xml\nSitemap: /torn.gz\nSitemap: /html\nSitemap: /coded'
    if (path === '/missing.xml') return send(response, { status: 404, html: named })
    if (path === '/torn.gz') return send(response, { html: gzipSync(named).subarray(0, -10) })
    if (path === '/coded') return send(response, { html: named, headers: { 'content-encoding': 'br' } })
    return pageOf(path)
  })
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`, { asksRobots: true })
  assert.deepEqual([summary.state, summary.pages, summary.failed], ['completed', 1, 0])
  const jobs = (await jobsOf(store, run)).filter((job) => job.kind === 'crawl.sitemap')
  assert.deepEqual(
    jobs.map((job) => job.state),
    Array(4).fill('completed'),
  )
})

test('a sitemap whose host can not answer is tried again', async (t) => {
  const clock = handClock()
  const site = await servePlot(t, (visit) => {
    if (visit.path === '/robots.txt') return 'Sitemap: /sitemap.xml'
    if (visit.path !== '/sitemap.xml') return pageOf(visit.path)
    if (visit.count > 1) return sitemap([`${urlOf(visit)}/a`])
    visit.request.socket.resetAndDestroy()
    return null
  })
  const { crawl, bus } = await openCrawls(t, clock)
  const { summary } = await crawl(`${site.url}/`, { asksRobots: true, onEnd: hurried(clock, bus) })
  assert.deepEqual([summary.pages, site.asked('/sitemap.xml')], [2, 2])
})

test('a sitemap that is busy is waited for, and one that has moved is followed', async (t) => {
  const clock = handClock()
  const site = await servePlot(t, (visit) => {
    const { path, count, response } = visit
    if (path === '/robots.txt') return 'Sitemap: /busy.xml\nSitemap: /moved.xml\nSitemap: /broken.xml'
    if (path === '/busy.xml')
      return count === 1 ? send(response, { status: 503 }) : sitemap([`${urlOf(visit)}/a`])
    if (path === '/moved.xml') return redirect(response, '/here.xml')
    if (path === '/broken.xml') return send(response, { status: 500 })
    return path === '/here.xml' ? sitemap([`${urlOf(visit)}/b`]) : pageOf(path)
  })
  const { crawl, store, bus } = await openCrawls(t, clock)
  const { run, summary } = await crawl(`${site.url}/`, { asksRobots: true, onEnd: hurried(clock, bus) })
  assert.deepEqual([summary.state, summary.pages, summary.failed], ['completed', 3, 0])
  assert.deepEqual([site.asked('/busy.xml'), site.asked('/broken.xml')], [2, 4])
  assert.equal((await jobsOf(store, run)).filter((job) => job.state !== 'completed').length, 0)
})

test('a chain of sitemap indexes or redirects that never ends is left after 10', async (t) => {
  const site = await servePlot(t, (visit) => {
    const { path, response } = visit
    if (path === '/robots.txt') return 'Sitemap: /index/0\nSitemap: /hop/0'
    const [, kind, at] = /^\/(\w+)\/(\d+)$/.exec(path) ?? []
    const next = `/${kind}/${Number(at) + 1}`
    if (kind === 'hop') return redirect(response, next)
    return kind === 'index' ? index([urlOf(visit) + next]) : pageOf(path)
  })
  const { crawl } = await openCrawls(t)
  const { summary } = await crawl(`${site.url}/`, { asksRobots: true })
  assert.deepEqual([summary.state, summary.pages, site.arrivals.length], ['completed', 1, 24])
})
