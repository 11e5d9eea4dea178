/** What becomes of one URL, whatever its host does with the request. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AttemptEnd, jobsTopic } from '../../jobs/index.ts'
import { PAGE_KIND } from '../frontier.ts'
import { handClock, hurried, openCrawls } from '../testing/fixture.ts'
import { everything, jobsOf, laneOf, pageAt, pagesOf } from '../testing/look.ts'
import { pageOf, redirect, send, servePlot } from '../testing/plot.ts'

test('a redirect is a page of its own, and its target another with the one document', async (t) => {
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf('start', ['/old', '/older', '/new'])
    return path === '/new' ? pageOf('new') : redirect(response, path === '/old' ? '/new#part' : '/old')
  })
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  assert.deepEqual([summary.pages, summary.documents, summary.failed, summary.skipped], [4, 2, 0, 0])
  const [, fresh, old, older] = await pagesOf(store, run)
  assert.deepEqual(
    [fresh, old, older].map((page) => [page?.status, page?.redirectTo, page?.note, page?.document !== null]),
    [
      [200, null, null, true],
      [302, `${site.url}/new`, null, false],
      [302, `${site.url}/old`, null, false],
    ],
  )
  assert.equal(site.asked('/new'), 1)
})

test('a redirect target is as near to a seed as the page that redirects to it', async (t) => {
  const site = await servePlot(t, ({ path, response }) =>
    path === '/' ? redirect(response, '/there') : pageOf(path, ['/next']),
  )
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`)
  const jobs = await jobsOf(store, run)
  assert.deepEqual(
    jobs.map((job) => [new URL(job.uniqueKey).pathname, job.priority]),
    [
      ['/', 0],
      ['/next', 1],
      ['/there', 0],
    ],
  )
})

test('a redirect that comes back, or goes on for ever, ends with a note and counts as failed', async (t) => {
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf('start', ['/self', '/ring/0', '/hop/0'])
    const [, kind, at] = /^\/(\w+)\/?(\d*)$/.exec(path) ?? []
    if (kind === 'self') return redirect(response, '/self')
    return redirect(response, `/${kind}/${kind === 'ring' ? (Number(at) + 1) % 3 : Number(at) + 1}`)
  })
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  const noted = (await pagesOf(store, run)).filter((page) => page.note !== null)
  assert.deepEqual(
    noted.map((page) => [page.url.slice(site.url.length), page.note?.replaceAll(site.url, '')]),
    [
      ['/hop/10', 'TooManyRedirects: over 10 redirects in a row, beginning at /hop/0'],
      ['/ring/2', 'TooManyRedirects: a loop: /ring/0 -> /ring/1 -> /ring/2 -> /ring/0'],
      ['/self', 'TooManyRedirects: a loop: /self -> /self'],
    ],
  )
  // start, /self, three of the ring, eleven hops.
  assert.deepEqual([summary.pages, summary.failed], [16, 3])
})

test('a redirect out of scope is not followed, and its note says why, whatever its content type', async (t) => {
  const elsewhere = await servePlot(t, () => pageOf('not ours'))
  const site = await servePlot(t, ({ response }) =>
    send(response, { status: 301, headers: { location: elsewhere.url, 'content-type': 'text/plain' } }),
  )
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  const page = await pageAt(store, run, `${site.url}/`)
  const host = new URL(elsewhere.url).host
  assert.equal(page.note, `redirects out of scope: host ${host} is not a seed host`)
  assert.equal(page.redirectTo, `${elsewhere.url}/`)
  assert.deepEqual([summary.pages, summary.failed, summary.skipped], [1, 0, 0])
  assert.equal(elsewhere.arrivals.length, 0)
})

test('a redirect in raw UTF-8, to no http address, or to nothing at all', async (t) => {
  const utf8 = Buffer.from('/caf\u00e9').toString('latin1')
  const location: Readonly<Record<string, string>> = {
    '/utf8': utf8,
    '/mail': 'mailto:a@b.c',
    '/bad': 'http://[',
  }
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf('start', [...Object.keys(location), '/none'])
    if (path.startsWith('/caf')) return pageOf('coffee')
    const to = location[path]
    return send(response, { status: 302, headers: to === undefined ? {} : { location: to } })
  })
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  const targets = (await pagesOf(store, run)).filter((page) => page.status === 302)
  assert.deepEqual(
    targets.map((page) => page.redirectTo),
    [null, null, null, `${site.url}/caf%C3%A9`],
  )
  assert.deepEqual([summary.pages, summary.documents, summary.failed], [6, 2, 0])
})

test('an answer that is not HTML is skipped, unless it is an error: that is failed and nothing else', async (t) => {
  const pdf = { 'content-type': 'application/pdf' }
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf('start', ['/good.pdf', '/gone.pdf', '/xhtml'])
    if (path === '/xhtml')
      return send(response, { html: pageOf('x'), headers: { 'content-type': 'Application/XHTML+xml' } })
    return send(response, { status: path === '/good.pdf' ? 200 : 410, headers: pdf, html: '%PDF' })
  })
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  assert.deepEqual([summary.documents, summary.failed, summary.skipped], [2, 1, 1])
  assert.equal((await pageAt(store, run, `${site.url}/good.pdf`)).note, 'not HTML: application/pdf')
})

test('a page of an error status is kept with its body, but yields no document and no links', async (t) => {
  const site = await servePlot(t, ({ path, response }) =>
    path === '/'
      ? pageOf('start', ['/gone'])
      : send(response, { status: 404, html: pageOf('gone', ['/more']) }),
  )
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`)
  const gone = await pageAt(store, run, `${site.url}/gone`)
  assert.deepEqual([gone.document, gone.bytes > 0, summary.failed], [null, true, 1])
  assert.equal(site.asked('/more'), 0)
})

test('429 and 503 close the lane until the time named, say why, and burn no attempt', async (t) => {
  for (const status of [429, 503]) {
    const clock = handClock()
    const begun = clock.now()
    const visits: { path: string; after: number }[] = []
    const site = await servePlot(t, ({ path, count, response }) => {
      visits.push({ path, after: clock.now() - begun })
      if (path === '/') return pageOf('start', ['/busy', '/calm-1', '/calm-2', '/calm-3'])
      if (path !== '/busy' || count > 1) return pageOf(path)
      return send(response, { status, headers: { 'retry-after': '3600' } })
    })
    const { start, store, bus } = await openCrawls(t, clock)
    const waits = Promise.withResolvers<AttemptEnd>()
    const crawl = await start(`${site.url}/`, {
      pace: { concurrency: 1, gapMs: 0 },
      onEnd: (end) => {
        if (end.outcome === 'waits') waits.resolve(end)
      },
    })
    await waits.promise
    const lane = await laneOf(store, site.url)
    assert.deepEqual(
      [lane.waitUntil, lane.waitReason],
      [begun + 3_600_000, `${new URL(site.url).host} answered ${status} and is left alone for 3600 s`],
    )
    clock.move(3_599_999)
    bus.hint(jobsTopic(PAGE_KIND))
    await new Promise(setImmediate)
    // Units are applied in order, so the claim that the hint led to was made by now.
    await store.commit({ commands: [] })
    const jobs = await jobsOf(store, crawl.run.id)
    assert.equal(jobs.filter((job) => job.state === 'running').length, 0)
    const busy = jobs.find((job) => job.uniqueKey.endsWith('/busy'))
    assert.deepEqual(
      [busy?.state, busy?.attempts, busy?.waits, busy?.errorCode],
      ['scheduled', 0, 1, 'RateLimited'],
    )
    clock.move(1)
    bus.hint(jobsTopic(PAGE_KIND))
    assert.equal((await crawl.ended).state, 'completed')
    assert.equal((await pageAt(store, crawl.run.id, `${site.url}/busy`)).status, 200)
    assert.equal(visits.length, 6)
    const after = visits.slice(visits.findIndex((visit) => visit.path === '/busy') + 1)
    assert.ok(after.every((visit) => visit.after === 3_600_000))
  }
})

test('a host that says 429 or 503 for ever is waited for 20 times, then its answer is final', async (t) => {
  for (const status of [429, 503]) {
    const site = await servePlot(t, ({ response }) => send(response, { status, html: pageOf('busy') }))
    const clock = handClock()
    const { crawl, store, bus } = await openCrawls(t, clock)
    const waits: number[] = []
    const hurry = hurried(clock, bus)
    const { run, summary } = await crawl(`${site.url}/`, {
      onEnd: (end) => {
        if (end.outcome === 'waits') waits.push(Number(end.error?.facts['until']) - clock.now())
        hurry(end)
      },
    })
    const page = await pageAt(store, run, `${site.url}/`)
    assert.deepEqual([page.status, summary.state, summary.pages, summary.failed], [status, 'completed', 1, 1])
    assert.equal(site.arrivals.length, 21)
    // 5 s, doubled each time, and never over 5 minutes.
    const seconds = [5, 10, 20, 40, 80, 160, ...Array.from({ length: 14 }, () => 300)]
    assert.deepEqual(
      waits,
      seconds.map((second) => second * 1000),
    )
  }
})

test('a server error is tried 4 times with growing pauses, then kept as it is', async (t) => {
  const site = await servePlot(t, ({ response }) => send(response, { status: 500, html: pageOf('broken') }))
  const clock = handClock()
  const { crawl, store, bus } = await openCrawls(t, clock)
  const pauses: number[] = []
  const { run, summary } = await crawl(`${site.url}/`, {
    onEnd: (end) => {
      const before = clock.now()
      hurried(clock, bus)(end)
      pauses.push(clock.now() - before)
    },
  })
  const page = await pageAt(store, run, `${site.url}/`)
  assert.deepEqual([page.status, page.document, page.bytes > 0], [500, null, true])
  assert.deepEqual(
    [summary.state, summary.pages, summary.failed, site.arrivals.length],
    ['completed', 1, 1, 4],
  )
  assert.equal(pauses.length, 4)
  for (const [index, full] of [1000, 2000, 4000].entries()) {
    const pause = pauses[index] ?? 0
    assert.ok(pause >= full / 2 && pause <= full, `pause ${index} took ${pause} ms`)
  }
})

test('a page that can not be read for now is read when its host has recovered', async (t) => {
  const site = await servePlot(t, ({ count, request, response }) => {
    if (count === 1) return send(response, { status: 502 })
    if (count === 2) request.socket.resetAndDestroy()
    return count === 2 ? null : pageOf('well again')
  })
  const clock = handClock()
  const { crawl, store, bus } = await openCrawls(t, clock)
  const { run, summary } = await crawl(`${site.url}/`, { onEnd: hurried(clock, bus) })
  assert.deepEqual([summary.documents, summary.failed], [1, 0])
  const [job] = await jobsOf(store, run)
  assert.deepEqual([job?.state, job?.attempts, job?.errorCode], ['completed', 2, null])
})

test('the same body under many URLs is kept once, and a small one as it is', async (t) => {
  const site = await servePlot(t, ({ path }) => (path === '/' ? pageOf('start', ['/a', '/b']) : 'small'))
  const { crawl, store } = await openCrawls(t)
  await crawl(`${site.url}/`)
  const { pages, bodies } = await everything(store)
  assert.equal(new Set(pages.map((page) => page.rawSha256)).size, 2)
  assert.deepEqual(
    bodies.map((body) => body.compression),
    ['none', 'none'],
  )
  assert.ok(bodies.some((body) => Buffer.from(body.body).toString() === 'small'))
})
