/** A second run of a source: what is asked again, what is not fetched twice, and what is said of each page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWorker } from '../../jobs/index.ts'
import { deleteRunPages } from '../history/upkeep/delete-run.ts'
import { openRun } from '../history/open-run.ts'
import { cancelRun } from '../history/run.ts'
import { sourceOf } from '../history/source.ts'
import { compileScope } from '../scope/index.ts'
import { runBehind } from '../../store/testing/index.ts'
import { openCrawls, type Plain } from '../testing/fixture.ts'
import { everything, jobsOf, pageAt, pagesOf } from '../testing/look.ts'
import { pageOf, send, servePlot, type Plot, type Visit } from '../testing/plot.ts'
import { recallStage } from './recall-stage.ts'

/** A page with an entity tag of its own text, and 304 for who has it. */
function tagged({ request, response }: Visit, html: string, tag: string | null): null {
  const headers = tag === null ? {} : { etag: tag }
  if (tag !== null && request.headers['if-none-match'] === tag)
    return send(response, { status: 304, headers: {} })
  return send(response, { html, headers })
}

const changes = async ({ store }: Plain, run: string, { url }: Plot) =>
  Object.fromEntries((await pagesOf(store, run)).map((page) => [page.url.slice(url.length), page.change]))

const counts = ({ new: fresh, changed, unchanged, missed, gone }: Record<string, unknown>) =>
  [fresh, changed, unchanged, missed, gone] as const

/** As if the run that had it had been deleted. */
function loseBody({ path }: Plain, url: string): Promise<void> {
  return runBehind(
    path,
    `DELETE FROM raw_bodies WHERE sha256 = (SELECT raw_sha256 FROM pages WHERE url = '${url}')`,
  )
}

test('a page that is as it was is not fetched twice, and what it links to is still found', async (t) => {
  const asked: (string | undefined)[] = []
  const site = await servePlot(t, (visit) => {
    if (visit.path === '/') asked.push(visit.request.headers['if-none-match'])
    return tagged(visit, pageOf(visit.path, ['/a', '/late']), `W/"${visit.path}"`)
  })
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  const two = await plain.crawl(`${site.url}/`)
  const three = await plain.crawl(`${site.url}/`)
  assert.deepEqual(asked, [undefined, 'W/"/"', 'W/"/"'])
  for (const { run, summary } of [two, three]) {
    assert.deepEqual([summary.pages, summary.documents, summary.failed, summary.bytes], [3, 3, 0, 0])
    assert.deepEqual(counts({ ...summary }), [0, 0, 3, 0, 0])
    const [before, page] = [
      await pageAt(plain.store, one.run, `${site.url}/a`),
      await pageAt(plain.store, run, `${site.url}/a`),
    ]
    assert.deepEqual(
      [page.status, page.rawSha256, page.document, page.bytes, page.change, page.contentType, page.note],
      [304, before.rawSha256, before.document, 0, 'unchanged', 'text/html; charset=utf-8', null],
    )
  }
  const { documents, bodies } = await everything(plain.store)
  assert.deepEqual([documents.length, bodies.length], [3, 3])
})

test('what only a page that is as it was links to is found by its links', async (t) => {
  let isThere = false
  const site = await servePlot(t, (visit) => {
    // A page that never was is not recalled: only its link leads to it.
    if (visit.path === '/b' && !isThere) return send(visit.response, { status: 404 })
    return tagged(visit, pageOf(visit.path, visit.path === '/' ? ['/a'] : ['/b']), `"${visit.path}"`)
  })
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`)
  isThere = true
  const { run } = await plain.crawl(`${site.url}/`)
  assert.deepEqual(await changes(plain, run, site), { '/': 'unchanged', '/a': 'unchanged', '/b': 'new' })
})

test('a page has changed when its text or title has, whatever else of its body did', async (t) => {
  let round = 0
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/') return pageOf('start', ['/text', '/title', '/noise', round === 0 ? '/old' : '/new'])
    if (path === '/noise') return `<!-- ${round} -->${pageOf('noise')}`
    if (path === '/text') return pageOf('text').replace('<p>text', `<p>text ${round}`)
    if (path === '/title') return pageOf('title').replace('<title>title', `<title>title ${round}`)
    return send(response, { html: pageOf(path) })
  })
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  assert.deepEqual(counts({ ...one.summary }), [5, 0, 0, 0, 0])
  round = 1
  const { run, summary } = await plain.crawl(`${site.url}/`)
  assert.deepEqual(await changes(plain, run, site), {
    '/': 'changed',
    '/new': 'new',
    '/noise': 'unchanged',
    '/old': 'unchanged',
    '/text': 'changed',
    '/title': 'changed',
  })
  assert.deepEqual(counts({ ...summary }), [1, 3, 2, 0, 0])
  const { documents } = await everything(plain.store)
  assert.equal(documents.filter((row) => row.url.endsWith('/noise')).length, 1)
})

test('a page is missed once and gone the second time in a row, and is new when it comes back', async (t) => {
  const statuses = [200, 404, 200, 410, 403, 404, 404, 200, 404]
  const said = ['new', 'missed', 'unchanged', 'missed', null, 'gone', 'gone', 'new', 'missed']
  let round = 0
  const site = await servePlot(t, ({ path, response }) =>
    path === '/'
      ? pageOf('start', ['/page', '/never'])
      : send(response, { status: path === '/page' ? (statuses[round] ?? 0) : 404, html: pageOf('page') }),
  )
  const plain = await openCrawls(t)
  const seen: unknown[] = []
  const gone: number[] = []
  for (round = 0; round < statuses.length; round++) {
    const { run, summary } = await plain.crawl(`${site.url}/`)
    seen.push((await pageAt(plain.store, run, `${site.url}/page`)).change)
    gone.push(summary.gone)
    assert.equal((await pageAt(plain.store, run, `${site.url}/never`)).change, null)
  }
  assert.deepEqual(seen, said)
  // What was gone already is not gone once more.
  assert.deepEqual(gone, [0, 0, 0, 0, 0, 1, 0, 0, 0])
})

for (const kind of ['html', 'auto'] as const) {
  test(`what nothing links to any more is looked at again, until it is gone (${kind})`, async (t) => {
    let round = 0
    const site = await servePlot(t, ({ path, response }) => {
      if (path === '/') return pageOf('start', round === 0 ? ['/a', '/b'] : [])
      return path === '/a' || round === 0 ? pageOf(path) : send(response, { status: 404 })
    })
    const plain = await openCrawls(t)
    const seen: unknown[] = []
    for (round = 0; round < 4; round++)
      seen.push(await changes(plain, (await plain.crawl(`${site.url}/`, { kind })).run, site))
    assert.deepEqual(seen, [
      { '/': 'new', '/a': 'new', '/b': 'new' },
      { '/': 'changed', '/a': 'unchanged', '/b': 'missed' },
      { '/': 'unchanged', '/a': 'unchanged', '/b': 'gone' },
      { '/': 'unchanged', '/a': 'unchanged' },
    ])
  })
}

test('a page that is looked at again is as far from a seed as it was', async (t) => {
  let links = ['/1']
  const site = await servePlot(t, ({ path }) =>
    pageOf(path, path === '/' ? links : [`/${Number(path.slice(1)) + 1}`]),
  )
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`, { maxDepth: 3 })
  links = []
  const { run } = await plain.crawl(`${site.url}/`, { maxDepth: 2 })
  assert.deepEqual(Object.keys(await changes(plain, run, site)), ['/', '/1', '/2'])
  const jobs = await jobsOf(plain.store, run)
  assert.deepEqual(
    jobs.map((job) => [job.uniqueKey.slice(site.url.length), job.priority, job.state]),
    [
      ['/', 0, 'completed'],
      ['/1', 1, 'completed'],
      ['/2', 2, 'completed'],
      ['/3', 3, 'available'],
    ],
  )
})

test('what another source knows is not looked at, and not what its rules leave out', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, path === '/' ? ['/a', '/b'] : []))
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`)
  const { run, summary } = await plain.crawl(`${site.url}/a`)
  assert.deepEqual(await changes(plain, run, site), { '/a': 'new' })
  assert.equal(summary.new, 1)
})

test('a 304 to a request that was not conditional is a failure that says so', async (t) => {
  let status = 200
  const site = await servePlot(t, ({ response }) =>
    send(response, { status, html: status === 304 ? '' : pageOf('page'), headers: { location: '/x' } }),
  )
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  status = 304
  const { run, summary } = await plain.crawl(`${site.url}/`)
  const page = await pageAt(plain.store, run, `${site.url}/`)
  assert.deepEqual(
    [page.status, page.document, page.rawSha256, page.redirectTo, page.change, page.note],
    [304, null, null, null, null, 'NotModified: answered 304 to a request that named no earlier version'],
  )
  assert.deepEqual([summary.pages, summary.documents, summary.failed], [1, 0, 1])
  assert.equal((await pageAt(plain.store, one.run, `${site.url}/`)).change, 'new')
})

test('what redirected, was refused or lost its body is fetched without conditions', async (t) => {
  let round = 0
  const conditional: string[] = []
  const site = await servePlot(t, (visit) => {
    const { path, request, response } = visit
    if (request.headers['if-none-match'] !== undefined) conditional.push(`${round} ${path}`)
    if (path === '/') return pageOf('start', ['/moved', '/error', '/page', '/bodiless'])
    const headers = { etag: `"${path}"` }
    if (path === '/moved' && round === 0)
      return send(response, { status: 302, headers: { ...headers, location: '/page' } })
    if (path === '/error' && round === 0) return send(response, { status: 403, headers, html: 'no' })
    return tagged(visit, pageOf(path), headers.etag)
  })
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`)
  await loseBody(plain, `${site.url}/bodiless`)
  round = 1
  await plain.crawl(`${site.url}/`)
  round = 2
  await plain.crawl(`${site.url}/`)
  assert.deepEqual(conditional.toSorted(), ['1 /page', '2 /bodiless', '2 /error', '2 /moved', '2 /page'])
})

test('when the run that had a body is deleted, the page stays whole, and is asked for anew where nothing tells its tag', async (t) => {
  const conditional: string[] = []
  const site = await servePlot(t, (visit) => {
    const tag = visit.request.headers['if-none-match']
    if (tag !== undefined) conditional.push(tag)
    return tagged(visit, pageOf(visit.path), '"tag"')
  })
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  await plain.crawl(`${site.url}/`)
  await plain.store.commit({ commands: [deleteRunPages({ run: one.run, limit: 100 })] })
  const { pages, documents, bodies } = await everything(plain.store)
  assert.deepEqual([pages.length, documents.length, bodies.length], [1, 1, 1])
  const three = await plain.crawl(`${site.url}/`)
  const page = await pageAt(plain.store, three.run, `${site.url}/`)
  assert.deepEqual([page.status, page.change, conditional], [200, 'unchanged', ['"tag"']])
})

test('a 304 for a body that was deleted while it was asked for leaves a page without one, and nothing dangling', async (t) => {
  const asked = Promise.withResolvers<() => void>()
  let round = 0
  const site = await servePlot(t, (visit) => {
    if (round === 0) return tagged(visit, pageOf(visit.path), '"tag"')
    asked.resolve(() => tagged(visit, pageOf(visit.path), '"tag"'))
    return null
  })
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  round = 1
  const crawl = await plain.start(`${site.url}/`)
  const answer = await asked.promise
  await plain.store.commit({ commands: [deleteRunPages({ run: one.run, limit: 100 })] })
  answer()
  await crawl.ended
  const page = await pageAt(plain.store, crawl.run.id, `${site.url}/`)
  assert.deepEqual([page.status, page.document, page.rawSha256, page.change], [304, null, null, null])
  round = 0
  const { run } = await plain.crawl(`${site.url}/`)
  assert.deepEqual(await changes(plain, run, site), { '/': 'new' })
})

test('a full run asks for everything anew', async (t) => {
  const site = await servePlot(t, (visit) => tagged(visit, pageOf(visit.path, ['/a']), '"same"'))
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`)
  const { run, summary } = await plain.crawl(`${site.url}/`, { isFull: true })
  assert.deepEqual(
    (await pagesOf(plain.store, run)).map((page) => page.status),
    [200, 200],
  )
  assert.deepEqual(counts({ ...summary }), [0, 0, 2, 0, 0])
})

test('a run that was stopped goes on as it began: what is left is asked with conditions, and nothing twice', async (t) => {
  const site = await servePlot(t, (visit) =>
    tagged(visit, pageOf(visit.path, visit.path === '/' ? ['/a', '/b', '/c'] : []), `"${visit.path}"`),
  )
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`)
  const stopped = await plain.crawl(`${site.url}/`, { maxPages: 2 })
  const { run, isNew, summary } = await plain.crawl(`${site.url}/`)
  assert.deepEqual([run, isNew], [stopped.run, false])
  assert.deepEqual(counts({ ...summary }), [0, 0, 4, 0, 0])
  assert.equal(site.arrivals.length, 8)
})

test('what is known is offered once each, some URLs a job, and the last job leaves none behind', async (t) => {
  const paths = Array.from({ length: 23 }, (_, index) => `/${index}`)
  const site = await servePlot(t, ({ path }) => pageOf(path, path === '/' ? paths : []))
  const plain = await openCrawls(t)
  await plain.crawl(`${site.url}/`)
  for (const urlsMax of [1, 7, 24, 100]) {
    const { store, bus, clock } = plain
    const source = sourceOf([`${site.url}/`], { include: [], exclude: [] })
    const pace = { concurrency: 1, gapMs: 0 }
    const limits = { maxPages: null, maxDepth: null, maxTimeMs: null }
    const { run } = await openRun({ store, clock, source, pace, limits })
    const scope = compileScope(source.scope)
    const stage = recallStage({ clock, run: run.id, source: run.source, scope, pace, urlsMax })
    let done = 0
    await startWorker({ store, bus, run: run.id, stages: [{ stage, concurrency: 1 }], onEnd: () => done++ })
      .ended
    const jobs = await jobsOf(store, run.id)
    assert.deepEqual(
      jobs.map((job) => job.uniqueKey.slice(site.url.length)),
      ['/', ...paths].toSorted(),
    )
    assert.equal(done, Math.floor(24 / urlsMax) + 1)
    // As if it had been completed: the next one is another run.
    await store.commit({ commands: [cancelRun({ id: run.id })] })
  }
})
