/** Two runs of a source compared: what each URL was at the end of the one and at the end of the other. */
import { MillraceError } from '../../../model/index.ts'
import { query, type Reader } from '../../../store/index.ts'
import { sameContent, type PageChange } from './judge-page.ts'

/** A document as of the end of a run. */
export interface DocumentState {
  readonly document: string
  /** Of its text. */
  readonly sha256: string
  readonly title: string
}

/** One URL in both; null where it was not, or no more. */
export interface UrlDifference {
  readonly url: string
  readonly change: Exclude<PageChange, 'missed'>
  readonly before: DocumentState | null
  readonly after: DocumentState | null
}

/** Between which runs, by id. */
export interface DiffSpan {
  readonly before: string
  readonly after: string
}

const KEYS_MAX = 500

const endOfRun = query({
  name: 'runs.end_position',
  params: { id: 'text' },
  gives: { source: 'text', position: 'int' },
  sqlite: 'SELECT source, position FROM runs WHERE id = :id',
})

/* The newest answer with a document as of a position, unless the page was gone after it. Served by pages_source. */
const versionAt = (position: string) => {
  const newest = (condition: string) => `(SELECT max(page.position) FROM pages AS page
      WHERE page.source = :source AND page.url_key = known.url_key AND page.position <= ${position} AND ${condition})`
  const read = newest('page.document IS NOT NULL')
  return `iif(${read} > coalesce(${newest("page.change = 'gone'")}, -1), (SELECT page.document FROM pages AS page
    WHERE page.source = :source AND page.url_key = known.url_key AND page.position = ${read}
      AND page.document IS NOT NULL), NULL)`
}

const state = (alias: string) => `${alias}.id, ${alias}.sha256, ${alias}.title`

const chunkOfStates = query({
  name: 'pages.diff',
  params: { source: 'text', beforeUpTo: 'int', afterUpTo: 'int', after: 'text', limit: 'int' },
  gives: {
    url: 'text',
    beforeId: 'text?',
    beforeSha256: 'text?',
    beforeTitle: 'text?',
    afterId: 'text?',
    afterSha256: 'text?',
    afterTitle: 'text?',
    isSame: 'bool',
  },
  sqlite: `WITH known AS (
      SELECT DISTINCT url_key FROM pages WHERE source = :source AND url_key > :after AND in_time()
      ORDER BY url_key LIMIT :limit),
    states AS MATERIALIZED (
      SELECT url_key, ${versionAt(':beforeUpTo')} AS first, ${versionAt(':afterUpTo')} AS second FROM known)
    SELECT states.url_key, ${state('first')}, ${state('second')},
      coalesce(${sameContent('states.first', 'states.second')}, 0)
    FROM states LEFT JOIN documents AS first ON first.id = states.first
      LEFT JOIN documents AS second ON second.id = states.second
    ORDER BY states.url_key`,
})

/**
 * Every URL that either run's end knew, in the order of url keys (bytes of their UTF-8), unchanged ones too. A run that
 * is not over counts as far as it has come. What `runs delete` removes meanwhile is gone from the rest. Reads 500 URLs
 * at a time. @throws MillraceError NotFound for a run that is not there, Usage for runs of different sources
 */
export async function* diffRuns(reader: Reader, { before, after }: DiffSpan): AsyncGenerator<UrlDifference> {
  const [from, to] = [await endOf(reader, before), await endOf(reader, after)]
  if (from.source !== to.source) {
    const message = `expected two runs of one source, got run ${before} and run ${after} of different ones`
    throw new MillraceError('Usage', `${message}; \`millrace runs\` shows the seeds of each`)
  }
  const span = { source: from.source, beforeUpTo: from.position, afterUpTo: to.position, limit: KEYS_MAX }
  for (let key: string | undefined = ''; key !== undefined;) {
    const rows: readonly StateRow[] = await reader.read(chunkOfStates({ ...span, after: key }))
    for (const row of rows) {
      const difference = differenceOf(row)
      if (difference !== null) yield difference
    }
    key = rows.at(-1)?.url
  }
}

interface StateRow {
  readonly url: string
  readonly beforeId: string | null
  readonly beforeSha256: string | null
  readonly beforeTitle: string | null
  readonly afterId: string | null
  readonly afterSha256: string | null
  readonly afterTitle: string | null
  readonly isSame: boolean
}

async function endOf(reader: Reader, id: string) {
  const [end] = await reader.read(endOfRun({ id }))
  if (end !== undefined) return end
  throw new MillraceError('NotFound', `expected the id of a run, got "${id}"; \`millrace runs\` lists them`)
}

function differenceOf(row: StateRow): UrlDifference | null {
  const before = stateOf(row.beforeId, row.beforeSha256, row.beforeTitle)
  const after = stateOf(row.afterId, row.afterSha256, row.afterTitle)
  const { url } = row
  if (before === null) return after === null ? null : { url, change: 'new', before, after }
  if (after === null) return { url, change: 'gone', before, after }
  return { url, change: row.isSame ? 'unchanged' : 'changed', before, after }
}

function stateOf(document: string | null, sha256: string | null, title: string | null): DocumentState | null {
  if (document === null) return null
  return { document, sha256: sha256 ?? '', title: title ?? '' }
}

/** The declarations of this file. */
export const diffQueries = [endOfRun.definition, chunkOfStates.definition]
