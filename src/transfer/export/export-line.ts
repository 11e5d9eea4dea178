/** What one line of an export says, and how the rows behind a list of pages are read. */
import type { Membership, MembersTeller } from '../../crawl/index.ts'
import { query, type Reader, type Shape, type Values } from '../../store/index.ts'

/** What is read of a page. */
export const pageShape = {
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
  change: 'text?',
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
  markdown: 'text',
  html: 'text?',
  description: 'text?',
  leadImage: 'text?',
  wordCount: 'int',
  categories: 'json',
  tags: 'json',
  goneAt: 'time?',
} as const satisfies Shape

/** What is told of a document beside what its row holds. */
const memberShape = { cluster: 'text?', isCanonical: 'bool?', duplicateOf: 'text?' } as const satisfies Shape

type PageRow = Values<typeof pageShape>
type DocumentRow = Values<typeof documentShape>

/**
 * One page. Times are ISO 8601 in UTC, `document` is the id of its main content, `durationMs` and `bytes` say so. `change`
 * is new, changed, unchanged, missed or gone; null where the answer says nothing of the page.
 */
export interface PageLine extends Omit<PageRow, 'fetchedAt'> {
  readonly fetchedAt: string
}

/**
 * One page's document. Times are ISO 8601 in UTC. `url`, `run` and `fetchedAt` are the page's, so a document that was
 * found unchanged has a line for each run: `run` and `url` together are unique, `id` is not. `html` is the content as
 * the source gave it, null where that is the raw body; `wordCount` is of the text; `categories` and `tags` are names.
 * `goneAt` is when its page was answered for the second time in a row that it is not there; null while it is.
 */
export interface DocumentLine extends Omit<
  DocumentRow,
  'fetchedAt' | 'publishedAt' | 'modifiedAt' | 'goneAt'
> {
  readonly fetchedAt: string
  readonly publishedAt: string | null
  readonly modifiedAt: string | null
  readonly goneAt: string | null
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

/** The fields of a line, in order, as the store holds them. */
export const EXPORT_SHAPES: Readonly<Record<ExportKind, Shape>> = {
  pages: pageShape,
  documents: { ...documentShape, ...memberShape },
}

/** The same in SQL. */
export const pageColumns = `page.id, page.url, page.status, page.content_type, page.headers, page.remote_address,
      page.fetched_at, page.duration_ms, page.bytes, page.raw_sha256, page.redirect_to, page.note, page.document,
      page.source, page.run, page.change`

/** The named pages, in the order of the list. */
export const pageRows = query({
  name: 'transfer.pages',
  params: { pages: 'json' },
  gives: pageShape,
  sql: `SELECT ${pageColumns}
    FROM json_each(:pages) AS wanted CROSS JOIN pages AS page
    WHERE page.id = wanted.value AND in_time() ORDER BY CAST(wanted.key AS BIGINT)`,
})

/** Documents, each with a page that has it: pairs of ids, page first, in the order of the list. */
export const documentRows = query({
  name: 'transfer.documents',
  params: { pairs: 'json', goneUpTo: 'int' },
  gives: documentShape,
  sql: `SELECT document.id, page.url, document.canonical_url, document.title, document.text, document.language,
      document.published_at, document.modified_at, document.authors, page.fetched_at, document.sha256,
      document.raw_sha256, document.source, page.run, document.needs_javascript, document.links, document.metadata,
      document.markdown, document.html, document.description, document.lead_image, document.word_count,
      document.categories, document.tags,
      (SELECT min(later.fetched_at) FROM pages AS later WHERE later.url_key = page.url_key AND later.change = 'gone'
        AND later.position > page.position AND later.position <= :goneUpTo)
    FROM json_each(:pairs) AS wanted CROSS JOIN pages AS page CROSS JOIN documents AS document
    WHERE page.id = wanted.value ->> 0 AND document.id = wanted.value ->> 1 AND in_time()
    ORDER BY CAST(wanted.key AS BIGINT)`,
})

/** What a line is made of, by ids. */
export interface LineKey {
  readonly page: string
  /** '' for a line of pages. */
  readonly document: string
}

/** What else decides what a line says. */
export interface LineTerms {
  /** The position as of which a document's page can be gone. Default 0: as of its own answer, when it was there. */
  readonly goneUpTo?: number
  /** Tells the clusters. Default: they are not known. */
  readonly tell?: MembersTeller
}

/**
 * Reads the lines of some pages, by kind. What was deleted meanwhile has none.
 */
export const readLines: {
  readonly [Kind in ExportKind]: (
    reader: Reader,
    keys: readonly LineKey[],
    terms?: LineTerms,
  ) => Promise<readonly ExportLines[Kind][]>
} = {
  pages: async (reader, keys) =>
    (await reader.read(pageRows({ pages: keys.map(({ page }) => page) }))).map(pageLine),
  documents: documentLines,
}

async function documentLines(
  reader: Reader,
  keys: readonly LineKey[],
  { goneUpTo = 0, tell }: LineTerms = {},
): Promise<readonly DocumentLine[]> {
  const pairs = keys.map(({ page, document }) => [page, document])
  const rows = await reader.read(documentRows({ pairs, goneUpTo }))
  const members = await tell?.(keys.map(({ document }) => document))
  return rows.map((row) => ({ ...documentLine(row), ...memberFields(members?.get(row.id)) }))
}

function memberFields(member: Membership | undefined) {
  if (member === undefined) return { cluster: null, isCanonical: null, duplicateOf: null }
  const { cluster, duplicateOf } = member
  return { cluster, isCanonical: duplicateOf === null, duplicateOf }
}

/** A row as a line. */
export function pageLine(row: PageRow): PageLine {
  return { ...row, fetchedAt: isoTime(row.fetchedAt) }
}

function documentLine(row: DocumentRow) {
  return {
    ...row,
    publishedAt: row.publishedAt === null ? null : isoTime(row.publishedAt),
    modifiedAt: row.modifiedAt === null ? null : isoTime(row.modifiedAt),
    fetchedAt: isoTime(row.fetchedAt),
    goneAt: row.goneAt === null ? null : isoTime(row.goneAt),
  }
}

const isoTime = (ms: number): string => new Date(ms).toISOString()
