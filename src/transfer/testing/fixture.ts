/** What the tests of transfer share: a real store in a fresh folder, and pages and documents to put into it. */
import type { TestContext } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { sha256, urlKey, type Json } from '../../model/index.ts'
import { insert, insertNew, table, type Command, type Store } from '../../store/index.ts'
import { freshPlace, openTestStore } from '../../store/testing/index.ts'
import { crawlDefinitions } from '../../crawl/index.ts'
import { transferDefinitions } from '../index.ts'

const pages = table({
  name: 'pages',
  noun: 'page',
  key: 'id',
  columns: {
    id: 'text',
    run: 'text',
    source: 'text',
    url: 'text',
    urlKey: 'text',
    urlKeyVersion: 'int',
    status: 'int',
    contentType: 'text?',
    headers: 'json',
    remoteAddress: 'text',
    fetchedAt: 'time',
    durationMs: 'int',
    bytes: 'int',
    rawSha256: 'text?',
    redirectTo: 'text?',
    note: 'text?',
    document: 'text?',
    change: 'text?',
  },
})

const documents = table({
  name: 'documents',
  noun: 'document',
  key: 'id',
  columns: {
    id: 'text',
    run: 'text',
    source: 'text',
    url: 'text',
    urlKey: 'text',
    canonicalUrl: 'text?',
    title: 'text',
    text: 'text',
    language: 'text?',
    publishedAt: 'time?',
    modifiedAt: 'time?',
    authors: 'json',
    links: 'json',
    metadata: 'json',
    needsJavascript: 'bool',
    sha256: 'text',
    rawSha256: 'text',
    extractor: 'int',
    extractedFrom: 'text?',
    createdAt: 'time',
  },
})

const rawBodies = table({
  name: 'raw_bodies',
  noun: 'raw body',
  key: 'sha256',
  columns: { sha256: 'text', bytes: 'int', compression: 'text', body: 'bytes' },
})

const sources = table({
  name: 'sources',
  noun: 'source',
  key: 'id',
  columns: { id: 'text', kind: 'text', key: 'text', seeds: 'json', rules: 'json', createdAt: 'time' },
})

const insertBody = insertNew(rawBodies)
const insertSource = insert(sources)
const insertPage = insert(pages)
const insertDocument = insert(documents)

export const FETCHED_AT = Date.UTC(2024, 1, 29, 12, 30, 45, 678)

/** What a store must be opened with to write all that. */
export const writeDefinitions = [insertPage, insertDocument, insertBody, insertSource].map(
  (made) => made.definition,
)

/** What a test says of a page; all else has a default. */
export interface WrittenPage {
  readonly id: string
  readonly run?: string
  /** Default: one that ends in the id. */
  readonly url?: string
  readonly status?: number
  readonly note?: string
  readonly bytes?: number
  /** Id of its document. Default: none. */
  readonly document?: string
  /** Default: none. */
  readonly change?: string
  readonly headers?: Json
  readonly rawSha256?: string
  readonly fetchedAt?: number
}

/** What a test says of a document. */
export interface WrittenDocument {
  readonly id: string
  readonly url: string
  readonly title?: string
  readonly text?: string
  readonly publishedAt?: number
  readonly metadata?: Json
  /** Id of the stored page it was made of later. Default: none. */
  readonly extractedFrom?: string
}

/** The command that writes a page version. */
export function writePage({
  id,
  run = 'r1',
  url = `https://site.test/${id}`,
  ...page
}: WrittenPage): Command {
  return insertPage({
    id,
    run,
    source: 's1',
    url,
    urlKey: urlKey(url),
    urlKeyVersion: 1,
    status: page.status ?? 200,
    contentType: 'text/html',
    headers: page.headers ?? { server: 'x' },
    remoteAddress: '192.0.2.1',
    fetchedAt: page.fetchedAt ?? FETCHED_AT,
    durationMs: 12,
    bytes: page.bytes ?? 100,
    rawSha256: page.rawSha256 ?? null,
    redirectTo: null,
    note: page.note ?? null,
    document: page.document ?? null,
    change: page.change ?? null,
  })
}

/** A page with a raw body, which is kept compressed. */
export function writeWithBody(page: WrittenPage, body: string | Uint8Array): readonly Command[] {
  const bytes = Buffer.from(body)
  const digest = sha256(bytes)
  return [
    insertBody({ sha256: digest, bytes: bytes.length, compression: 'zstd', body: zstdCompressSync(bytes) }),
    writePage({ ...page, rawSha256: digest, bytes: bytes.length }),
  ]
}

/** A stored body that is not what its digest says. */
export function writeBrokenBody(digest: string, body: string): Command {
  return insertBody({ sha256: digest, bytes: body.length, compression: 'none', body: Buffer.from(body) })
}

/** The source that all pages are of, whose seed has a password in it. */
export function writeSource(): Command {
  const seeds = ['https://user:secret@site.test/']
  return insertSource({ id: 's1', kind: 'html', key: 'k', seeds, rules: {}, createdAt: FETCHED_AT })
}

/** The command that writes a document version. */
export function writeDocument(document: WrittenDocument): Command {
  const { id, url, title = `title of ${id}`, text = `text of ${id}` } = document
  return insertDocument({
    id,
    run: 'r1',
    source: 's1',
    url,
    urlKey: urlKey(url),
    canonicalUrl: null,
    title,
    text,
    language: 'en',
    publishedAt: document.publishedAt ?? null,
    modifiedAt: null,
    authors: ['A. Author'],
    links: [{ url: 'https://site.test/', nofollow: false }],
    metadata: document.metadata ?? {},
    needsJavascript: false,
    sha256: sha256(text),
    rawSha256: sha256(id),
    extractor: 1,
    extractedFrom: document.extractedFrom ?? null,
    createdAt: FETCHED_AT,
  })
}

/** A page with a document of its own: ids `p-NAME` and `d-NAME`, url ending in the name. */
export function writeBoth(name: string, given: Partial<WrittenDocument> & { readonly run?: string } = {}) {
  const { run = 'r1', ...document } = given
  const url = document.url ?? `https://site.test/${name}`
  return [
    writeDocument({ ...document, id: `d-${name}`, url }),
    writePage({ id: `p-${name}`, run, url, document: `d-${name}` }),
  ]
}

/** Commits each list of commands as a unit of its own, so that each has a position of its own. */
export async function commitEach(store: Store, units: readonly (readonly Command[])[]): Promise<void> {
  for (const commands of units) await store.commit({ commands })
}

/** A store, and the folder it is in, which is kept when the test fails. */
export async function openStore(
  t: TestContext,
): Promise<{ readonly store: Store; readonly path: string; readonly folder: string }> {
  const place = await freshPlace(t, 'transfer')
  const own = new Set(writeDefinitions.map(({ name }) => name))
  const ofCrawl = crawlDefinitions.filter(({ name }) => !own.has(name))
  const definitions = [...ofCrawl, ...transferDefinitions, ...writeDefinitions]
  const { path, folder } = place
  const store = await openTestStore({ path, definitions })
  t.after(async () => {
    await store.close()
    await place.end()
  })
  return { store, path, folder }
}

/** All that an iterable yields. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}
