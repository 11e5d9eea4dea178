/** Pages and their raw bodies: append-only evidence of what was fetched. */
import { command, insertNew, table, type Values } from '../../store/index.ts'

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
 * A page version. Its document is the newest one of its url key, so it goes after `addDocument` in the unit: where the
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

/** What a store must be opened with to keep pages. */
export const pageDefinitions = [addRawBody, addPage].map((made) => made.definition)
