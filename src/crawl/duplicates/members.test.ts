/** Each document is told its cluster, and which of those that are looked at is the one to keep. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { query, type Reader, type Store } from '../../store/index.ts'
import { deleteRunPages } from '../history/index.ts'
import { duplicateCounts, membersTeller } from './members.ts'
import { openStore, put } from './testing/fixture.ts'
import { edited, proseWords } from './testing/prose.ts'

const WORDS = proseWords(7, 600)
const TEXT = WORDS.join(' ')
/** Another one's edit of TEXT: near it, and not the same. */
const EDITED = edited(WORDS, 1, 3).join(' ')
const OTHER = proseWords(8, 600).join(' ')

const A = 'https://site/article'
const PRINT = 'https://site/article?print=1'
const MIRROR = 'https://www.site/article'

const pages = query({
  name: 'look.members',
  params: {},
  gives: { document: 'text', url: 'text', run: 'text?', page: 'text?' },
  sql: `SELECT document.id, document.url, page.run, page.id FROM documents AS document
    LEFT JOIN pages AS page ON page.document = document.id ORDER BY document.url, document.position`,
})

/** `duplicateOf` by url, in the scope of a run or of the newest. */
async function duplicatesOf(store: Reader, run: string | null = null) {
  const rows = (await store.read(pages({}))).filter((page) => run === null || page.run === run)
  const scope = { run, upTo: await store.position() }
  const tell = membersTeller(store, scope)
  const members = new Map<string, { readonly duplicateOf: string | null }>()
  for (const row of rows) for (const [id, member] of await tell([row.document])) members.set(id, member)
  return Object.fromEntries(rows.map(({ document, url }) => [url, members.get(document)?.duplicateOf]))
}

async function openWithPages(t: Parameters<typeof openStore>[0]): Promise<Store> {
  return openStore(t, [pages.definition])
}

test('the canonical document is the one with the shortest URL, whichever came first', async (t) => {
  const documents = [
    { url: PRINT, text: TEXT },
    { url: MIRROR, text: EDITED },
    { url: A, text: TEXT },
    { url: 'https://site/else', text: OTHER },
  ]
  for (const order of [documents, documents.toReversed()]) {
    const store = await openWithPages(t)
    await put(store, order)
    assert.deepEqual(await duplicatesOf(store), {
      [A]: null,
      [PRINT]: A,
      [MIRROR]: A,
      'https://site/else': null,
    })
    assert.deepEqual(await duplicateCounts(store), {
      documents: 4,
      duplicates: 1,
      nearDuplicates: 1,
      largest: 3,
    })
  }
})

test('among the documents of a run the canonical one is of that run', async (t) => {
  const store = await openWithPages(t)
  await put(store, [{ url: A, text: TEXT, run: 'one' }])
  await put(
    store,
    [PRINT, MIRROR].map((url) => ({ url, text: TEXT, run: 'two' })),
  )
  assert.deepEqual(await duplicatesOf(store, 'two'), { [PRINT]: MIRROR, [MIRROR]: null })
  assert.deepEqual(await duplicatesOf(store), { [A]: null, [PRINT]: A, [MIRROR]: A })
})

test('a document that was changed stands where its new text does', async (t) => {
  const store = await openWithPages(t)
  await put(
    store,
    [A, PRINT, MIRROR].map((url) => ({ url, text: TEXT, run: 'one' })),
  )
  await put(store, [{ url: A, text: OTHER, run: 'two' }])
  assert.deepEqual(await duplicatesOf(store), { [A]: null, [PRINT]: MIRROR, [MIRROR]: null })
  assert.deepEqual(await duplicatesOf(store, 'one'), { [A]: null, [PRINT]: A, [MIRROR]: A })
})

test('a document that was made again of a stored page stands where its new text does', async (t) => {
  const store = await openWithPages(t)
  await put(
    store,
    [A, PRINT, MIRROR].map((url) => ({ url, text: TEXT })),
  )
  const page = (await store.read(pages({}))).find(({ url }) => url === A)?.page
  await put(store, [{ url: A, text: OTHER, run: 'again', extractedFrom: page ?? '' }])
  const expected = { [A]: null, [PRINT]: MIRROR, [MIRROR]: null }
  assert.deepEqual(await duplicatesOf(store), expected)
  assert.deepEqual(await viewed(store), expected)
  assert.deepEqual(await duplicatesOf(store, 'run'), { [A]: null, [PRINT]: A, [MIRROR]: A })
  assert.deepEqual(await duplicateCounts(store), {
    documents: 3,
    duplicates: 1,
    nearDuplicates: 0,
    largest: 2,
  })
})

/** `duplicateOf` by url, as the view has it. */
async function viewed(store: Store) {
  const rows = []
  for await (const chunk of store.sql('SELECT url, duplicate_of FROM duplicates_latest'))
    rows.push(...chunk.rows)
  return Object.fromEntries(rows)
}

test('when the canonical document is deleted, another one takes its place', async (t) => {
  const store = await openWithPages(t)
  await put(store, [
    { url: A, text: TEXT, run: 'gone' },
    ...[PRINT, MIRROR].map((url) => ({ url, text: TEXT })),
  ])
  await store.commit({ commands: [deleteRunPages({ run: 'gone', limit: 10 })] })
  assert.deepEqual(await duplicatesOf(store), { [PRINT]: MIRROR, [MIRROR]: null })
})

test('the view tells the same as the query', async (t) => {
  const store = await openWithPages(t)
  await put(
    store,
    [A, PRINT, MIRROR].map((url, index) => ({ url, text: [TEXT, TEXT, EDITED][index] ?? '' })),
  )
  const told = []
  for await (const { rows } of store.sql(
    'SELECT url, duplicate_of, is_canonical, members FROM duplicates_latest ORDER BY url',
  ))
    told.push(...rows)
  assert.deepEqual(told, [
    [A, null, 1, 3],
    [PRINT, A, 0, 3],
    [MIRROR, A, 0, 3],
  ])
})
