/** robots.txt: what it forbids is not fetched, what it asks for is done, and it is asked for no more than needed. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { jobsTopic, type AttemptEnd } from '../../jobs/index.ts'
import { PAGE_KIND } from '../frontier.ts'
import { handClock, openCrawls, until } from '../testing/fixture.ts'
import { everything, jobsOf, laneOf, pagesOf } from '../testing/look.ts'
import { pageOf, send, servePlot, type Sent, type Visit } from '../testing/plot.ts'

const DAY_MS = 24 * 3_600_000

/** A site with the robots.txt given, and three pages. */
function serveWithRobots(t: TestContext, robots: (visit: Visit) => Sent | string) {
  return servePlot(t, (visit) => {
    const { path, response } = visit
    if (path !== '/robots.txt') return pageOf(path, ['/open', '/shut/in', '/shut/out'])
    const answer = robots(visit)
    return send(response, typeof answer === 'string' ? { html: answer } : answer)
  })
}

const RULES = 'User-agent: *\nDisallow: /\n\nUser-agent: millrace-test\nDisallow: /shut/\nAllow: /shut/out\n'

test('what robots.txt forbids to our name is skipped and never fetched', async (t) => {
  const site = await serveWithRobots(t, () => RULES)
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`, { asksRobots: true })
  assert.deepEqual(site.arrivals.map((arrival) => arrival.path).sort(), [
    '/',
    '/open',
    '/robots.txt',
    '/shut/out',
  ])
  assert.equal(site.arrivals[0]?.path, '/robots.txt')
  assert.deepEqual([summary.pages, summary.skipped, summary.failed], [3, 1, 0])
  const jobs = await jobsOf(store, run)
  assert.deepEqual(new Set(jobs.map((job) => job.state)), new Set(['completed']))
})

test('a crawl that is not to ask never asks', async (t) => {
  const site = await serveWithRobots(t, () => RULES)
  const { crawl, store } = await openCrawls(t)
  const { summary } = await crawl(`${site.url}/`, { asksRobots: false })
  assert.deepEqual([summary.pages, site.asked('/robots.txt')], [4, 0])
  assert.deepEqual((await everything(store)).robots, [])
})

test('no robots.txt, or one behind a login, allows everything', async (t) => {
  for (const status of [404, 403]) {
    const site = await serveWithRobots(t, () => ({ status, html: RULES }))
    const { crawl } = await openCrawls(t)
    const { summary } = await crawl(`${site.url}/`, { asksRobots: true })
    assert.deepEqual([summary.pages, summary.skipped], [4, 0])
  }
})

test('a robots.txt is found behind redirects, which lead to http addresses only', async (t) => {
  const elsewhere = await servePlot(t, () => RULES)
  for (const [location, skipped] of [
    [`${elsewhere.url}/other`, 1],
    ['/robots.txt', 0],
    ['ftp://127.0.0.1/robots.txt', 0],
  ] as const) {
    const site = await serveWithRobots(t, () => ({ status: 302, headers: { location } }))
    const { crawl } = await openCrawls(t)
    const { summary } = await crawl(`${site.url}/`, { asksRobots: true })
    assert.deepEqual([summary.skipped, summary.failed], [skipped, 0], location)
  }
})

test('a robots.txt that can not be read says no more than an empty one', async (t) => {
  const site = await serveWithRobots(t, () => ({ html: 'not gzip', headers: { 'content-encoding': 'gzip' } }))
  const { crawl } = await openCrawls(t)
  const { summary } = await crawl(`${site.url}/`, { asksRobots: true })
  assert.deepEqual([summary.pages, summary.skipped], [4, 0])
})

test('a robots.txt that answers 5xx or 429 closes the host, and nothing is fetched from it meanwhile', async (t) => {
  for (const { status, waitMs, headers } of [
    { status: 500, waitMs: 60_000, headers: {} },
    { status: 429, waitMs: 1_800_000, headers: { 'retry-after': '1800' } },
  ]) {
    const clock = handClock()
    const begun = clock.now()
    const site = await serveWithRobots(t, ({ count }) =>
      count <= 2 ? { status, headers, html: 'not now' } : RULES,
    )
    const { start, store, bus } = await openCrawls(t, clock)
    const waits = Promise.withResolvers<AttemptEnd>()
    const crawl = await start([`${site.url}/`, `${site.url}/open`], {
      asksRobots: true,
      onEnd: (end) => {
        if (end.outcome === 'waits') waits.resolve(end)
      },
    })
    await until(async () => (await laneOf(store, site.url)).waitReason !== null)
    assert.equal(site.arrivals.length, 1, 'closed before the first job asks again')
    const lane = await laneOf(store, site.url)
    assert.deepEqual(
      [lane.waitUntil, lane.waitReason],
      [begun + waitMs, `${site.url}/robots.txt answered ${status}, so the host is left alone for now`],
    )
    clock.move(waitMs)
    bus.hint(jobsTopic(PAGE_KIND))
    const end = await waits.promise
    assert.equal(end.error?.code, 'RobotsUnavailable')
    assert.deepEqual(
      site.arrivals.map((arrival) => arrival.path),
      ['/robots.txt', '/robots.txt'],
    )
    const [job] = (await jobsOf(store, crawl.run.id)).filter((row) => row.state === 'scheduled')
    assert.deepEqual([job?.attempts, job?.waits, job?.errorCode], [0, 1, 'RobotsUnavailable'])
    clock.move(waitMs)
    bus.hint(jobsTopic(PAGE_KIND))
    assert.equal((await crawl.ended).state, 'completed')
    assert.equal((await pagesOf(store, crawl.run.id)).length, 3)
  }
})

test('robots.txt is kept for a day, over runs and stores, and asked for again after it', async (t) => {
  const site = await serveWithRobots(t, () => RULES)
  const clock = handClock()
  const { crawl, openAgain } = await openCrawls(t, clock)
  const again = async () => (await (await openAgain()).crawl(`${site.url}/`, { asksRobots: true })).summary
  await crawl(`${site.url}/`, { asksRobots: true })
  clock.move(DAY_MS - 1)
  // Using what is kept does not make it younger.
  assert.deepEqual([(await again()).skipped, site.asked('/robots.txt')], [1, 1])
  clock.move(1)
  assert.deepEqual([(await again()).skipped, site.asked('/robots.txt')], [1, 2])
})

test('a crawl asks again when what it knows comes to be a day old, learned by itself or by an earlier one', async (t) => {
  for (const isEarlier of [false, true]) {
    const clock = handClock()
    let passesMs = 0
    const site = await servePlot(t, ({ path, count }) => {
      if (path === '/robots.txt') return count === 1 ? '' : RULES
      if (path === '/') clock.move(passesMs)
      return pageOf(path, ['/shut/in'])
    })
    const { crawl } = await openCrawls(t, clock)
    if (isEarlier) {
      await crawl(`${site.url}/`, { asksRobots: true })
      clock.move(DAY_MS - 1000)
    }
    passesMs = isEarlier ? 1000 : DAY_MS
    const { summary } = await crawl(`${site.url}/`, { asksRobots: true })
    assert.deepEqual([summary.skipped, site.asked('/robots.txt')], [1, 2])
  }
})

test('a crawl-delay widens the gap of the host, before the first page and after a restart', async (t) => {
  const site = await serveWithRobots(t, () => 'User-agent: *\nCrawl-delay: 2.5\n')
  const clock = handClock()
  const { start, store } = await openCrawls(t, clock)
  const pace = { concurrency: 4, gapMs: 100 }
  for (const resumed of [false, true]) {
    const crawl = await start(`${site.url}/`, { asksRobots: true, pace })
    await until(async () => (await laneOf(store, site.url)).gapMs === 2500)
    const lane = await laneOf(store, site.url)
    assert.deepEqual([lane.gapMs, lane.nextAt, lane.concurrency], [2500, clock.now() + 2500, 4])
    crawl.abort('SIGINT')
    await crawl.ended
    assert.equal(site.asked('/robots.txt'), 1, String(resumed))
    clock.move(2000)
  }
  assert.equal(site.arrivals.length, 1)
})

test('a crawl-delay that is shorter than our own gap changes nothing', async (t) => {
  const site = await serveWithRobots(
    t,
    () => 'User-agent: *\nCrawl-delay: 0.01\nDisallow: /shut\nDisallow: /open\n',
  )
  const { crawl, store } = await openCrawls(t)
  await crawl(`${site.url}/`, { asksRobots: true, pace: { concurrency: 1, gapMs: 20 } })
  assert.equal((await laneOf(store, site.url)).gapMs, 20)
})

test('many jobs that ask at once ask the host once', async (t) => {
  const inner = await servePlot(t, ({ path }) => (path === '/robots.txt' ? RULES : pageOf(path)))
  const links = Array.from({ length: 20 }, (_, index) => `${inner.url}/${index}`)
  const site = await servePlot(t, ({ path, response }) =>
    path === '/robots.txt'
      ? send(response, { status: 404 })
      : pageOf(path, [...links, `${inner.url}/shut/in`]),
  )
  const { crawl } = await openCrawls(t)
  const { summary } = await crawl(`${site.url}/`, { asksRobots: true, include: [`${inner.url}/*`] })
  assert.deepEqual([summary.pages, summary.skipped, inner.asked('/robots.txt')], [21, 1, 1])
})
