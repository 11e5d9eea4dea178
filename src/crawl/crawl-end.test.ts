/** How a crawl ends before there is nothing left: limits, signals and cancels, and how it is taken up again. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { cancelJobs, offer, stage } from '../jobs/index.ts'
import { MillraceError, newId } from '../model/index.ts'
import { PAGE_KIND } from './frontier.ts'
import { cancelRun, getRun } from './history/index.ts'
import { openCrawls, until } from './testing/fixture.ts'
import { jobsOf, pagesOf } from './testing/look.ts'
import { pageOf, send, servePlot } from './testing/plot.ts'

const sorted = (texts: Iterable<string>) => [...texts].sort()
const urlsOf = (pages: readonly { readonly url: string }[]) => sorted(pages.map((page) => page.url))

/** Pages '/', '/1', '/2' and so on, each linking to the next: a chain, so that nothing is known in advance. */
const chainPage = (path: string) => pageOf(`page ${path}`, [`/${Number(path.slice(1)) + 1}`])

test('--max-pages is exact, and a higher one goes on with the same run without fetching anything again', async (t) => {
  const site = await servePlot(t, ({ path }) =>
    pageOf(
      path,
      Array.from({ length: 30 }, (_, i) => `/${i}`),
    ),
  )
  const { crawl, store } = await openCrawls(t)
  const first = await crawl(`${site.url}/`, { maxPages: 7 })
  assert.deepEqual([first.summary.state, first.reason, first.summary.pages], ['stopped', '--max-pages', 7])
  assert.deepEqual([(await pagesOf(store, first.run)).length, site.arrivals.length], [7, 7])
  const again = await crawl(`${site.url}/`, { maxPages: 7 })
  assert.deepEqual([again.run, again.reason, site.arrivals.length], [first.run, '--max-pages', 7])
  const more = await crawl(`${site.url}/`, { maxPages: 20 })
  assert.deepEqual([more.run, more.isNew, more.summary.pages], [first.run, false, 20])
  const rest = await crawl(`${site.url}/`)
  assert.deepEqual(
    [rest.run, rest.summary.state, rest.summary.pages, rest.reason],
    [first.run, 'completed', 31, null],
  )
  assert.equal(new Set(site.arrivals.map((arrival) => arrival.path)).size, site.arrivals.length)
})

test('--max-pages is exact over two processes that work on one run', async (t) => {
  const paths = Array.from({ length: 60 }, (_, i) => `/${i}`)
  const bothAtWork = Promise.withResolvers<void>()
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf('seed', paths)
    void bothAtWork.promise.then(() => send(response, { html: pageOf(path) }))
    return null
  })
  const { start, store, openAgain } = await openCrawls(t)
  const asked = { maxPages: 23, pace: { concurrency: 40, gapMs: 0 } }
  const first = await start(`${site.url}/`, asked)
  await until(async () => site.arrivals.length === 23)
  const other = await openAgain()
  const second = await other.start(`${site.url}/`, asked)
  assert.equal(second.run.id, first.run.id)
  // Time for its first claim, which must get nothing.
  await other.store.position()
  bothAtWork.resolve()
  const ends = await Promise.all([first.ended, second.ended])
  assert.deepEqual(ends.at(0), { state: 'stopped', reason: '--max-pages' })
  assert.deepEqual([(await pagesOf(store, first.run.id)).length, site.arrivals.length], [23, 23])
})

test('--max-depth completes the run, and a wider one goes on with it', async (t) => {
  const site = await servePlot(t, ({ path }) => chainPage(path))
  const { crawl, store } = await openCrawls(t)
  const near = await crawl(`${site.url}/0`, { maxDepth: 2 })
  assert.deepEqual([near.summary.state, near.summary.pages, near.reason], ['completed', 3, null])
  const wider = await crawl(`${site.url}/0`, { maxDepth: 4 })
  assert.deepEqual([wider.run, wider.summary.state, wider.summary.pages], [near.run, 'completed', 5])
  assert.deepEqual(
    urlsOf(await pagesOf(store, near.run)),
    [0, 1, 2, 3, 4].map((n) => `${site.url}/${n}`),
  )
  const same = await crawl(`${site.url}/0`, { maxDepth: 4 })
  assert.notEqual(same.run, near.run)
  assert.deepEqual([same.isNew, same.summary.pages], [true, 5])
})

test('--max-time stops the run when it is over, and the next crawl goes on with it', async (t) => {
  const site = await servePlot(t, ({ path }) => (path === '/500' ? pageOf('last') : chainPage(path)))
  const { crawl } = await openCrawls(t)
  const first = await crawl(`${site.url}/0`, { maxTimeMs: 100 })
  assert.deepEqual([first.summary.state, first.reason], ['stopped', '--max-time'])
  assert.ok(first.summary.pages < 501)
  const rest = await crawl(`${site.url}/0`, { maxTimeMs: 2 ** 40 })
  assert.deepEqual([rest.run, rest.summary.state, rest.summary.pages], [first.run, 'completed', 501])
  assert.equal(site.arrivals.length, 501)
})

/** A follow-up stage whose work waits, and the commands that ask for it. */
function afterwards(work: (signal: AbortSignal) => Promise<unknown>) {
  const done: string[] = []
  const followUp = stage<string, string>({
    kind: 'after',
    load: (_, job) => Promise.resolve(job.uniqueKey),
    work: (id, { signal }) => work(signal).then(() => id),
    save: (id) => {
      done.push(id)
      return []
    },
  })
  return { done, options: { followUps: [followUp], onDocument: offerAfter } }
}

const offerAfter = (run: string, { id }: { readonly id: string }) => [
  offer({
    run,
    kind: 'after',
    entries: [{ id: newId(0), key: id, lane: 'after', input: {} }],
    priority: 0,
    attemptsMax: 1,
  }),
]

test('what was asked for stored pages is finished also when a limit stops the crawl', async (t) => {
  const site = await servePlot(t, ({ path }) => chainPage(path))
  const { crawl, store } = await openCrawls(t)
  const fifth = Promise.withResolvers<void>()
  const { done, options } = afterwards(() => fifth.promise)
  let pages = 0
  const { summary, run } = await crawl(`${site.url}/0`, {
    ...options,
    maxPages: 5,
    onEnd: ({ job }) => {
      if (job.kind === PAGE_KIND && ++pages === 5) fifth.resolve()
    },
  })
  assert.deepEqual([summary.state, summary.pages], ['stopped', 5])
  const documents = (await pagesOf(store, run)).map((page) => page.document)
  assert.deepEqual(sorted(done), sorted(documents.map(String)))
})

test('an aborted crawl gives back what is in hand and finishes nothing more', async (t) => {
  const held = Promise.withResolvers<void>()
  const site = await servePlot(t, ({ path }) => {
    if (path !== '/3') return chainPage(path)
    held.resolve()
    return null
  })
  const { start, crawl, store } = await openCrawls(t)
  const { done, options } = afterwards((signal) => once(signal, 'abort').then(() => signal.throwIfAborted()))
  const started = await start(`${site.url}/0`, options)
  await held.promise
  started.abort('SIGINT')
  assert.deepEqual(await started.ended, { state: 'stopped', reason: 'SIGINT' })
  assert.deepEqual(done, [])
  const open = (await jobsOf(store, started.run.id)).filter((job) => job.state !== 'completed')
  assert.deepEqual(sorted(open.map((job) => `${job.kind} ${job.state} ${job.attempts}`)), [
    ...['after', 'after', 'after'].map((kind) => `${kind} available 0`),
    `${PAGE_KIND} available 0`,
  ])
  const { run } = await crawl(`${site.url}/0`, { ...options, maxPages: 3, followUps: [] })
  assert.equal(run, started.run.id)
})

test('a crawl that is told to stop finishes what is in hand and can be taken up again', async (t) => {
  const held = Promise.withResolvers<() => void>()
  const site = await servePlot(t, ({ path, response, count }) => {
    if (path === '/9') return pageOf('last')
    if (path !== '/3' || count > 1) return chainPage(path)
    held.resolve(() => send(response, { html: chainPage(path) }))
    return null
  })
  const { start, crawl } = await openCrawls(t)
  const started = await start(`${site.url}/0`)
  const answer = await held.promise
  started.stop('SIGTERM')
  answer()
  assert.deepEqual(await started.ended, { state: 'stopped', reason: 'SIGTERM' })
  const rest = await crawl(`${site.url}/0`)
  assert.deepEqual([rest.run, rest.summary.pages, site.arrivals.length], [started.run.id, 10, 10])
})

test('a crawl that is told to stop while robots.txt is asked for does not wait for it', async (t) => {
  const asked = Promise.withResolvers<void>()
  const site = await servePlot(t, () => {
    asked.resolve()
    return null
  })
  const { start } = await openCrawls(t)
  const started = await start(`${site.url}/`, { asksRobots: true })
  await asked.promise
  started.stop('SIGINT')
  assert.deepEqual(await started.ended, { state: 'stopped', reason: 'SIGINT' })
  assert.deepEqual(
    site.arrivals.map((arrival) => arrival.path),
    ['/robots.txt'],
  )
})

test('a cancel from elsewhere ends the crawl as cancelled, and nothing more is stored', async (t) => {
  const held = Promise.withResolvers<() => void>()
  const site = await servePlot(t, ({ path, response }) => {
    if (path !== '/5') return chainPage(path)
    held.resolve(() => send(response, { html: chainPage(path) }))
    return null
  })
  const { start, crawl, store, openAgain } = await openCrawls(t)
  const other = await openAgain()
  const started = await start(`${site.url}/0`)
  const answer = await held.promise
  const run = started.run.id
  await other.store.commit({ commands: [cancelRun({ id: run }), cancelJobs({ run, limit: 1000 })] })
  answer()
  assert.deepEqual(await started.ended, { state: 'cancelled', reason: 'cancelled by its user' })
  assert.deepEqual([(await pagesOf(store, run)).length, site.arrivals.length], [5, 6])
  assert.deepEqual(sorted(new Set((await jobsOf(store, run)).map((job) => job.state))), [
    'cancelled',
    'completed',
  ])
  const next = await crawl(`${site.url}/0`, { maxPages: 1 })
  assert.deepEqual([next.isNew, next.run === run], [true, false])
})

test('what is to be done before the end is done while the run is unfinished; when it fails the run is taken up again', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, path === '/' ? ['/1'] : []))
  const { crawl, start, store } = await openCrawls(t)
  const failed = await start(`${site.url}/`, {
    onEnding: () => Promise.reject(new MillraceError('InputOutput', 'the file can not be written')),
  })
  await assert.rejects(failed.ended, { code: 'InputOutput' })
  const states: (string | undefined)[] = []
  const onEnding = async () => {
    states.push((await store.read(getRun({ id: failed.run.id })))[0]?.state)
  }
  const again = await crawl(`${site.url}/`, { onEnding })
  assert.deepEqual([again.run, again.isNew, again.summary.state], [failed.run.id, false, 'completed'])
  assert.deepEqual([states, site.arrivals.length], [['running'], 2])
})
