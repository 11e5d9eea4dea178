/** What the tests of search share: a real store in a fresh folder, documents to index, and a look at the index. */
import type { TestContext } from 'node:test'
import { jobDefinitions } from '../../jobs/index.ts'
import { sha256, urlKey } from '../../model/index.ts'
import { command, insert, query, table, type Command, type Store } from '../../store/index.ts'
import { freshPlace, openTestStore } from '../../store/testing/index.ts'
import { searchDefinitions } from '../index.ts'

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
    createdAt: 'time',
  },
})

const insertDocument = insert(documents)

/** Deletes a document's row and nothing else. */
export const deleteDocument = command({
  name: 'documents.delete',
  params: { document: 'text' },
  statements: [
    {
      sql: 'DELETE FROM documents WHERE id = :document',
      changes: { noun: 'document', op: 'delete', id: 'document' },
    },
  ],
})

const readIndexed = query({
  name: 'indexed.read',
  params: {},
  gives: { document: 'text' },
  sql: `SELECT coalesce(document.id, 'gone') FROM indexed LEFT JOIN documents AS document
    ON document.number = indexed.number AND document.url_key = indexed.url_key ORDER BY 1`,
})

/* One row for each entry FTS5 holds: an entry that was put in twice, or taken out with other words, shows here. */
const readEntries = query({
  name: 'documentsText.entries',
  params: {},
  gives: { document: 'text' },
  sql: `SELECT coalesce(document.id, 'gone') FROM documents_text_docsize AS entry
    LEFT JOIN documents AS document ON document.number = entry.id ORDER BY 1`,
  postgres: `SELECT coalesce(document.id, 'gone') FROM documents_text AS entry
    LEFT JOIN documents AS document ON document.number = entry.number ORDER BY 1`,
})

/** Fails when FTS5's own books do not agree with each other, or with what the documents hold. */
export const checkFullText = command({
  name: 'documentsText.check',
  params: {},
  statements: [
    {
      sql: "INSERT INTO documents_text (documents_text) VALUES ('integrity-check')",
      postgres: `SELECT 1 / CASE WHEN EXISTS (SELECT 1 FROM documents_text AS entry
        LEFT JOIN documents AS document ON document.number = entry.number
        WHERE entry.words IS DISTINCT FROM document_words(document.title, document.text)) THEN 0 ELSE 1 END`,
    },
  ],
})

/** What makes a test's document. */
export interface Written {
  readonly id: string
  readonly url?: string
  readonly title?: string
  readonly text?: string
}

/** The command that writes one document version. */
export function write({ id, url = `https://site.test/${id}`, title = '', text = '' }: Written): Command {
  return insertDocument({
    id,
    run: 'run',
    source: 'source',
    url,
    urlKey: urlKey(url),
    canonicalUrl: null,
    title,
    text,
    language: null,
    publishedAt: null,
    modifiedAt: null,
    authors: [],
    links: [],
    metadata: {},
    needsJavascript: false,
    sha256: sha256(text),
    rawSha256: sha256(id),
    extractor: 1,
    createdAt: 0,
  })
}

/** What the tests open a store with. */
export const testDefinitions = [
  ...searchDefinitions,
  ...jobDefinitions,
  ...[insertDocument, deleteDocument, checkFullText, readIndexed, readEntries].map((made) => made.definition),
]

/** Opens a store in a folder of its own; the folder is kept when the test fails. */
export async function openStore(t: TestContext): Promise<Store> {
  const place = await freshPlace(t, 'search')
  const store = await openTestStore({ path: place.path, definitions: testDefinitions })
  t.after(async () => {
    await store.close()
    await place.end()
  })
  return store
}

/** Ids of the documents in full text, by our books and by FTS5's own, which must agree. */
export async function indexedDocuments(store: Store): Promise<{ indexed: string[]; entries: string[] }> {
  const indexed = (await store.read(readIndexed({}))).map((row) => row.document)
  const entries = (await store.read(readEntries({}))).map((row) => row.document)
  return { indexed, entries }
}
