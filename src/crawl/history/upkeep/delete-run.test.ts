/** Deleting a run takes what only that run owns, and can be taken up again wherever it was interrupted. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Store } from '../../../store/index.ts'
import { deleteRunPages, deleteRunRow, documentsOwnedByRun } from './delete-run.ts'
import { openCrawls } from '../../testing/fixture.ts'
import { everything } from '../../testing/look.ts'
import { pageOf, servePlot } from '../../testing/plot.ts'

const LIMIT = 2

async function deletePages(store: Store, run: string): Promise<void> {
  for (let changed = 1; changed > 0;) {
    const { results } = await store.commit({ commands: [deleteRunPages({ run, limit: LIMIT })] })
    changed = results[0].changed
  }
}

/**
 * Two runs of one site: /same never changes, /new has another text the second time, /noise another body but the same
 * text, /first and /second are each there once, and /twin is like /same.
 */
async function crawlTwice(t: TestContext) {
  let visits = 0
  const site = await servePlot(t, ({ path }) => {
    if (path === '/')
      return pageOf('start', [++visits === 1 ? '/first' : '/second', '/same', '/new', '/noise', '/twin'])
    if (path === '/new') return pageOf(`text ${visits}`)
    if (path === '/noise') return `<!-- ${visits} -->${pageOf('noise')}`
    return pageOf(path === '/twin' ? '/same' : path)
  })
  const plain = await openCrawls(t)
  const [one, two] = [await plain.crawl(`${site.url}/`), await plain.crawl(`${site.url}/`)]
  return { ...plain, one: one.run, two: two.run, site }
}

/** What the rows point to and is not there. */
function dangling({ pages, documents, bodies }: Awaited<ReturnType<typeof everything>>) {
  const bodiesKept = new Set<string | null>(bodies.map((body) => body.sha256).concat())
  const documentsKept = new Set<string | null>(documents.map((row) => row.id))
  return [
    ...pages.filter((page) => page.rawSha256 !== null && !bodiesKept.has(page.rawSha256)),
    ...pages.filter((page) => page.document !== null && !documentsKept.has(page.document)),
    ...documents.filter((row) => !bodiesKept.has(row.rawSha256)),
  ].map((row) => row.url)
}

test('deleting a run leaves every row that another run still refers to, and no row that none does', async (t) => {
  for (const gone of ['one', 'two'] as const) {
    const crawled = await crawlTwice(t)
    const { store } = crawled
    const before = await everything(store)
    const stays = crawled[gone === 'one' ? 'two' : 'one']
    await deletePages(store, crawled[gone])
    const after = await everything(store)
    assert.deepEqual(
      after.pages,
      before.pages.filter((page) => page.run === stays),
    )
    assert.deepEqual(dangling(after), [])
    const documentsNeeded = new Set(after.pages.map((page) => page.document))
    assert.deepEqual(
      after.documents,
      before.documents.filter((row) => documentsNeeded.has(row.id)),
    )
    const bodiesNeeded = new Set([...after.pages, ...after.documents].map((row) => row.rawSha256))
    assert.deepEqual(
      after.bodies,
      before.bodies.filter((body) => bodiesNeeded.has(body.sha256)),
    )
    assert.deepEqual([after.jobs, after.robots], [before.jobs, before.robots])
  }
})

test('deleting both runs leaves nothing of them, and their source goes with the last', async (t) => {
  const { store, one, two, crawl, site } = await crawlTwice(t)
  const other = await crawl(`${site.url}/same`, { maxPages: 1 })
  await deletePages(store, one)
  await store.commit({ commands: [deleteRunRow({ id: one })] })
  assert.equal((await everything(store)).sources.length, 2)
  await deletePages(store, two)
  await store.commit({ commands: [deleteRunRow({ id: two })] })
  const { pages, documents, bodies, sources, runs } = await everything(store)
  assert.deepEqual(
    runs.map((run) => run.id),
    [other.run],
  )
  assert.deepEqual(
    sources.map((source) => source.id),
    runs.map((run) => run.source),
  )
  assert.deepEqual([pages.length, documents.length, bodies.length], [1, 1, 1])
})

test('a deletion that was interrupted has taken whole pages, and goes on where it was', async (t) => {
  const { store, one, two } = await crawlTwice(t)
  await store.commit({ commands: [deleteRunPages({ run: one, limit: LIMIT })] })
  const half = await everything(store)
  assert.equal(half.pages.filter((page) => page.run === one).length, 4)
  assert.deepEqual(dangling(half), [])
  await deletePages(store, one)
  await deletePages(store, one)
  const { pages } = await everything(store)
  assert.deepEqual(new Set(pages.map((page) => page.run)), new Set([two]))
})

test('the documents a chunk takes along are told in advance, with the version that is then the newest', async (t) => {
  const { store, one, two, crawl, site } = await crawlTwice(t)
  const three = await crawl(`${site.url}/`)
  for (const run of [three.run, one, two]) {
    const { documents } = await everything(store)
    const told = await store.read(documentsOwnedByRun({ run, limit: 100 }))
    await store.commit({ commands: [deleteRunPages({ run, limit: 100 })] })
    const left = (await everything(store)).documents
    const gone = documents.filter((row) => !left.some(({ id }) => id === row.id))
    const expected = gone.map((row) => {
      const survivor = left.findLast((other) => other.url === row.url)?.id ?? null
      return { document: row.id, survivor }
    })
    assert.ok(expected.length > 0)
    assert.deepEqual(byDocument(told), byDocument(expected))
  }
})

function byDocument<Row extends { readonly document: string }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (a.document < b.document ? -1 : 1))
}
