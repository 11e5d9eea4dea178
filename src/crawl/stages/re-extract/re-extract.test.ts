/** Stored pages read again: once each, in new versions where they say something else, and never over what is newer. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { command, type Command } from '../../../store/index.ts'
import { moduleBeside } from '../../../threads/index.ts'
import { deleteRunPages, documentsOwnedByRun, summarizeRun } from '../../history/index.ts'
import { openCrawls, type Plain } from '../../testing/fixture.ts'
import { everything } from '../../testing/look.ts'
import { pageOf, servePlot } from '../../testing/plot.ts'
import { startReExtract, type ReExtractOptions } from './re-extract-run.ts'
import { countStored, type Selection } from './selection.ts'

const ALL: Selection = { source: null, run: null, urlPrefix: null }

/* What an earlier extractor would have left behind. */
const makeOld = command({
  name: 'test.makeOld',
  params: { like: 'text' },
  statements: [
    { sql: `UPDATE documents SET text = 'old', sha256 = 'old', extractor = 1 WHERE url LIKE :like` },
  ],
})
const definitions = [makeOld.definition]

async function readAgain(plain: Plain, given: Partial<ReExtractOptions> = {}) {
  const { store, bus, clock } = plain
  const options = { store, bus, clock, selection: ALL, onDocument: () => [], followUps: [], ...given }
  const started = await startReExtract(options)
  const { state } = await started.ended
  const { pages, documents, failed, skipped } = await summarizeRun(store, started.run)
  return { run: started.run, isNew: started.isNew, state, counts: { pages, documents, failed, skipped } }
}

async function crawled(t: TestContext, count: number, text: (path: string) => string = (path) => path) {
  const links = Array.from({ length: count - 1 }, (_, at) => `/${String(at).padStart(4, '0')}`)
  const site = await servePlot(t, ({ path }) => pageOf(text(path), path === '/' ? [...links] : []))
  const plain = await openCrawls(t, undefined, definitions)
  const { run } = await plain.crawl(`${site.url}/`)
  return { ...plain, site, crawlRun: run }
}

test('where the extractor reads the same, nothing is added', async (t) => {
  const plain = await crawled(t, 8)
  const before = await everything(plain.store)
  const { state, counts } = await readAgain(plain)
  assert.deepEqual([state, counts], ['completed', { pages: 8, documents: 0, failed: 0, skipped: 0 }])
  const { pages, documents, bodies } = await everything(plain.store)
  assert.deepEqual([pages, documents, bodies], [before.pages, before.documents, before.bodies])
  assert.equal(plain.site.arrivals.length, 8)
})

test('where it reads something else, a version is added beside the old one, by the run that made it', async (t) => {
  // More than one walk takes.
  const plain = await crawled(t, 510)
  const before = await everything(plain.store)
  await plain.store.commit({ commands: [makeOld({ like: '%/00%' })] })
  assert.deepEqual(await countStored(plain.store, ALL), [
    { extractor: 1, pages: 100 },
    { extractor: 2, pages: 410 },
  ])
  const told: string[] = []
  const onDocument = (_run: string, { id }: { readonly id: string }): readonly Command[] => {
    told.push(id)
    return []
  }
  const { run, counts } = await readAgain(plain, { onDocument })
  assert.deepEqual(counts, { pages: 510, documents: 100, failed: 0, skipped: 0 })
  const { documents, pages, bodies, jobs } = await everything(plain.store)
  const made = documents.filter((document) => document.run === run)
  assert.equal(documents.length, before.documents.length + 100)
  const texts = new Map(before.documents.map((document) => [document.url, document.text]))
  for (const { url, text, id } of made) {
    assert.equal(text, texts.get(url))
    assert.ok(told.includes(id))
  }
  assert.deepEqual([pages, bodies], [before.pages, before.bodies], 'what was fetched is as it was')
  assert.ok(!jobs.some((job) => job.run === run))
  assert.deepEqual((await readAgain(plain)).counts.documents, 0)
})

test('a selection by run, source and URL takes what all of it holds for', async (t) => {
  const plain = await crawled(t, 30)
  const { pages } = await everything(plain.store)
  const other = await plain.crawl(`${plain.site.url}/0001`)
  const counted = async (selection: Partial<Selection>) =>
    (await readAgain(plain, { selection: { ...ALL, ...selection } })).counts.pages
  assert.equal(await counted({ run: other.run }), 1)
  assert.equal(await counted({ run: plain.crawlRun }), 29, 'the newest page of /0001 is the other run’s')
  assert.equal(await counted({ urlPrefix: `${plain.site.url}/001` }), 10)
  assert.equal(await counted({ urlPrefix: `${plain.site.url}/00%` }), 0)
  const source = (await plain.store.read({ name: 'look.runs', data: {} })) as readonly {
    id: string
    source: string
  }[]
  assert.equal(await counted({ source: source.find(({ id }) => id === other.run)?.source ?? '' }), 1)
  assert.equal(pages.length, 30)
})

test('a page that can not be read is a dead job, and what could not be read at the fetch gets its document', async (t) => {
  const faulty = {
    module: moduleBeside(import.meta.resolve('../../read/page/index.ts'), 'testing/faulty-thread'),
  }
  const site = await servePlot(t, ({ path }) =>
    path === '/' ? pageOf('start', ['/FAULT-EXIT', '/fine']) : pageOf(path.slice(1)),
  )
  const plain = await openCrawls(t, undefined, definitions)
  const { summary } = await plain.crawl(`${site.url}/`, { reading: faulty })
  assert.equal(summary.documents, 2)
  const { run, counts } = await readAgain(plain, { reading: faulty })
  assert.deepEqual(counts, { pages: 2, documents: 0, failed: 1, skipped: 0 })
  const dead = (await everything(plain.store)).jobs.filter((job) => job.run === run)
  assert.deepEqual(
    dead.map(({ state, errorCode }) => [state, errorCode]),
    [['dead', 'Unreadable']],
  )
  assert.deepEqual((await readAgain(plain)).counts, { pages: 3, documents: 1, failed: 0, skipped: 0 })
  const { documents } = await everything(plain.store)
  assert.equal(documents.find(({ url }) => url.endsWith('FAULT-EXIT'))?.title, 'FAULT-EXIT')
})

test('a run that was stopped is gone on with by the same selection, and by no crawl', async (t) => {
  const plain = await crawled(t, 200)
  await plain.store.commit({ commands: [makeOld({ like: '%' })] })
  const { store, bus, clock } = plain
  let settled = 0
  const first = await startReExtract({
    store,
    bus,
    clock,
    selection: ALL,
    onDocument: () => [],
    followUps: [],
    onEnd: () => {
      if (++settled === 20) first.abort('test')
    },
  })
  assert.equal((await first.ended).state, 'stopped')
  const again = await plain.crawl(`${plain.site.url}/`, { maxPages: 1 })
  assert.notEqual(again.run, first.run)
  const second = await readAgain(plain)
  assert.deepEqual([second.run, second.isNew, second.state], [first.run, false, 'completed'])
  assert.equal(second.counts.pages, 200)
  const { documents } = await everything(store)
  const byUrl = Map.groupBy(documents, ({ url }) => url)
  assert.deepEqual(
    [...byUrl.values()].filter((versions) => versions.length !== 2),
    [],
  )
})

test('what was made of a page goes with the run that fetched it, and the run that made it owns no page', async (t) => {
  const plain = await crawled(t, 5)
  const { store, crawlRun } = plain
  await store.commit({ commands: [makeOld({ like: '%' })] })
  const { run } = await readAgain(plain)
  assert.deepEqual(await store.read(documentsOwnedByRun({ run, limit: 100 })), [])
  const owned = await store.read(documentsOwnedByRun({ run: crawlRun, limit: 100 }))
  assert.deepEqual([owned.length, owned.filter(({ survivor }) => survivor !== null)], [10, []])
  await store.commit({ commands: [deleteRunPages({ run: crawlRun, limit: 100 })] })
  const { pages, documents, bodies } = await everything(store)
  assert.deepEqual([pages, documents, bodies], [[], [], []])
})

test('what was made of a page stays while a later page says the same', async (t) => {
  const plain = await crawled(t, 3)
  const { store, crawlRun } = plain
  await store.commit({ commands: [makeOld({ like: '%' })] })
  const { run } = await readAgain(plain)
  const later = await plain.crawl(`${plain.site.url}/`)
  for (const gone of [crawlRun, later.run]) {
    const { documents } = await everything(store)
    const kept = gone === crawlRun ? run : 'none'
    await store.commit({ commands: [deleteRunPages({ run: gone, limit: 100 })] })
    assert.deepEqual(
      (await everything(store)).documents.map(({ id }) => id),
      documents.filter((document) => document.run === kept).map(({ id }) => id),
    )
  }
})
