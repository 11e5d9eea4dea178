/** A crawl from its seeds to its end: what is stored, and what is counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSite } from '../../test/site/index.ts'
import { offer } from '../jobs/index.ts'
import { sha256 } from '../model/index.ts'
import { decompress } from './read/page/index.ts'
import { handClock, hurried, openCrawls } from './testing/fixture.ts'
import { everything, jobsOf, pageAt, pagesOf } from './testing/look.ts'
import { pageOf, send, servePlot } from './testing/plot.ts'

const sorted = (texts: Iterable<string>) => [...texts].sort()
const urlsOf = (pages: readonly { readonly url: string }[]) => sorted(pages.map((page) => page.url))

test('every page of a site is stored once, with its document, and every detour as what it is', async (t) => {
  const site = await startSite({ pages: 60, seed: 7 })
  t.after(() => site.close())
  const { crawl, store } = await openCrawls(t)
  const { run, summary, isNew, reason } = await crawl(`${site.url}/`, { asksRobots: true })
  const { moved, missing, file, closed } = site.detourUrls
  const pages = await pagesOf(store, run)
  assert.deepEqual(urlsOf(pages), sorted([...site.pageUrls, ...moved, ...missing, ...file]))
  assert.deepEqual(urlsOf(pages.filter((page) => page.document !== null)), sorted(site.pageUrls))
  assert.deepEqual(urlsOf(pages.filter((page) => page.status === 301)), sorted(moved))
  assert.deepEqual(urlsOf(pages.filter((page) => page.status === 404)), sorted(missing))
  assert.deepEqual(
    pages.filter((page) => file.includes(page.url)).map((page) => [page.note, page.rawSha256, page.bytes]),
    file.map(() => ['not HTML: application/octet-stream', null, 0]),
  )
  assert.deepEqual(
    closed.map((url) => site.requests.get(new URL(url).pathname)),
    closed.map(() => undefined),
  )
  assert.ok(
    [...site.requests.values()].every((count) => count === 1),
    'asked once each',
  )
  const { bytes, ...counts } = summary
  assert.deepEqual(counts, {
    run,
    state: 'completed',
    pages: pages.length,
    documents: site.pageUrls.length,
    failed: missing.length,
    skipped: file.length + closed.length,
    duplicates: 0,
    nearDuplicates: 0,
    new: site.pageUrls.length,
    changed: 0,
    unchanged: 0,
    missed: 0,
    gone: 0,
    unasked: 0,
  })
  assert.equal(
    bytes,
    pages.reduce((sum, page) => sum + page.bytes, 0),
  )
  assert.deepEqual([isNew, reason], [true, null])
})

test('documents whose text another document of the run has too are counted as duplicates', async (t) => {
  const same = '<!doctype html><title>same</title><p>the same text</p>'
  const site = await servePlot(t, ({ path }) => (path === '/' ? pageOf('start', ['/a', '/b', '/c']) : same))
  const { crawl } = await openCrawls(t)
  const { summary } = await crawl(`${site.url}/`)
  assert.deepEqual([summary.documents, summary.duplicates], [4, 2])
})

test('a page, its body, its document, its links and the end of its job are one unit', async (t) => {
  const html = `${pageOf('one unit', ['/x', '/y'])}${'<p>filler</p>'.repeat(100)}`
  const site = await servePlot(t, ({ path, response }) =>
    path === '/' ? send(response, { html, headers: { 'X-Twice': 'a', 'x-other': 'b' } }) : pageOf(path),
  )
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`)
  const page = await pageAt(store, run, `${site.url}/`)
  const { documents, bodies, jobs } = await everything(store)
  const body = bodies.find((row) => row.sha256 === page.rawSha256)
  const document = documents.find((row) => row.id === page.document)
  assert.ok(body !== undefined && document !== undefined)
  assert.equal(Buffer.from(decompress(body)).toString(), html)
  assert.equal(body.compression, 'zstd')
  assert.deepEqual([page.rawSha256, body.bytes, page.bytes], [sha256(html), html.length, html.length])
  assert.deepEqual([document.title, document.links], ['one unit', [`${site.url}/x`, `${site.url}/y`]])
  assert.equal(document.sha256, sha256(document.text))
  assert.equal(page.remoteAddress, '127.0.0.1')
  const headers = page.headers as readonly (readonly [string, string])[]
  assert.deepEqual(
    headers.filter(([name]) => name.toLowerCase().startsWith('x-')),
    [
      ['X-Twice', 'a'],
      ['x-other', 'b'],
    ],
  )
  const own = jobs.find((job) => job.uniqueKey === `${site.url}/`)
  assert.deepEqual(
    [body, document, own].map((row) => row?.position),
    Array(3).fill(page.position),
  )
  assert.equal(own?.state, 'completed')
  // The links' jobs were written again when they were done; their changes tell when they came to be.
  const unit = await store.changes(page.position - 1, 20)
  const nouns = unit.filter((change) => change.position === page.position).map((change) => change.noun)
  const made = { document: 1, job: 3, page: 1, 'raw body': 1, run: 1, 'run host': 1 }
  assert.deepEqual(Object.fromEntries(sorted(new Set(nouns)).map((noun) => [noun, count(nouns, noun)])), made)
})

const count = (all: readonly string[], one: string) => all.filter((each) => each === one).length

/** A command that no store takes: a priority is an integer. */
const refused = (run: string) => offer({ run, kind: 'never', entries: [], priority: 0.5, attemptsMax: 1 })

test('a unit that the store refuses buries its page, and the rest of the crawl goes on', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, ['/bad', '/good']))
  const { crawl, store } = await openCrawls(t)
  let made = 0
  const { run, summary } = await crawl(`${site.url}/`, {
    pace: { concurrency: 1, gapMs: 0 },
    onDocument: (run) => (++made === 2 ? [refused(run)] : []),
  })
  assert.deepEqual([summary.state, summary.pages, summary.failed], ['completed', 2, 1])
  const dead = (await jobsOf(store, run)).filter((job) => job.state === 'dead')
  assert.deepEqual(
    dead.map((job) => job.errorCode),
    ['BadValue'],
  )
})

test('a store that can not be used any more ends the crawl with its error', async (t) => {
  const held = Promise.withResolvers<void>()
  const site = await servePlot(t, () => {
    held.resolve()
    return null
  })
  const { start, store } = await openCrawls(t)
  const started = await start(`${site.url}/`)
  await held.promise
  await store.close()
  started.abort('SIGINT')
  await assert.rejects(started.ended, { code: 'Closed' })
})

test('a host without a server ends in dead seeds that say why, and the run is completed', async (t) => {
  const clock = handClock()
  const { crawl, store, bus } = await openCrawls(t, clock)
  // Port 1 of loopback: nobody listens there.
  const { run, summary } = await crawl(['http://127.0.0.1:1/a', 'http://127.0.0.1:1/b'], {
    asksRobots: true,
    onEnd: hurried(clock, bus),
  })
  assert.deepEqual([summary.state, summary.pages, summary.failed], ['completed', 0, 2])
  const jobs = await jobsOf(store, run)
  assert.deepEqual(
    jobs.map((job) => [job.state, job.errorCode, job.attempts]),
    ['a', 'b'].map(() => ['dead', 'UnreachableHost', 4]),
  )
})
