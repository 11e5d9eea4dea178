/** What one line of an export says, and how the rows behind a list of pages are read. */
import type { MembersTeller } from '../../crawl/index.ts'
import { query, type Reader, type Shape, type Values } from '../../store/index.ts'

const pageShape = {
  id: 'text',
  url: 'text',
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
  source: 'text',
  run: 'text',
} as const satisfies Shape

const documentShape = {
  id: 'text',
  url: 'text',
  canonicalUrl: 'text?',
  title: 'text',
  text: 'text',
  language: 'text?',
  publishedAt: 'time?',
  modifiedAt: 'time?',
  authors: 'json',
  fetchedAt: 'time',
  sha256: 'text',
  rawSha256: 'text',
  source: 'text',
  run: 'text',
  needsJavascript: 'bool',
  links: 'json',
  metadata: 'json',
} as const satisfies Shape

type PageRow = Values<typeof pageShape>
type DocumentRow = Values<typeof documentShape>

/** One page. Times are ISO 8601 in UTC, `document` is the id of its main content, `durationMs` and `bytes` say so. */
export interface PageLine extends Omit<PageRow, 'fetchedAt'> {
  readonly fetchedAt: string
}

/**
 * One page's document. Times are ISO 8601 in UTC. `url`, `run` and `fetchedAt` are the page's, so a document that was
 * found unchanged has a line for each run: `run` and `url` together are unique, `id` is not.
 */
export interface DocumentLine extends Omit<DocumentRow, 'fetchedAt' | 'publishedAt' | 'modifiedAt'> {
  readonly fetchedAt: string
  readonly publishedAt: string | null
  readonly modifiedAt: string | null
  /** Documents with the same text, or nearly, have the same; null while it is not known, as in a file that follows a run. */
  readonly cluster: string | null
  /** Whether it is the one of the export's documents of its cluster to keep; null while the cluster is not known. */
  readonly isCanonical: boolean | null
  /** URL of that one; null for the canonical document itself, and while the cluster is not known. */
  readonly duplicateOf: string | null
}

/** The kinds of line that can be exported. */
export interface ExportLines {
  readonly pages: PageLine
  readonly documents: DocumentLine
}

/** What is exported. */
export type ExportKind = keyof ExportLines

/** The fields of a line, in order. */
export const EXPORT_FIELDS: Readonly<Record<ExportKind, readonly string[]>> = {
  pages: Object.keys(pageShape),
  documents: [...Object.keys(documentShape), 'cluster', 'isCanonical', 'duplicateOf'],
}

/** The named pages, in the order of the list. */
export const pageRows = query({
  name: 'transfer.pages',
  params: { pages: 'json' },
  gives: pageShape,
  sqlite: `SELECT page.id, page.url, page.status, page.content_type, page.headers, page.remote_address,
      page.fetched_at, page.duration_ms, page.bytes, page.raw_sha256, page.redirect_to, page.note, page.document,
      page.source, page.run
    FROM json_each(:pages) AS wanted CROSS JOIN pages AS page ON page.id = wanted.value
    WHERE in_time() ORDER BY wanted.key`,
})

/** The documents of the named pages, in the order of the list. */
export const documentRows = query({
  name: 'transfer.documents',
  params: { pages: 'json' },
  gives: { ...documentShape, page: 'text' },
  sqlite: `SELECT document.id, page.url, document.canonical_url, document.title, document.text, document.language,
      document.published_at, document.modified_at, document.authors, page.fetched_at, document.sha256,
      document.raw_sha256, document.source, page.run, document.needs_javascript, document.links, document.metadata,
      page.id
    FROM json_each(:pages) AS wanted CROSS JOIN pages AS page ON page.id = wanted.value
      CROSS JOIN documents AS document ON document.id = page.document
    WHERE in_time() ORDER BY wanted.key`,
})

/**
 * Reads the lines of some pages, by kind. A page deleted meanwhile has none. Clusters stand in them where somebody tells
 * them.
 */
export const readLines: {
  readonly [Kind in ExportKind]: (
    reader: Reader,
    pages: readonly string[],
    tell?: MembersTeller,
  ) => Promise<readonly ExportLines[Kind][]>
} = {
  pages: async (reader, pages) => (await reader.read(pageRows({ pages }))).map(pageLine),
  documents: documentLines,
}

async function documentLines(
  reader: Reader,
  pages: readonly string[],
  tell?: MembersTeller,
): Promise<readonly DocumentLine[]> {
  const rows = await reader.read(documentRows({ pages }))
  const members = await tell?.(pages)
  return rows.map(({ page, ...row }) => {
    const { cluster, duplicateOf } = members?.get(page) ?? { cluster: null, duplicateOf: null }
    const isCanonical = cluster === null ? null : duplicateOf === null
    return { ...documentLine(row), cluster, isCanonical, duplicateOf }
  })
}

function pageLine(row: PageRow): PageLine {
  return { ...row, fetchedAt: isoTime(row.fetchedAt) }
}

function documentLine(row: DocumentRow) {
  return {
    ...row,
    publishedAt: row.publishedAt === null ? null : isoTime(row.publishedAt),
    modifiedAt: row.modifiedAt === null ? null : isoTime(row.modifiedAt),
    fetchedAt: isoTime(row.fetchedAt),
  }
}

const isoTime = (ms: number): string => new Date(ms).toISOString()
