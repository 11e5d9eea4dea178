/** Pages and their raw bodies: append-only evidence of what was fetched. */
import { command, insertNew, table, type Statement, type Values } from '../../store/index.ts'
import { changeOf, countChange, uncountChange, wasThere } from './changes/index.ts'

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

/* `raw` and `document` are SQL: the body and the document the page has. */
const insertPage = (raw: string, document: string, change = changeOf('made.document')): Statement => ({
  sql: `INSERT INTO pages (id, run, source, url, url_key, url_key_version, status, content_type, headers,
      remote_address, fetched_at, duration_ms, bytes, raw_sha256, redirect_to, note, document, change, position)
    SELECT :id, :run, :source, :url, :urlKey, :urlKeyVersion, :status, :contentType, :headers,
      :remoteAddress, :fetchedAt, :durationMs, :bytes, ${raw}, :redirectTo, :note,
      made.document, ${change}, :position
    FROM (SELECT ${document} AS document) AS made`,
  changes: { noun: 'page', op: 'put', id: 'id' },
})

const newestDocument =
  'iif(:hasDocument = 1, (SELECT id FROM documents WHERE url_key = :urlKey ORDER BY position DESC LIMIT 1), NULL)'

/**
 * A page version. Its document is the newest one of its url key, so it goes after `documentCommands` in the unit: where the
 * document has not changed, that is the earlier version. What the page's change is, is found here and counted in its run.
 */
export const addPage = command({
  name: 'pages.add',
  params: { ...pages.columns, hasDocument: 'bool' },
  statements: [insertPage(':rawSha256', newestDocument), countChange],
})

/**
 * A page version that stands for an earlier one, by a 304: its body is that one's, and its document what was made of
 * that body last. Where they were deleted since they were looked up, with the run that had them, it has none.
 */
export const addKeptPage = command({
  name: 'pages.addKept',
  params: { ...pages.columns, document: 'text' },
  statements: [
    insertPage(
      '(SELECT sha256 FROM raw_bodies WHERE sha256 = :rawSha256)',
      `coalesce(
        (SELECT id FROM documents WHERE url_key = :urlKey AND raw_sha256 = :rawSha256 ORDER BY position DESC LIMIT 1),
        (SELECT id FROM documents WHERE id = :document))`,
    ),
    countChange,
  ],
})

/**
 * A page version by which its source itself says that what was there is gone for good, which one answer is enough for.
 * Its document stays; of a URL that was never read it says nothing.
 */
export const addGonePage = command({
  name: 'pages.addGone',
  params: pages.columns,
  statements: [insertPage(':rawSha256', 'NULL', wasThere("'gone'")), countChange],
})

/**
 * Takes back the page of a URL that a run has stored, in the unit that stores it again: a post that was edited, or went
 * away, while the run was reading its site. Its document stays as a version of its url key.
 */
export const dropPage = command({
  name: 'pages.drop',
  params: { run: 'text', urlKey: 'text' },
  statements: [
    uncountChange,
    {
      sql: 'DELETE FROM pages WHERE run = :run AND url_key = :urlKey RETURNING id',
      changes: { noun: 'page', op: 'delete', id: 'returning' },
    },
  ],
})

/** What a store must be opened with to keep pages. */
export const pageDefinitions = [addRawBody, addPage, addKeptPage, addGonePage, dropPage].map(
  (made) => made.definition,
)
