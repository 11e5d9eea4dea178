/** Which pages are not asked for because their sitemap says that they are as they were, and for how long. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startWorker } from '../../jobs/index.ts'
import { openRun } from '../history/open-run.ts'
import { sourceOf } from '../history/source.ts'
import { handClock, openCrawls } from '../testing/fixture.ts'
import { jobsOf, pagesOf } from '../testing/look.ts'
import { pageOf, send, servePlot } from '../testing/plot.ts'
import { listedStage, offerListed } from './listed-stage.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A site whose sitemap names pages with dates, crawled once; its dates and its pages can be changed. */
async function datedSite(t: TestContext, first: Readonly<Record<string, number | null>>) {
  const clock = handClock()
  const began = clock.now()
  const state = { dates: first, status: 200, text: '' }
  const entry = (url: string, [path, at]: readonly [string, number | null]) =>
    `<url><loc>${url}${path}</loc>${at === null ? '' : `<lastmod>${new Date(began + at).toISOString()}</lastmod>`}</url>`
  const site = await servePlot(t, ({ path, request, response }) => {
    const url = `http://${request.headers.host}`
    if (path === '/robots.txt') return 'Sitemap: /map.xml'
    if (path === '/map.xml')
      return `<urlset>${Object.entries(state.dates)
        .map((each) => entry(url, each))
        .join('')}</urlset>`
    if (path === '/') return pageOf('start', ['/old'])
    return send(response, { status: state.status, html: pageOf(`${path} ${state.text}`) })
  })
  const plain = await openCrawls(t, clock)
  const crawl = async (asked: Parameters<typeof plain.crawl>[1] = {}) => {
    const before = site.arrivals.length
    const crawled = await plain.crawl(`${site.url}/`, { asksRobots: true, ...asked })
    const paths = site.arrivals.slice(before).map(({ path }) => path)
    const { new: added, changed, unchanged, missed, gone, unasked } = crawled.summary
    return {
      ...crawled,
      asked: paths.filter((path) => !/^\/(robots\.txt|map\.xml)?$/.test(path)).toSorted(),
      counts: [added, changed, unchanged, missed, gone, unasked],
    }
  }
  await crawl()
  return { site, plain, clock, state, crawl }
}

test('a page that was fetched well after its date is not asked for, and counts as unchanged', async (t) => {
  const { plain, crawl, clock, site } = await datedSite(t, {
    '/old': -3 * DAY,
    '/recent': -DAY,
    '/dateless': null,
  })
  clock.move(DAY)
  const { run, asked, counts, summary } = await crawl()
  assert.deepEqual(asked, ['/dateless', '/recent'])
  assert.deepEqual(counts, [0, 0, 4, 0, 0, 1])
  // Nobody fetched it, so there is no page that says so; its job is known, so that no link makes it work.
  assert.deepEqual(
    (await pagesOf(plain.store, run)).map((page) => page.url.slice(site.url.length)),
    ['/', '/dateless', '/recent'],
  )
  const jobs = await jobsOf(plain.store, run)
  assert.deepEqual([...new Set(jobs.map((job) => job.state))], ['completed'])
  assert.deepEqual([summary.pages, summary.documents], [3, 3])
})

test('a sitemap is believed for 7 days after a page was last asked for, whatever it says', async (t) => {
  const { crawl, clock } = await datedSite(t, { '/old': -30 * DAY })
  const asked: unknown[] = []
  for (let day = 1; day <= 9; day++) {
    clock.move(DAY)
    asked.push((await crawl()).asked.length)
  }
  assert.deepEqual(asked, [0, 0, 0, 0, 0, 0, 1, 0, 0])
})

test('a later date has the page fetched', async (t) => {
  const { crawl, clock, state } = await datedSite(t, { '/old': -3 * DAY })
  clock.move(4 * DAY)
  state.dates = { '/old': 3 * DAY }
  state.text = 'rewritten'
  const { asked, counts } = await crawl()
  assert.deepEqual([asked, counts], [['/old'], [0, 1, 1, 0, 0, 0]])
})

test('a page that was not found, or gave no document, is asked for whatever its date', async (t) => {
  const { crawl, state } = await datedSite(t, { '/old': -9 * DAY })
  for (const status of [404, 403]) {
    state.status = status
    assert.deepEqual((await crawl({ isFull: true })).asked, ['/old'])
    assert.deepEqual((await crawl()).asked, ['/old'])
    state.status = 200
    assert.deepEqual((await crawl()).asked, ['/old'])
    assert.deepEqual((await crawl()).asked, [])
  }
})

test('a page that the sitemap names first is new, whatever its date', async (t) => {
  const { crawl, state } = await datedSite(t, { '/old': -9 * DAY })
  state.dates = { '/old': -9 * DAY, '/added': -9 * DAY }
  const { asked, counts } = await crawl()
  assert.deepEqual([asked, counts], [['/added'], [1, 0, 2, 0, 0, 1]])
})

test('a full run believes no date', async (t) => {
  const { crawl } = await datedSite(t, { '/old': -9 * DAY })
  const { asked, counts } = await crawl({ isFull: true })
  assert.deepEqual([asked, counts], [['/old'], [0, 0, 2, 0, 0, 0]])
})

test('a long sitemap is judged some pages at a time, each once', async (t) => {
  const dates = Object.fromEntries(Array.from({ length: 1_100 }, (_, index) => [`/${index}`, -9 * DAY]))
  const { crawl, plain } = await datedSite(t, dates)
  const { counts, run, asked } = await crawl()
  // /old is linked and not listed.
  assert.deepEqual([asked, counts], [['/old'], [0, 0, 1_102, 0, 0, 1_100]])
  assert.equal((await jobsOf(plain.store, run)).filter((job) => job.kind === 'crawl.page').length, 1_102)
})

test('a run that is gone on with in full offers what it meant to believe', async (t) => {
  const { plain, site } = await datedSite(t, { '/old': -9 * DAY })
  const { store, bus, clock } = plain
  const source = sourceOf([`${site.url}/`], { include: [], exclude: [] })
  const pace = { concurrency: 1, gapMs: 0 }
  const limits = { maxPages: null, maxDepth: null, maxTimeMs: null }
  const { run } = await openRun({ store, clock, source, pace, limits })
  const urls = [{ url: `${site.url}/old`, lastmod: clock.now() - 9 * DAY }]
  const listed = offerListed({ run: run.id, sitemap: `${site.url}/map.xml`, urls }, clock.now())
  await store.commit({ commands: [...listed] })
  const stage = listedStage({ clock, run: run.id, source: run.source, pace, believesDates: false })
  await startWorker({ store, bus, clock, run: run.id, stages: [{ stage, concurrency: 1 }] }).ended
  const old = (await jobsOf(store, run.id)).find((job) => job.uniqueKey.endsWith('/old'))
  assert.deepEqual([old?.kind, old?.state], ['crawl.page', 'available'])
})
