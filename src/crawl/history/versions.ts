/** The versions of one URL: how it was answered, in which run, and what document that gave. */
import { query, type Shape, type Values } from '../../store/index.ts'

const versionShape = {
  id: 'text',
  run: 'text',
  status: 'int',
  contentType: 'text?',
  fetchedAt: 'time',
  durationMs: 'int',
  bytes: 'int',
  redirectTo: 'text?',
  note: 'text?',
  change: 'text?',
  document: 'text?',
  title: 'text?',
} as const satisfies Shape

/** One answer. `document` is the version of the text it gave, which may be an earlier page's. */
export type PageVersion = Values<typeof versionShape>

/** The newest `limit` answers of a URL, newest first. Served by pages_versions. */
export const pageVersions = query({
  name: 'pages.versions',
  params: { urlKey: 'text', limit: 'int' },
  gives: versionShape,
  sql: `SELECT pages.id, pages.run, status, content_type, fetched_at, duration_ms, bytes, redirect_to, note, change, document,
      documents.title
    FROM pages LEFT JOIN documents ON documents.id = pages.document
    WHERE pages.url_key = :urlKey ORDER BY pages.position DESC LIMIT :limit`,
})

/** The answer that a run got from a URL. Served by pages_run. */
export const pageOfRun = query({
  name: 'pages.ofRun',
  params: { run: 'text', urlKey: 'text' },
  gives: versionShape,
  sql: `SELECT pages.id, pages.run, status, content_type, fetched_at, duration_ms, bytes, redirect_to, note, change, document,
      documents.title
    FROM pages LEFT JOIN documents ON documents.id = pages.document
    WHERE pages.run = :run AND pages.url_key = :urlKey`,
})

/** What a store must be opened with to look at versions. */
export const versionDefinitions = [pageVersions.definition, pageOfRun.definition]
