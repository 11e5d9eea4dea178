/** Which versions of a document there are, and which of them an export shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256 } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { assertTableMatches } from '../../store/sqlite/testing/index.ts'
import { openCrawls } from '../testing/fixture.ts'
import { everything } from '../testing/look.ts'
import { addDocument, documents, type DocumentRow } from './document.ts'
import { addPage, type PageRow } from './page.ts'

const URL = 'https://site.test/a'

const base: DocumentRow = {
  id: 'd1',
  run: 'r1',
  source: 's1',
  url: URL,
  urlKey: URL,
  canonicalUrl: null,
  title: 'title',
  text: 'text',
  markdown: '# text',
  html: null,
  description: null,
  leadImage: null,
  wordCount: 1,
  language: 'en',
  publishedAt: null,
  modifiedAt: null,
  authors: ['A'],
  categories: [],
  tags: [],
  links: [],
  metadata: {},
  needsJavascript: false,
  sha256: sha256('text'),
  rawSha256: 'raw1',
  extractor: 1,
  extractedFrom: null,
  createdAt: 0,
}

const page: PageRow = {
  id: 'p1',
  run: 'r1',
  source: 's1',
  url: URL,
  urlKey: URL,
  urlKeyVersion: 1,
  status: 200,
  contentType: 'text/html',
  headers: [],
  remoteAddress: '',
  fetchedAt: 0,
  durationMs: 0,
  bytes: 1,
  rawSha256: 'raw1',
  redirectTo: null,
  note: null,
}

async function add(store: Store, row: Partial<DocumentRow>): Promise<number> {
  const { results } = await store.commit({ commands: [addDocument({ ...base, ...row })] })
  return results[0].changed
}

test('the table is what the schema says', () => {
  assertTableMatches(documents)
})

test('a version is added when anything that was read differs, and not for who read it, when and in which bytes', async (t) => {
  const { store } = await openCrawls(t)
  assert.equal(await add(store, {}), 1)
  const same = { id: 'd2', run: 'r2', rawSha256: 'raw2', extractor: 2, createdAt: 5, source: 's1' }
  assert.equal(await add(store, same), 0)
  const changes: readonly Partial<DocumentRow>[] = [
    { sha256: sha256('other') },
    { title: 'other' },
    { markdown: 'other' },
    { html: '<p>' },
    { description: 'other' },
    { leadImage: 'https://site.test/i.png' },
    { canonicalUrl: 'https://site.test/c' },
    { language: null },
    { publishedAt: 1 },
    { modifiedAt: 1 },
    { authors: [] },
    { categories: ['c'] },
    { tags: ['t'] },
    { links: ['https://site.test/'] },
    { metadata: { a: 1 } },
    { needsJavascript: true },
  ]
  for (const [index, change] of changes.entries()) {
    assert.equal(await add(store, { id: `there${index}`, ...change }), 1, JSON.stringify(change))
    assert.equal(await add(store, { id: `back${index}` }), 1, 'and back again')
  }
})

test('a document made of a stored page is added only while that page is the newest that could be read', async (t) => {
  const { store } = await openCrawls(t)
  const fetched = (id: string, given: Partial<PageRow> = {}) =>
    store.commit({ commands: [addPage({ ...page, run: id, id, ...given, hasDocument: true })] })
  await add(store, {})
  await fetched('p1')
  const again = { extractedFrom: 'p1', extractor: 2 }
  assert.equal(await add(store, { ...again, id: 'd2', title: 'better' }), 1)
  await fetched('p2', { status: 404 })
  await fetched('p3', { status: 304, rawSha256: null })
  assert.equal(await add(store, { ...again, id: 'd3', title: 'best' }), 1)
  await fetched('p4')
  assert.equal(await add(store, { ...again, id: 'd4', title: 'too late' }), 0)
  assert.equal((await everything(store)).documents.length, 3)
})
