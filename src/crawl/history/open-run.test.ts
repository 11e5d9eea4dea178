/** Which run a crawl goes on with, and what a new run of the same source adds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../store/index.ts'
import { openRun } from './open-run.ts'
import { sourceOf } from './source.ts'
import { openCrawls } from '../testing/fixture.ts'
import { everything, jobsOf, pagesOf } from '../testing/look.ts'
import { pageOf, servePlot } from '../testing/plot.ts'

test('the same seeds and rules, in any order, go on with the unfinished run', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, ['/a', '/b', '/c']))
  const { crawl, store } = await openCrawls(t)
  const seeds = [`${site.url}/`, `${site.url}/a`]
  const rules = { include: ['/*', '/a'], exclude: ['/x', '/y'] }
  const first = await crawl(seeds, { ...rules, maxPages: 1 })
  const turned = { include: ['/a', '/*'], exclude: ['/y', '/x'] }
  const second = await crawl([`${site.url}/a#part`, ...seeds.toReversed()], { ...turned, maxPages: 2 })
  assert.deepEqual([second.run, second.isNew, second.summary.pages], [first.run, false, 2])
  const paced = await crawl(seeds, { ...rules, pace: { concurrency: 1, gapMs: 1 } })
  assert.deepEqual([paced.run, paced.summary.state, paced.summary.pages], [first.run, 'completed', 4])
  assert.equal((await everything(store)).sources.length, 1)
})

test('other seeds or other rules are another source, with a run of its own', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, ['/a', '/b']))
  const { crawl, store } = await openCrawls(t)
  const asked = { maxPages: 1 }
  const runs = [
    await crawl(`${site.url}/`, asked),
    await crawl(`${site.url}/`, { ...asked, include: ['/a'] }),
    await crawl(`${site.url}/`, { ...asked, exclude: ['/a'] }),
    await crawl([`${site.url}/`, `${site.url}/a`], asked),
  ]
  assert.equal(new Set(runs.map(({ run }) => run)).size, 4)
  assert.ok(runs.every(({ isNew }) => isNew))
  assert.equal((await everything(store)).sources.length, 4)
})

test('a seed is read also when the rules leave it out, as the way in to what they admit', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path, ['/docs/a', '/news/b']))
  const { crawl, store } = await openCrawls(t)
  const { run } = await crawl(`${site.url}/`, { include: ['/docs/*'] })
  assert.deepEqual(
    (await pagesOf(store, run)).map((page) => page.url.slice(site.url.length)),
    ['/', '/docs/a'],
  )
})

test('after a completed run comes a new one: new page versions, and documents only where something changed', async (t) => {
  let text = 'first text'
  const site = await servePlot(t, ({ path }) =>
    path === '/' ? pageOf('start', ['/page']) : `<!doctype html><title>page</title><p>${text}</p>`,
  )
  const { crawl, store } = await openCrawls(t)
  const first = await crawl(`${site.url}/`)
  const second = await crawl(`${site.url}/`)
  text = 'second text'
  const third = await crawl(`${site.url}/`)
  assert.equal(new Set([first.run, second.run, third.run]).size, 3)
  const { pages, documents, bodies } = await everything(store)
  assert.deepEqual([pages.length, documents.length, bodies.length], [6, 3, 3])
  assert.deepEqual(
    documents.filter((row) => row.url.endsWith('/page')).map((row) => [row.text, row.run]),
    [
      ['first text', first.run],
      ['second text', third.run],
    ],
  )
  const [one, two, three] = pages.filter((page) => page.url.endsWith('/page'))
  assert.equal(one?.document, two?.document)
  assert.notEqual(two?.document, three?.document)
  assert.ok([first, second, third].every(({ summary }) => summary.documents === 2))
})

test('a document that turns back to an earlier text is a new version again', async (t) => {
  const texts = ['one', 'two', 'one']
  const site = await servePlot(t, ({ count }) => pageOf(texts[count - 1] ?? ''))
  const { crawl, store } = await openCrawls(t)
  for (const _ of texts) await crawl(`${site.url}/`)
  const { documents, pages } = await everything(store)
  assert.deepEqual(
    documents.map((row) => row.title),
    texts,
  )
  assert.deepEqual(
    pages.map((page) => page.document),
    documents.map((row) => row.id),
  )
})

test('processes that start the same source at once make one run and share its work', async (t) => {
  const links = Array.from({ length: 40 }, (_, index) => `/${index}`)
  const site = await servePlot(t, ({ path }) => pageOf(path, links))
  const first = await openCrawls(t)
  const all = [first, await first.openAgain(), await first.openAgain()]
  const ends = await Promise.all(all.map(({ crawl }) => crawl(`${site.url}/`)))
  const { runs, sources, pages } = await everything(first.store)
  assert.deepEqual([runs.length, sources.length, pages.length], [1, 1, 41])
  assert.deepEqual(
    ends.map(({ run }) => run),
    Array(3).fill(runs[0]?.id),
  )
  assert.equal(ends.filter(({ isNew }) => isNew).length, 1)
  assert.deepEqual([site.arrivals.length, runs[0]?.state], [41, 'completed'])
})

test('whoever loses the race for a new run goes on with the one that won it', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path))
  const { store, clock, openAgain } = await openCrawls(t)
  const winner = await openAgain()
  const won: string[] = []
  // The other starts just after this one has seen that there is no run yet.
  const read: Store['read'] = async (query, options) => {
    const rows = await store.read(query, options)
    if (query.name === 'runs.newest' && won.length === 0)
      won.push((await winner.crawl(`${site.url}/`, { maxPages: 0 })).run)
    return rows
  }
  const source = sourceOf([`${site.url}/`], { include: [], exclude: [] })
  const limits = { maxPages: null, maxDepth: null, maxTimeMs: null }
  const opened = await openRun({
    store: { ...store, read },
    clock,
    source,
    limits,
    pace: { concurrency: 1, gapMs: 0 },
  })
  assert.deepEqual([opened.run.id, opened.isNew], [won[0], false])
})

test('a run is there with its seeds or not at all', async (t) => {
  const site = await servePlot(t, () => null)
  const { start, store } = await openCrawls(t)
  const crawl = await start([`${site.url}/`, `${site.url}/b`])
  const { runs } = await everything(store)
  const changes = await store.changes(0, 1000)
  const started = changes.find((change) => change.noun === 'run' && change.id === runs[0]?.id)
  const jobs = await jobsOf(store, crawl.run.id)
  const made = changes.filter((change) => change.noun === 'job' && change.position === started?.position)
  assert.deepEqual(made.map((change) => change.id).sort(), jobs.map((job) => job.id).sort())
  assert.equal(jobs.length, 2)
  crawl.abort('SIGINT')
  await crawl.ended
})
