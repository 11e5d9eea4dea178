/** Hosts that fail, over real HTTP and by a clock moved by hand: what they see of us, and what outlives us. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failLane, jobsTopic, restLane } from '../../jobs/index.ts'
import { PAGE_KIND } from '../frontier.ts'
import { handClock, openCrawls, until, type Plain } from '../testing/fixture.ts'
import { jobsOf, laneOf, pagesOf } from '../testing/look.ts'
import { pageOf, send, servePlot, type Visit } from '../testing/plot.ts'

const PATHS = Array.from({ length: 9 }, (_, index) => `/${index}`)
const slow = { concurrency: 1, gapMs: 0 }

/** Lets the crawl of that store look for work, and claim what it may. */
async function look({ bus, store }: Plain): Promise<void> {
  bus.hint(jobsTopic(PAGE_KIND))
  await new Promise(setImmediate)
  // Commits keep their order, so this one comes after the claim that the hint led to.
  await store.commit({ commands: [restLane({ key: 'none' })] })
}

test('a host that failed is left alone over a restart, then tried once by all processes together, then read on', async (t) => {
  const held = Promise.withResolvers<Visit>()
  let isDown = true
  const site = await servePlot(t, (visit) => {
    const { path, response } = visit
    if (path === '/') return pageOf(path, PATHS)
    if (isDown) return send(response, { status: 500 })
    if (site.openMax() > 1) return pageOf('not alone')
    if (site.arrivals.length > 7) return pageOf(path)
    held.resolve(visit)
    return null
  })
  const clock = handClock()
  const first = await openCrawls(t, clock)
  const crawl = await first.start(`${site.url}/`, { pace: slow })
  await until(async () => (await pagesOf(first.store, crawl.run.id)).length === 1)
  await until(async () => (await laneOf(first.store, site.url)).penaltyMs > 0)
  const { failures, openUntil, errorStatus } = await laneOf(first.store, site.url)
  assert.deepEqual([failures, openUntil, errorStatus], [5, clock.now() + 30_000, 500])
  assert.equal(site.arrivals.length, 6)
  crawl.abort('SIGKILL')
  await crawl.ended
  await first.store.close()

  isDown = false
  const others = await Promise.all([first.openAgain(), first.openAgain()])
  const crawls = await Promise.all(others.map((other) => other.start(`${site.url}/`, { pace: slow })))
  clock.move(29_999)
  for (const other of others) await look(other)
  assert.equal(site.arrivals.length, 6, 'not a moment too soon')
  clock.move(1)
  for (const other of others) await look(other)
  const probe = await held.promise
  for (const other of [...others, ...others]) await look(other)
  assert.equal(site.arrivals.length, 7, 'one probe')
  send(probe.response, { html: pageOf('back') })
  const [store] = others.map((other) => other.store)
  assert.ok(store !== undefined)
  await until(async () => (await laneOf(store, site.url)).penaltyMs === 0)
  clock.move(60_000)
  await Promise.all(crawls.map(({ ended }) => ended))
  const pages = await pagesOf(store, crawl.run.id)
  assert.deepEqual([pages.length, new Set(pages.map((page) => page.status)).size], [10, 1])
  assert.equal(site.openMax(), 1)
})

test('what an outage hits is not given up: other pages are the next probes, and none spends all its tries', async (t) => {
  let isDown = true
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf(path, PATHS)
    return isDown ? send(response, { status: 502 }) : pageOf(path)
  })
  const clock = handClock()
  const plain = await openCrawls(t, clock)
  let probes = 0
  const crawl = await plain.start(`${site.url}/`, {
    pace: slow,
    onEnd: ({ outcome }) => {
      if (outcome === 'retried') probes++
      if (probes >= 12) isDown = false
    },
  })
  let seen = 0
  while (seen < 12) {
    await until(async () => probes > seen)
    seen = probes
    const { openUntil } = await laneOf(plain.store, site.url)
    clock.move(Math.max(0, openUntil - clock.now()))
    await look(plain)
  }
  await until(async () => {
    clock.move(60_000)
    await look(plain)
    return (await pagesOf(plain.store, crawl.run.id)).length === 10
  })
  await crawl.ended
  const jobs = await jobsOf(plain.store, crawl.run.id)
  assert.deepEqual([jobs.length, jobs.filter(({ state }) => state === 'completed').length], [10, 10])
  assert.ok(jobs.every(({ attempts }) => attempts < 4))
})

test('Retry-After closes a host over a restart, says why, and does not count as a failure', async (t) => {
  const site = await servePlot(t, ({ count, response }) =>
    count === 1 ? send(response, { status: 429, headers: { 'retry-after': '120' } }) : pageOf('welcome'),
  )
  const clock = handClock()
  const first = await openCrawls(t, clock)
  const crawl = await first.start(`${site.url}/`)
  await until(async () => site.arrivals.length > 0 && (await laneOf(first.store, site.url)).waitUntil > 0)
  const { waitUntil, waitCode, failures, errorStatus } = await laneOf(first.store, site.url)
  assert.deepEqual([waitUntil, waitCode], [clock.now() + 120_000, 'RateLimited'])
  assert.deepEqual([failures, errorStatus], [0, 429])
  crawl.abort('SIGKILL')
  await crawl.ended
  await first.store.close()
  const next = await first.openAgain()
  const again = await next.start(`${site.url}/`)
  clock.move(119_999)
  await look(next)
  assert.equal(site.arrivals.length, 1)
  clock.move(1)
  await look(next)
  assert.equal((await again.ended).state, 'completed')
  assert.equal(site.arrivals.length, 2)
})

test('an answer ends a row of failures, and a page that robots.txt forbids does not', async (t) => {
  const site = await servePlot(t, ({ path, response }) =>
    path === '/robots.txt' ? 'User-agent: *\nDisallow: /shut\n' : send(response, { status: 404 }),
  )
  const { crawl, store } = await openCrawls(t)
  await crawl(`${site.url}/`, { asksRobots: true })
  const key = new URL(site.url).host
  const why = { errorCode: 'FetchTimeout', errorStatus: null, errorMessage: 'late' }
  await store.commit({ commands: [failLane({ key, claimedAt: 0, counts: true, ...why })] })
  await crawl(`${site.url}/shut`, { asksRobots: true })
  assert.equal((await laneOf(store, site.url)).failures, 1)
  await crawl(`${site.url}/open`, { asksRobots: true })
  assert.equal((await laneOf(store, site.url)).failures, 0)
})
