/** The figures of a run: each settled try counted once, in its unit, whatever became of it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { cancelJobs, jobsTopic } from '../../../jobs/index.ts'
import { cancelRun, deleteRunMetrics, runMetrics } from '../../index.ts'
import { PAGE_KIND } from '../../frontier.ts'
import { handClock, hurried, openCrawls, until, type HandClock } from '../../testing/fixture.ts'
import { jobsOf, laneOf, pagesOf } from '../../testing/look.ts'
import { pageOf, send, servePlot } from '../../testing/plot.ts'

/** A crawl whose backoffs and waits pass without any time passing. */
async function hurriedCrawls(t: TestContext) {
  const clock = handClock()
  const plain = await openCrawls(t, clock)
  const crawl = (url: string, asked: Parameters<typeof plain.crawl>[1] = {}) =>
    plain.crawl(url, { ...asked, onEnd: hurried(clock, plain.bus) })
  return { ...plain, clock, crawl }
}

const classesOf = (of: {
  readonly failures: readonly { readonly class: string; readonly count: number }[]
}) => Object.fromEntries(of.failures.map((failure) => [failure.class, failure.count]))

test('answers, their bytes and their times are counted by host, those of 404 also as failed', async (t) => {
  const clock = handClock()
  const site = await servePlot(t, ({ path, response }) => {
    // As long as the answer took.
    clock.move(path === '/slow' ? 1_000 : 10)
    if (path === '/gone') return send(response, { status: 404, html: 'gone' })
    return pageOf(path, ['/slow', '/gone', '/other'])
  })
  const { crawl, store } = await openCrawls(t, clock)
  const { run, summary } = await crawl(`${site.url}/`, { pace: { concurrency: 1, gapMs: 0 } })
  const { hosts, others, ...all } = await runMetrics(store, run, 20)
  assert.equal(others, null)
  assert.deepEqual(hosts, [{ host: new URL(site.url).host, ...all }])
  assert.deepEqual([all.fetched, all.retried, all.givenUp, all.waitedMs], [4, 0, 0, 0])
  assert.deepEqual([all.bytes, all.wireBytes], [summary.bytes, summary.bytes])
  assert.deepEqual(classesOf(all), { 404: 1 })
  const { answers, meanMs, p50Ms, p99Ms } = all.latency ?? assert.fail('no latency')
  assert.deepEqual([answers, meanMs], [4, Math.round((3 * 10 + 1_000) / 4)])
  assert.ok(p50Ms >= 9 && p50Ms <= 11, String(p50Ms))
  assert.ok(p99Ms >= 955 && p99Ms <= 1_045, String(p99Ms))
})

test('bytes are counted as received and as decoded', async (t) => {
  const { gzipSync } = await import('node:zlib')
  const html = Buffer.from(pageOf('word '.repeat(1_000)))
  const zipped = gzipSync(html)
  const site = await servePlot(t, ({ response }) =>
    send(response, { html: zipped, headers: { 'content-encoding': 'gzip' } }),
  )
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`)
  const { bytes, wireBytes } = await runMetrics(store, run, 20)
  assert.deepEqual([wireBytes, bytes], [zipped.length, html.length])
})

test('each failed try is counted with its class: retried while there are tries left, then given up', async (t) => {
  const site = await servePlot(t, ({ path, count, request, response }) => {
    if (path === '/') return pageOf(path, ['/cut', '/broken'])
    if (path === '/broken') return send(response, { status: count < 3 ? 502 : 200, html: 'broken' })
    request.socket.destroy()
    return null
  })
  const { crawl, store } = await hurriedCrawls(t)
  const { run } = await crawl(`${site.url}/`)
  const all = await runMetrics(store, run, 20)
  assert.deepEqual([all.fetched, all.retried, all.givenUp], [4, 2 + 3, 1])
  assert.deepEqual(classesOf(all), { ConnectionLost: 4, 502: 2 })
  assert.equal(all.latency?.answers, all.fetched)
})

test('an answer whose body is refused is an answer, and a failure by the name of what was wrong with it', async (t) => {
  const site = await servePlot(t, ({ response }) =>
    send(response, { html: 'not gzip', headers: { 'content-encoding': 'gzip' } }),
  )
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`)
  const all = await runMetrics(store, run, 20)
  assert.deepEqual([all.fetched, classesOf(all)], [1, { BadEncoding: 1 }])
})

test('a host that says 429 is counted as closed for as long as it asked, however many tries it told so', async (t) => {
  const clock = handClock()
  const busy = new Set(['/a', '/b', '/c'])
  const site = await servePlot(t, ({ path, count, response }) => {
    if (!busy.has(path) || count > 1) return pageOf(path, [...busy])
    return send(response, { status: 429, headers: { 'retry-after': '30' } })
  })
  const { start, store, bus } = await openCrawls(t, clock)
  let told = 0
  const { run, ended } = await start(`${site.url}/`, {
    onEnd({ outcome, job }) {
      // All three were in hand when the first was told.
      if (outcome === 'waits' && ++told === busy.size) {
        clock.move(30_000)
        bus.hint(jobsTopic(job.kind))
      }
    },
  })
  await ended
  const all = await runMetrics(store, run.id, 20)
  assert.deepEqual(all.waits, [{ cause: 'RateLimited', count: 3, ms: 30_000 }])
  assert.deepEqual([all.waitedMs, all.retried, all.fetched, classesOf(all)], [30_000, 0, 7, { 429: 3 }])
})

test('a robots.txt that is not to be had is a wait, once for the host', async (t) => {
  const site = await servePlot(t, ({ path, count, response }) =>
    path === '/robots.txt' && count === 1
      ? send(response, { status: 503, headers: { 'retry-after': '5' } })
      : pageOf(path),
  )
  const clock = handClock()
  const { start, store, bus } = await openCrawls(t, clock)
  const { run, ended } = await start(`${site.url}/`, { asksRobots: true })
  await until(async () => (await laneOf(store, site.url)).waitUntil > clock.now())
  clock.move(5_000)
  bus.hint(jobsTopic(PAGE_KIND))
  await ended
  const { waits } = await runMetrics(store, run.id, 20)
  assert.deepEqual(waits, [{ cause: 'RobotsUnavailable', count: 0, ms: 5_000 }])
})

test('the rest between two requests is counted as our own pace, or as the delay that the host asked for', async (t) => {
  for (const { robots, gapMs, cause } of [
    { robots: '', gapMs: 5, cause: 'pace' },
    { robots: 'User-agent: *\nCrawl-delay: 0.02\n', gapMs: 20, cause: 'crawl-delay' },
  ]) {
    const site = await servePlot(t, ({ path, response }) =>
      path === '/robots.txt' ? send(response, { html: robots }) : pageOf(path, ['/a', '/b']),
    )
    const { crawl, store } = await openCrawls(t)
    const { run } = await crawl(`${site.url}/`, { asksRobots: true, pace: { concurrency: 1, gapMs: 5 } })
    assert.equal((await laneOf(store, site.url)).gapMs, gapMs)
    const { waits } = await runMetrics(store, run, 20)
    assert.deepEqual(waits, [{ cause, count: 3, ms: 3 * gapMs }])
  }
})

test('a try that was fenced off is not counted, and neither is one that was given back', async (t) => {
  for (const end of ['fenced', 'released'] as const) {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const site = await servePlot(t, ({ path, response }) => {
      if (path === '/') return pageOf(path, ['/late'])
      asked.resolve()
      void answer.promise.then(() => send(response, { html: pageOf(path) }))
      return null
    })
    const { start, store } = await openCrawls(t)
    const outcomes: string[] = []
    const started = await start(`${site.url}/`, { onEnd: ({ outcome }) => outcomes.push(outcome) })
    await asked.promise
    const run = started.run.id
    if (end === 'released') started.abort('SIGINT')
    else await store.commit({ commands: [cancelRun({ id: run }), cancelJobs({ run, limit: 10 })] })
    answer.resolve()
    await started.ended.catch(() => undefined)
    assert.deepEqual(outcomes, ['completed', end])
    const { fetched, latency } = await runMetrics(store, run, 20)
    assert.deepEqual([fetched, latency?.answers], [1, 1])
  }
})

test('the figures agree with the rows, though two workers share the run and a third of the tries fail', async (t) => {
  const site = await servePlot(t, ({ path, count, response }) => {
    const links = path === '/' ? Array.from({ length: 40 }, (_, page) => `/${page}`) : []
    if (count === 1 && Number(path.slice(1)) % 3 === 1) return send(response, { status: 500 })
    return pageOf(path, links)
  })
  const clock: HandClock = handClock()
  const one = await openCrawls(t, clock)
  const two = await one.openAgain()
  const onEnd = hurried(clock, one.bus, () => two.bus.hint(jobsTopic(PAGE_KIND)))
  const crawls = [await one.start(`${site.url}/`, { onEnd }), await two.start(`${site.url}/`, { onEnd })]
  let isOver = false
  const ended = Promise.all(crawls.map((crawl) => crawl.ended)).finally(() => (isOver = true))
  // Which tries come in a row is theirs to race for, so nobody here can count when the host's breaker opens.
  await until(async () => {
    const { openUntil } = await laneOf(one.store, site.url)
    if (openUntil > clock.now()) {
      clock.move(openUntil - clock.now())
      for (const { bus } of [one, two]) bus.hint(jobsTopic(PAGE_KIND))
    }
    return isOver
  })
  await ended
  const run = crawls[0]?.run.id ?? ''
  const all = await runMetrics(one.store, run, 20)
  const jobs = await jobsOf(one.store, run)
  const attempts = jobs.reduce((sum, job) => sum + job.attempts, 0)
  const pages = await pagesOf(one.store, run)
  assert.deepEqual([pages.length, attempts], [41, 13])
  assert.deepEqual([all.fetched, all.retried, all.givenUp], [pages.length + attempts, attempts, 0])
  assert.deepEqual(classesOf(all), { 500: attempts })
})

test('hosts beyond those asked for are told as one, and the whole is all of them', async (t) => {
  const sites = await Promise.all(
    [3, 2, 1].map((pages) => servePlot(t, ({ path }) => pageOf(path, ['/1', '/2'].slice(0, pages - 1)))),
  )
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(sites.map(({ url }) => `${url}/`))
  const { hosts, others, ...all } = await runMetrics(store, run, 1)
  assert.deepEqual(
    hosts.map(({ host, fetched }) => [host, fetched]),
    [[new URL(sites[0]?.url ?? '').host, 3]],
  )
  assert.deepEqual([others?.hosts, others?.fetched, all.fetched, all.latency?.answers], [2, 3, 6, 6])
  assert.deepEqual((await runMetrics(store, run, 3)).others, null)
})

test('the figures of a run are deleted by hosts, until there are none', async (t) => {
  const sites = await Promise.all([1, 2].map(() => servePlot(t, ({ path }) => pageOf(path))))
  const { crawl, store } = await openCrawls(t)
  const urls = sites.map(({ url }) => `${url}/`)
  const [{ run }, other] = [await crawl(urls), await crawl(urls)]
  const changed = []
  for (let turn = 0; turn < 3; turn++) {
    const { results } = await store.commit({ commands: [deleteRunMetrics({ run, limit: 1 })] })
    changed.push(results[0].changed)
  }
  assert.deepEqual(changed, [1, 1, 0])
  const { fetched, latency, hosts } = await runMetrics(store, run, 20)
  assert.deepEqual([fetched, latency, hosts], [0, null, []])
  assert.equal((await runMetrics(store, other.run, 20)).fetched, 2)
})
