/** Two runs of a source compared: what each URL was at the end of the one and at the end of the other. */
import { MillraceError } from '../../../model/index.ts'
import { query, type Reader } from '../../../store/index.ts'
import type { PageChange } from './judge-page.ts'

/** A document as of the end of a run. */
export interface DocumentState {
  readonly document: string
  /** Of its text; null where it was not read: of an unchanged page, unless asked for. */
  readonly sha256: string | null
  /** As `sha256`. */
  readonly title: string | null
  /** Of the body it was made of; as `sha256`. */
  readonly rawSha256: string | null
}

/** One URL in both; null where it was not, or no more. */
export interface UrlDifference {
  readonly url: string
  readonly change: Exclude<PageChange, 'missed'>
  readonly before: DocumentState | null
  readonly after: DocumentState | null
}

/** What is compared. */
export interface DiffSpan {
  /** Id of the run that is held against. */
  readonly before: string
  /** Id of the run that is looked at. */
  readonly after: string
  /** Whether hash and title of unchanged pages are read too, which costs reading their texts. Default false. */
  readonly isDetailed?: boolean
}

/** URLs a read looks at. */
const KEYS_MAX = 500
/** Documents a read looks into: their hashes lie behind their texts, which may be 5 MB each. */
const DOCUMENTS_MAX = 50

const endOfRun = query({
  name: 'runs.endPosition',
  params: { id: 'text' },
  gives: { source: 'text', position: 'int' },
  sql: 'SELECT source, position FROM runs WHERE id = :id',
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

const versionsAt = query({
  name: 'pages.versionsAt',
  params: { source: 'text', beforeUpTo: 'int', afterUpTo: 'int', after: 'text', limit: 'int' },
  gives: { url: 'text', before: 'text?', after: 'text?' },
  sql: `SELECT known.url_key, ${versionAt(':beforeUpTo')}, ${versionAt(':afterUpTo')}
    FROM (SELECT DISTINCT url_key FROM pages WHERE source = :source AND url_key > :after AND in_time()
      ORDER BY url_key LIMIT :limit) AS known ORDER BY known.url_key`,
})

const documentStates = query({
  name: 'documents.states',
  params: { ids: 'json' },
  gives: { document: 'text', sha256: 'text', title: 'text', rawSha256: 'text' },
  sql: `SELECT documents.id, documents.sha256, documents.title, documents.raw_sha256
    FROM json_each(:ids) AS wanted CROSS JOIN documents
    WHERE documents.id = wanted.value AND in_time()`,
})

/**
 * Every URL that either run's end knew, in the order of url keys (bytes of their UTF-8), unchanged ones too. A run that
 * is not over counts as far as it has come. What `runs delete` removes meanwhile is gone from the rest. Holds 500 URLs
 * at a time. @throws MillraceError NotFound for a run that is not there, Usage for runs of different sources
 */
export async function* diffRuns(reader: Reader, span: DiffSpan): AsyncGenerator<UrlDifference> {
  const [from, to] = [await endOf(reader, span.before), await endOf(reader, span.after)]
  if (from.source !== to.source) {
    const message = `expected two runs of one source, got run ${span.before} and run ${span.after} of different ones`
    throw new MillraceError('Usage', `${message}; \`millrace runs\` shows the seeds of each`)
  }
  const upTo = { source: from.source, beforeUpTo: from.position, afterUpTo: to.position, limit: KEYS_MAX }
  for (let key: string | undefined = ''; key !== undefined;) {
    const versions: readonly Versions[] = await reader.read(versionsAt({ ...upTo, after: key }))
    const states = await statesOf(reader, versions, span.isDetailed === true)
    for (const each of versions) {
      const difference = differenceOf(each, states)
      if (difference !== null) yield difference
    }
    key = versions.at(-1)?.url
  }
}

interface Versions {
  readonly url: string
  readonly before: string | null
  readonly after: string | null
}

async function endOf(reader: Reader, id: string) {
  const [end] = await reader.read(endOfRun({ id }))
  if (end !== undefined) return end
  throw new MillraceError('NotFound', `expected the id of a run, got "${id}"; \`millrace runs\` lists them`)
}

/** What the documents say; those that are the same in both runs need not be read. */
async function statesOf(
  reader: Reader,
  versions: readonly Versions[],
  isDetailed: boolean,
): Promise<ReadonlyMap<string, DocumentState>> {
  const wanted = versions.filter(({ before, after }) => isDetailed || before !== after)
  const ids = [...new Set(wanted.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()))]
  const states = new Map<string, DocumentState>()
  for (let at = 0; at < ids.length; at += DOCUMENTS_MAX) {
    const read = await reader.read(documentStates({ ids: ids.slice(at, at + DOCUMENTS_MAX) }))
    for (const state of read) states.set(state.document, state)
  }
  return states
}

function differenceOf(
  { url, before, after }: Versions,
  states: ReadonlyMap<string, DocumentState>,
): UrlDifference | null {
  const stateOf = (document: string | null) =>
    document === null
      ? null
      : (states.get(document) ?? { document, sha256: null, title: null, rawSha256: null })
  const [first, second] = [stateOf(before), stateOf(after)]
  const both = { url, before: first, after: second }
  if (first === null) return second === null ? null : { ...both, change: 'new' }
  if (second === null) return { ...both, change: 'gone' }
  const isSame =
    before === after ||
    first.rawSha256 === second.rawSha256 ||
    (first.sha256 === second.sha256 && first.title === second.title)
  return { ...both, change: isSame ? 'unchanged' : 'changed' }
}

/** The declarations of this file. */
export const diffQueries = [endOfRun, versionsAt, documentStates].map((made) => made.definition)
