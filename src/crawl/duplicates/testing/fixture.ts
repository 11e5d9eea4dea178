/** What the tests of duplicates share: a store into which documents are put without a crawl, and a look at clusters. */
import type { TestContext } from 'node:test'
import { jobDefinitions } from '../../../jobs/index.ts'
import { newId, sha256 } from '../../../model/index.ts'
import { query, type Command, type Definition, type Reader, type Store } from '../../../store/index.ts'
import { freshPlace, openTestStore } from '../../../store/testing/index.ts'
import { addPage, documentCommands } from '../../history/index.ts'
import { crawlDefinitions } from '../../index.ts'
import { fingerprintOf, type Fingerprint } from '../fingerprint.ts'

/** One document to be stored, as if a run had read it. */
export interface Given {
  readonly url: string
  readonly text: string
  /** Default 'run'. */
  readonly run?: string
  /** Default: that of the text. */
  readonly fingerprint?: Fingerprint
  /** Id of the stored page it is made of: none is put beside it then. Default: it is fetched with a page. */
  readonly extractedFrom?: string
}

/** Every document's place. */
export const clusters = query({
  name: 'look.clusters',
  params: {},
  gives: { url: 'text', document: 'text', number: 'int', cluster: 'int?' },
  sql: `SELECT documents.url, documents.id, fingerprints.number, fingerprints.cluster FROM documents
    JOIN document_fingerprints AS has ON has.document = documents.number
    JOIN fingerprints ON fingerprints.number = has.fingerprint ORDER BY documents.url, documents.number`,
})

/** A fresh store, closed and removed after the test. */
export async function openStore(t: TestContext, more: readonly Definition[] = []): Promise<Store> {
  return (await openTwice(t, more))[0]
}

/** A fresh store as two processes have it open. */
export async function openTwice(
  t: TestContext,
  more: readonly Definition[] = [],
): Promise<readonly [Store, Store]> {
  const place = await freshPlace(t, 'duplicates')
  const definitions = [...jobDefinitions, ...crawlDefinitions, clusters.definition, ...more]
  const open = () => openTestStore({ path: place.path, definitions })
  const [one, other] = [await open(), await open()]
  t.after(async () => {
    await Promise.all([one.close(), other.close()])
    await place.end()
  })
  return [one, other]
}

/** Stores documents with their pages, each in a unit of its own. */
export async function put(store: Store, documents: readonly Given[]): Promise<void> {
  await Promise.all(documents.map((given) => store.commit({ commands: commandsOf(given) })))
}

/** The urls of each cluster in order, clusters by their first url; null stands before what waits to be joined. */
export async function partition(reader: Reader): Promise<readonly (readonly (string | null)[])[]> {
  const groups = new Map<number | null, (string | null)[]>()
  for (const { url, cluster } of await reader.read(clusters({}))) {
    const group = groups.get(cluster)
    if (group === undefined) groups.set(cluster, cluster === null ? [null, url] : [url])
    else group.push(url)
  }
  return [...groups.values()]
}

function commandsOf({
  url,
  text,
  run = 'run',
  fingerprint = fingerprintOf(text),
  extractedFrom,
}: Given): readonly Command[] {
  const now = 1_000
  const common = { run, source: 'source', url, urlKey: url, rawSha256: 'raw' }
  const page = { ...common, id: newId(now), urlKeyVersion: 1, status: 200, contentType: null, headers: [] }
  const document = { ...common, id: newId(now), canonicalUrl: null, title: '', text, language: null }
  const row = {
    ...document,
    markdown: '',
    html: null,
    description: null,
    leadImage: null,
    wordCount: 0,
    categories: [],
    tags: [],
    extractedFrom: extractedFrom ?? null,
    publishedAt: null,
    modifiedAt: null,
    authors: [],
    links: [],
    metadata: {},
    needsJavascript: false,
    sha256: sha256(text),
    extractor: 1,
    createdAt: now,
  }
  const write = documentCommands([{ row, fingerprint }])
  if (extractedFrom !== undefined) return write
  return [
    ...write,
    addPage({
      ...page,
      remoteAddress: '',
      fetchedAt: now,
      durationMs: 0,
      bytes: 0,
      redirectTo: null,
      note: null,
      hasDocument: true,
    }),
  ]
}
