/** Reading in threads: the same as here, whatever a page does to the thread that reads it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { moduleBeside } from '../../../threads/index.ts'
import { createPageReader, type PageReaderOptions } from './page-reader.ts'
import { readFetched, type FetchedBody } from './page-work.ts'

const FAULTY = moduleBeside(import.meta.url, 'testing/faulty-thread')
/** What the faulty thread looks for; behind it, which fault. */
const FAULT = '<!doctype html><title>FAULT-'

function pageOf(body: string | Uint8Array, url = 'https://site.test/'): FetchedBody {
  return { url, contentType: 'text/html', body: new Uint8Array(Buffer.from(body)), isDocument: true }
}

const plainPages = Array.from({ length: 40 }, (_, at) =>
  pageOf(`<title>${at}</title><p>${`some words of page ${at} `.repeat(at)}</p>`, `https://site.test/${at}`),
)

function open(t: TestContext, options: PageReaderOptions) {
  const reader = createPageReader(options)
  t.after(() => reader.close())
  return reader
}

test('pages read in threads say what they say here, and their bodies stay the caller’s', async (t) => {
  const reader = open(t, { threads: 2 })
  const all = await Promise.all(plainPages.map((page) => reader.readFetched(page)))
  assert.deepEqual(all, plainPages.map(readFetched))
  const stored = await Promise.all(
    all.map(({ raw }, at) =>
      reader.readStored({ ...raw, url: `https://site.test/${at}`, contentType: null }),
    ),
  )
  assert.deepEqual(
    stored,
    all.map(({ reading }) => reading),
  )
})

for (const [fault, why] of [
  ['THROW', /the extractor met what it did not expect/],
  ['EXIT', /a thread ended unexpectedly/],
  ['HANG', /it took over 5 s/],
  ['MEMORY', /memory/],
] as const) {
  test(`a page that makes its thread fail (${fault}) is unreadable, and all others are read`, async (t) => {
    const reader = open(t, { threads: 2, deadlineMs: 5_000, heapMbMax: 64, module: FAULTY })
    const pages = plainPages.toSpliced(7, 0, pageOf(`${FAULT}${fault}`, 'https://site.test/bad'))
    const read = await Promise.allSettled(pages.map((page) => reader.readFetched(page)))
    const failed = read.filter((one) => one.status === 'rejected')
    assert.equal(failed.length, 1)
    const reason: unknown = failed[0]?.reason
    assert.ok(reason instanceof Error)
    assert.match(reason.message, /^expected a page that can be read, got https:\/\/site\.test\/bad: /)
    assert.match(reason.message, why)
    assert.equal((reason as Error & { code?: string }).code, 'Unreadable')
    assert.deepEqual(
      read.filter((one) => one.status === 'fulfilled').map((one) => one.value),
      plainPages.map(readFetched),
    )
    const kept = await reader.readFetched({ ...pageOf(`${FAULT}${fault}`), isDocument: false })
    assert.deepEqual([kept.reading, kept.raw.bytes], [null, `${FAULT}${fault}`.length])
  })
}

test('closing rejects what is open, also where a thread hangs, and nothing is read afterwards', async () => {
  const reader = createPageReader({ threads: 1, module: FAULTY })
  const pages = [pageOf(`${FAULT}HANG`), ...plainPages]
  const open = pages.map((page) => assert.rejects(reader.readFetched(page), { code: 'Closed' }))
  await reader.close()
  await Promise.all(open)
  await assert.rejects(reader.readFetched(pageOf('x')), { code: 'Closed' })
})

test('a reader that was asked nothing has no thread that could keep the process alive', () => {
  createPageReader()
})

test('100,000 elements within each other, and a page of 10 MB, are read', async (t) => {
  const reader = open(t, { threads: 1 })
  const deep = '<div><b>'.repeat(100_000) + '<p>the bottom of it, a sentence long enough to count as text</p>'
  const large = `<title>large</title>${'<p>A paragraph of a few words, <a href="/x">linked</a>.</p>'.repeat(180_000)}`
  const [nested, heavy] = await Promise.all([deep, large].map((html) => reader.readFetched(pageOf(html))))
  assert.ok(nested?.reading != null && heavy?.reading != null)
  assert.equal(heavy.reading.title, 'large')
  assert.ok(heavy.raw.bytes > 10_000_000)
})
