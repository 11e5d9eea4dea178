/** What a source had of a URL before the run at hand: what a conditional request asks about. */
import { query, type Shape, type Values } from '../../../store/index.ts'

const earlierShape = {
  page: 'text',
  status: 'int',
  contentType: 'text?',
  headers: 'json',
  baseHeaders: 'json?',
  fetchedAt: 'time',
  rawSha256: 'text',
  document: 'text',
  links: 'json',
} as const satisfies Shape

/** An answer whose body and document are still there. `baseHeaders` are those that came with the body itself. */
export type EarlierPage = Values<typeof earlierShape>

/**
 * The source's newest answer of a URL, if it has a document and its body is kept. A 304 need not repeat what the answer
 * with the body said, so that one's headers come along. Served by pages_source.
 */
export const earlierPage = query({
  name: 'pages.earlier',
  params: { source: 'text', run: 'text', urlKey: 'text' },
  gives: earlierShape,
  sql: `SELECT page.id, page.status, page.content_type, page.headers,
      (SELECT base.headers FROM pages AS base WHERE base.source = :source AND base.url_key = :urlKey
        AND base.raw_sha256 = page.raw_sha256 AND base.status <> 304 ORDER BY base.position DESC LIMIT 1),
      page.fetched_at, page.raw_sha256, page.document, document.links
    FROM pages AS page JOIN documents AS document ON document.id = page.document
    WHERE page.id = (SELECT newest.id FROM pages AS newest WHERE newest.source = :source AND newest.url_key = :urlKey
        AND newest.run <> :run ORDER BY newest.position DESC LIMIT 1)
      AND EXISTS (SELECT 1 FROM raw_bodies WHERE raw_bodies.sha256 = page.raw_sha256)`,
})

/** Whether a source has another run than this one. Served by runs_source. */
export const hasOtherRun = query({
  name: 'runs.hasOther',
  params: { source: 'text', run: 'text' },
  gives: { isThere: 'bool' },
  sql: 'SELECT EXISTS (SELECT 1 FROM runs WHERE source = :source AND id <> :run)',
})
