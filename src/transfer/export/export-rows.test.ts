/** An export shows one instant, whole and in order, whatever is committed while somebody reads it slowly. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillInFingerprints } from '../../crawl/index.ts'
import type { Command, Query, Reader } from '../../store/index.ts'
import {
  collect,
  commitEach,
  FETCHED_AT,
  openStore,
  writeBoth,
  writeDocument,
  writePage,
} from '../testing/fixture.ts'
import { CHUNK_OCTETS_MAX, KEYS_MAX } from './chunks.ts'
import { exportRows } from './export-rows.ts'

const URL_A = 'https://site.test/a'
const ids = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id)

test('a page line has its fields in order, with ISO times', async (t) => {
  const { store } = await openStore(t)
  await store.commit({ commands: [writePage({ id: 'p1', url: `${URL_A}#top`, status: 404, note: 'gone' })] })
  const [line] = await collect(exportRows(store, { kind: 'pages' }))
  assert.equal(
    JSON.stringify(line),
    JSON.stringify({
      id: 'p1',
      url: `${URL_A}#top`,
      status: 404,
      contentType: 'text/html',
      headers: { server: 'x' },
      remoteAddress: '192.0.2.1',
      fetchedAt: '2024-02-29T12:30:45.678Z',
      durationMs: 12,
      bytes: 100,
      rawSha256: null,
      redirectTo: null,
      note: 'gone',
      document: null,
      source: 's1',
      run: 'r1',
      change: null,
    }),
  )
})

test('a document line has its fields in order; a time that is not known stays null', async (t) => {
  const { store } = await openStore(t)
  const commands = writeBoth('a', { publishedAt: 0, metadata: { section: 'x', list: [1, null] } })
  await store.commit({ commands })
  const [line] = await collect(exportRows(store, { kind: 'documents' }))
  assert.ok(line !== undefined)
  const { sha256, rawSha256, ...others } = line
  assert.match(`${sha256} ${rawSha256}`, /^[0-9a-f]{64} [0-9a-f]{64}$/)
  assert.deepEqual(others, {
    id: 'd-a',
    url: URL_A,
    canonicalUrl: null,
    title: 'title of d-a',
    text: 'text of d-a',
    language: 'en',
    publishedAt: '1970-01-01T00:00:00.000Z',
    modifiedAt: null,
    authors: ['A. Author'],
    fetchedAt: new Date(FETCHED_AT).toISOString(),
    source: 's1',
    run: 'r1',
    needsJavascript: false,
    links: [{ url: 'https://site.test/', nofollow: false }],
    metadata: { section: 'x', list: [1, null] },
    markdown: '',
    html: null,
    description: null,
    leadImage: null,
    wordCount: 0,
    categories: [],
    tags: [],
    goneAt: null,
    cluster: null,
    isCanonical: null,
    duplicateOf: null,
  })
  assert.deepEqual(
    Object.keys(line).join(' '),
    'id url canonicalUrl title text language publishedAt modifiedAt authors fetchedAt sha256 rawSha256 source run ' +
      'needsJavascript links metadata markdown html description leadImage wordCount categories tags goneAt ' +
      'cluster isCanonical duplicateOf',
  )
})

test('without a run, each URL shows its newest page, in order of url keys', async (t) => {
  const { store } = await openStore(t)
  await commitEach(store, [
    [writePage({ id: 'b1', run: 'r1', url: 'https://site.test/b' })],
    [writePage({ id: 'a1', run: 'r1', url: URL_A })],
    [writePage({ id: 'a2', run: 'r2', url: URL_A })],
    [writePage({ id: 'c1', run: 'r1', url: 'https://site.test/c' })],
    [writePage({ id: 'A1', run: 'r2', url: 'https://site.test/A' })],
  ])
  assert.deepEqual(ids(await collect(exportRows(store, { kind: 'pages' }))), ['A1', 'a2', 'b1', 'c1'])
})

test('with a run, its own pages show, although others are newer', async (t) => {
  const { store } = await openStore(t)
  await commitEach(store, [
    [writePage({ id: 'b1', run: 'r1', url: 'https://site.test/b' })],
    [writePage({ id: 'a1', run: 'r1', url: URL_A })],
    [writePage({ id: 'a2', run: 'r2', url: URL_A })],
  ])
  assert.deepEqual(ids(await collect(exportRows(store, { kind: 'pages', run: 'r1' }))), ['a1', 'b1'])
  assert.deepEqual(ids(await collect(exportRows(store, { kind: 'pages', run: 'r2' }))), ['a2'])
  assert.deepEqual(await collect(exportRows(store, { kind: 'pages', run: 'r3' })), [])
})

test('as of an earlier position, what was committed since is not seen', async (t) => {
  const { store } = await openStore(t)
  await store.commit({ commands: writeBoth('a') })
  const upTo = await store.position()
  await store.commit({ commands: [...writeBoth('b'), ...newVersion('a')] })
  for (const kind of ['pages', 'documents'] as const)
    assert.equal((await collect(exportRows(store, { kind, upTo }))).length, 1)
  const [line] = await collect(exportRows(store, { kind: 'documents', upTo }))
  assert.equal(line?.id, 'd-a')
})

test('a URL whose newest page has no document shows the document read before', async (t) => {
  const { store } = await openStore(t)
  await commitEach(store, [
    writeBoth('a'),
    [writePage({ id: 'failed', run: 'r2', url: URL_A, status: 500 })],
    [writePage({ id: 'never', url: 'https://site.test/never', status: 404 })],
  ])
  assert.deepEqual(ids(await collect(exportRows(store, { kind: 'documents' }))), ['d-a'])
  assert.deepEqual(await collect(exportRows(store, { kind: 'documents', run: 'r2' })), [])
})

test('a document found unchanged belongs to each run that found it, with the run and time of its page', async (t) => {
  const { store } = await openStore(t)
  await commitEach(store, [
    writeBoth('a'),
    [writePage({ id: 'again', run: 'r2', url: URL_A, document: 'd-a' })],
  ])
  for (const run of ['r1', 'r2']) {
    const lines = await collect(exportRows(store, { kind: 'documents', run }))
    assert.deepEqual(
      lines.map((line) => [line.id, line.run]),
      [['d-a', run]],
    )
  }
  const [newest, ...others] = await collect(exportRows(store, { kind: 'documents' }))
  assert.deepEqual([newest?.id, newest?.run, others.length], ['d-a', 'r2', 0])
})

test('a document that was made again of its stored page is what the URL says, and the run still shows its own', async (t) => {
  const { store } = await openStore(t)
  const again = { id: 'd-again', url: URL_A, extractedFrom: 'p-a' }
  const unread = 'https://site.test/unread'
  await commitEach(store, [
    writeBoth('a'),
    [writePage({ id: 'failed', run: 'r2', url: URL_A, status: 500 })],
    [writeDocument(again)],
    [writePage({ id: 'unread', url: unread, note: 'could not be read' })],
  ])
  const latest = await collect(exportRows(store, { kind: 'documents' }))
  assert.deepEqual(
    latest.map((line) => [line.id, line.run]),
    [['d-again', 'r1']],
  )
  assert.deepEqual(ids(await collect(exportRows(store, { kind: 'documents', run: 'r1' }))), ['d-a'])
  await commitEach(store, [[writeDocument({ id: 'd-unread', url: unread, extractedFrom: 'unread' })]])
  assert.deepEqual(ids(await collect(exportRows(store, { kind: 'documents' }))), ['d-again', 'd-unread'])
  const view: unknown[] = []
  for await (const { rows } of store.sql('SELECT id, run FROM documents_latest ORDER BY url'))
    view.push(...rows)
  assert.deepEqual(view, [
    ['d-again', 'r1'],
    ['d-unread', 'r1'],
  ])
})

/** A reader that lets `meanwhile` happen once, after the export has read its first keys. */
function interrupted(reader: Reader, meanwhile: () => Promise<unknown>): Reader {
  let reads = 0
  return {
    ...reader,
    async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
      const rows = await reader.read(query, options)
      if (++reads === 1) await meanwhile()
      return rows
    },
  }
}

function newVersion(name: string): Command[] {
  const [id, url] = [`v2-${name}`, `https://site.test/${name}`]
  return [writeDocument({ id, url }), writePage({ id, run: 'r2', url, document: id })]
}

for (const kind of ['pages', 'documents'] as const) {
  for (const run of [undefined, 'r1']) {
    const what = run === undefined ? kind : `${kind} of a run`
    test(`what is committed while ${what} are exported is not seen`, async (t) => {
      const { store } = await openStore(t)
      const names = Array.from({ length: KEYS_MAX * 2 + 1 }, (_, index) => String(index).padStart(5, '0'))
      await commitEach(
        store,
        names.map((name) => writeBoth(name)),
      )
      const expected = names.map((name) => (kind === 'pages' ? `p-${name}` : `d-${name}`))
      const meanwhile = () =>
        commitEach(
          store,
          names.flatMap((name): Command[][] => [writeBoth(`${name}-new`), newVersion(name)]),
        )
      const reader = interrupted(store, meanwhile)
      const selection = run === undefined ? { kind } : { kind, run }
      assert.deepEqual(ids(await collect(exportRows(reader, selection))), expected)
      const later = await collect(exportRows(store, selection))
      assert.equal(later.length, expected.length * 2, 'the next export sees it all')
    })
  }
}

test('large documents are read a few at a time', async (t) => {
  const { store } = await openStore(t)
  const text = 'x'.repeat(CHUNK_OCTETS_MAX / 2)
  const names = ['a', 'b', 'c', 'd', 'e']
  await commitEach(
    store,
    names.map((name) => writeBoth(name, { text })),
  )
  let most = 0
  const counted: Reader = {
    ...store,
    async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
      const rows = await store.read(query, options)
      most = Math.max(most, JSON.stringify(rows).length)
      return rows
    },
  }
  const lines = await collect(exportRows(counted, { kind: 'documents' }))
  assert.deepEqual(
    lines.map((line) => [line.id, line.text.length]),
    names.map((name) => [`d-${name}`, text.length]),
  )
  assert.ok(most > text.length && most < CHUNK_OCTETS_MAX * 1.1, `${most} characters were read at once`)
})

test('an empty store exports nothing', async (t) => {
  const { store } = await openStore(t)
  assert.deepEqual(await collect(exportRows(store, { kind: 'pages' })), [])
  assert.deepEqual(await collect(exportRows(store, { kind: 'documents' })), [])
})

test('a document whose page is gone stays, and says since when; of a run it is as that run had it', async (t) => {
  const { store } = await openStore(t)
  const missing = (id: string, change: string) => [
    writePage({ id, run: id, url: URL_A, status: 404, change }),
  ]
  const gone = async (run?: string) => {
    const lines = await collect(
      exportRows(store, { kind: 'documents', ...(run === undefined ? {} : { run }) }),
    )
    return lines.map((line) => line.goneAt)
  }
  await commitEach(store, [writeBoth('a'), missing('r2', 'missed')])
  assert.deepEqual(await gone(), [null])
  await commitEach(store, [missing('r3', 'gone'), missing('r4', 'gone')])
  assert.deepEqual([await gone(), await gone('r1')], [[new Date(FETCHED_AT).toISOString()], [null]])
  await commitEach(store, [
    [writePage({ id: 'back', run: 'r5', url: URL_A, document: 'd-a', change: 'new' })],
  ])
  assert.deepEqual(await gone(), [null])
})

test('documents that say the same are told so, and all but one are left out when asked', async (t) => {
  const { store } = await openStore(t)
  const told = async (run?: string) => {
    const lines = await collect(
      exportRows(store, { kind: 'documents', ...(run === undefined ? {} : { run }) }),
    )
    return lines.map(({ id, isCanonical, duplicateOf }) => [id, isCanonical, duplicateOf])
  }
  const kept = async () => ids(await collect(exportRows(store, { kind: 'documents', canonicalOnly: true })))
  const same = { text: 'same' }
  await commitEach(store, [writeBoth('a/long', same), writeBoth('b', same), writeBoth('c')])
  assert.deepEqual(await kept(), ['d-a/long', 'd-b', 'd-c'], 'what is not known leaves nothing out')
  await fillInFingerprints(store)
  const before = [
    ['d-a/long', false, 'https://site.test/b'],
    ['d-b', true, null],
    ['d-c', true, null],
  ]
  assert.deepEqual(await told(), before)
  assert.deepEqual(await kept(), ['d-b', 'd-c'])
  const again = { id: 'd-b-again', url: 'https://site.test/b', text: 'other', extractedFrom: 'p-b' }
  await commitEach(store, [[writeDocument(again)]])
  await fillInFingerprints(store)
  assert.deepEqual(await kept(), ['d-a/long', 'd-b-again', 'd-c'])
  assert.deepEqual(await told('r1'), before)
})
