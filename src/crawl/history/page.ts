/** Pages, their raw bodies and documents: append-only evidence of what was fetched. */
import { command, insertNew, table, type Command, type Values } from '../../store/index.ts'
import { addFingerprint, type Fingerprint } from '../duplicates/index.ts'

const rawBodies = table({
  name: 'raw_bodies',
  noun: 'raw body',
  key: 'sha256',
  columns: { sha256: 'text', bytes: 'int', compression: 'text', body: 'bytes' },
})

/** Keeps a body once, however many pages have it. */
export const addRawBody = insertNew(rawBodies)

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
  },
})

/** A page row, without its document: the store finds that itself. */
export type PageRow = Values<typeof pages.columns>

const pageParams = { ...pages.columns, hasDocument: 'bool' } as const

/**
 * A page version. Its document is the newest one of its url key, so it goes after `documentCommands` in the unit: where the
 * document has not changed, that is the earlier version.
 */
export const addPage = command({
  name: 'pages.add',
  params: pageParams,
  sqlite: [
    {
      sql: `INSERT INTO pages (id, run, source, url, url_key, url_key_version, status, content_type, headers,
          remote_address, fetched_at, duration_ms, bytes, raw_sha256, redirect_to, note, document, position)
        VALUES (:id, :run, :source, :url, :urlKey, :urlKeyVersion, :status, :contentType, :headers,
          :remoteAddress, :fetchedAt, :durationMs, :bytes, :rawSha256, :redirectTo, :note,
          iif(:hasDocument, (SELECT id FROM documents WHERE url_key = :urlKey ORDER BY position DESC LIMIT 1), NULL),
          :position)`,
      changes: { noun: 'page', op: 'put', id: 'id' },
    },
  ],
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
    createdAt: 'time',
  },
})

/** A document row. */
export type DocumentRow = Values<typeof documents.columns>

/** A document version, unless the newest one of its url key already says the same. Served by documents_versions. */
const addDocument = command({
  name: 'documents.add',
  params: documents.columns,
  sqlite: [
    {
      sql: `INSERT INTO documents (id, run, source, url, url_key, canonical_url, title, text, language, published_at,
          modified_at, authors, links, metadata, needs_javascript, sha256, raw_sha256, extractor, created_at, position)
        SELECT :id, :run, :source, :url, :urlKey, :canonicalUrl, :title, :text, :language, :publishedAt,
          :modifiedAt, :authors, :links, :metadata, :needsJavascript, :sha256, :rawSha256, :extractor, :createdAt,
          :position
        WHERE NOT EXISTS (
          SELECT 1 FROM documents WHERE url_key = :urlKey
            AND position = (SELECT max(position) FROM documents WHERE url_key = :urlKey)
            AND sha256 = :sha256 AND title = :title AND extractor = :extractor
            AND canonical_url IS :canonicalUrl AND links = :links AND metadata = :metadata)`,
      changes: { noun: 'document', op: 'put', id: 'id' },
    },
  ],
})

/** A document and what makes its duplicates known: the one way to write a document, so that none goes without. */
export function documentCommands(row: DocumentRow, fingerprint: Fingerprint): readonly Command[] {
  return [addDocument(row), addFingerprint({ document: row.id, ...fingerprint })]
}

/** What a store must be opened with to keep pages and documents. */
export const pageDefinitions = [addRawBody, addPage, addDocument].map((made) => made.definition)
