/** Every trap of the hostile site: which outcome it has, and that the rest of the crawl goes on. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { HOSTILE_PATHS, startHostileSite } from '../../../test/site/index.ts'
import { decompress } from '../read/page/index.ts'
import { handClock, hurried, openCrawls } from '../testing/fixture.ts'
import { everything, jobsOf, pagesOf, type PageLook } from '../testing/look.ts'
import { pageOf, send, servePlot } from '../testing/plot.ts'

const site = await startHostileSite()
after(() => site.close())

const HOPS = Array.from({ length: 10 }, (_, index) => `/hop/${index + 1}`)

/** Outcomes by path: a status, with the beginning of a note or what the document says, or the code it died of. */
const OUTCOMES: Readonly<Record<string, readonly unknown[]>> = {
  '/index': [200, null, 'hostile index'],
  '/loop': [302, 'TooManyRedirects: a loop', null],
  '/hop/0': [302, null, null],
  ...Object.fromEntries(HOPS.map((hop) => [hop, [302, null, null]])),
  '/hop/10': [302, 'TooManyRedirects: over 10', null],
  '/huge': [200, 'BodyTooLarge: expected a body of', null],
  '/bomb': [200, 'BodyTooLarge: expected', null],
  '/torn-gzip': [200, 'BadEncoding: expected', null],
  '/nul': [200, null, 'lone \ufffd nul'],
  '/latin1-says-utf8': [200, null, 'M\u00fchle'],
  '/slow': ['dead', 'FetchTimeout', 4],
  '/short': ['dead', 'ConnectionLost', 4],
  '/reset': ['dead', 'ConnectionLost', 4],
  '/429-once': [200, null, 'fine'],
  '/503-date': [200, null, 'fine'],
  '/500-always': [500, null, null],
  '/empty': [200, null, ''],
  '/no-content-type': [200, null, 'fine'],
}

test('every trap has its outcome and none keeps the crawl from the others', async (t) => {
  const clock = handClock()
  const { crawl, store, bus } = await openCrawls(t, clock)
  const { run, summary } = await crawl(`${site.url}/index`, {
    onEnd: hurried(clock, bus),
    // A silent server is told apart from a busy machine by the total time, which only /slow reaches.
    fetchLimits: { idleMs: 800, totalMs: 30_000 },
  })
  const { documents } = await everything(store)
  const titleOf = (page: PageLook) => documents.find((row) => row.id === page.document)?.title ?? null
  const path = (url: string) => url.slice(site.url.length)
  const outcomes = Object.fromEntries([
    ...(await pagesOf(store, run)).map((page) => [
      path(page.url),
      [page.status, beginning(page.note, OUTCOMES[path(page.url)]?.[1]), titleOf(page)],
    ]),
    ...(await jobsOf(store, run))
      .filter((job) => job.state === 'dead')
      .map((job) => [path(job.uniqueKey), ['dead', job.errorCode, job.attempts]]),
  ]) as Record<string, unknown>
  assert.deepEqual(outcomes, OUTCOMES)
  assert.deepEqual(
    HOSTILE_PATHS.filter((trap) => !(trap in OUTCOMES)),
    [],
    'every trap was tried',
  )
  const { state, pages, documents: made, failed, skipped } = summary
  // Failed: loop, hop/10, huge, bomb, torn-gzip, 500-always, and the three that died.
  assert.deepEqual([state, pages, made, failed, skipped], ['completed', 23, 7, 9, 0])
  assert.deepEqual(
    ['/429-once', '/503-date', '/500-always', '/short', '/reset', '/slow'].map((trap) =>
      site.requests.get(trap),
    ),
    [2, 2, 4, 4, 4, 4],
  )
})

/** The note, shortened to the expected beginning where it has that. */
function beginning(note: string | null, expected: unknown): string | null {
  return typeof expected === 'string' && note?.startsWith(expected) === true ? expected : note
}

test('NUL bytes and lone surrogates come back from the store as the server sent them', async (t) => {
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/nul`)
  const [page] = await pagesOf(store, run)
  const { bodies, documents } = await everything(store)
  const [body] = bodies
  assert.ok(page !== undefined && body !== undefined)
  const served = Buffer.from(await (await fetch(`${site.url}/nul`)).arrayBuffer())
  assert.deepEqual(Buffer.from(decompress(body)), served)
  assert.match(JSON.stringify(documents[0]?.metadata), /lone \\ud800 nul \\u0000/)
})

test('a storm of 429 is waited out: no page is lost, and the host is not asked while it wants to be left alone', async (t) => {
  const clock = handClock()
  const paths = Array.from({ length: 30 }, (_, index) => `/page${index}`)
  const storm = { left: 5, until: 0, refused: 0 }
  const stormy = await servePlot(t, ({ path, response }) => {
    if (clock.now() >= storm.until && storm.until > 0) Object.assign(storm, { left: 5, until: 0 })
    if (storm.left-- > 0) return pageOf(path, path === '/' ? paths : [])
    if (storm.until === 0) storm.until = clock.now() + 30_000
    storm.refused++
    return send(response, { status: 429, headers: { 'retry-after': '30' } })
  })
  const { crawl, bus } = await openCrawls(t, clock)
  const { summary } = await crawl(`${stormy.url}/`, { onEnd: hurried(clock, bus) })
  assert.deepEqual([summary.pages, summary.failed], [31, 0])
  for (const path of paths) assert.ok(stormy.asked(path) >= 1, path)
  // Each of the six calms ends with those requests that were already on their way.
  assert.ok(storm.refused <= 6 * 8, `${storm.refused} requests were refused`)
})
