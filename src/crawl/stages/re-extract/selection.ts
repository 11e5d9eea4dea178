/** Which stored pages are read again, and how many that would be. */
import { canonicalJson, sha256 } from '../../../model/index.ts'
import { query, type Reader } from '../../../store/index.ts'
import { isPost } from '../../history/index.ts'

/** Stored pages: of all that are the newest of their URL, those for which everything named holds. null: not asked for. */
export interface Selection {
  /** Id of a source. */
  readonly source: string | null
  /** Id of the run that fetched them. */
  readonly run: string | null
  /** What their URL begins with. */
  readonly urlPrefix: string | null
}

/** A walk over a store's URLs may pass many that are not selected before it finds one that is. */
const WALK_DEADLINE_MS = 60_000

/*
 * A page's body is worth reading when the page is the newest of its URL that has one and was no error. A post of a
 * WordPress site is none, also where its page is kept as well: its document is the API's, which says more of it.
 */
const selected = `page.raw_sha256 IS NOT NULL AND page.status BETWEEN 200 AND 299
    AND page.position = (SELECT max(newer.position) FROM pages AS newer WHERE newer.url_key = page.url_key
      AND newer.raw_sha256 IS NOT NULL AND newer.status BETWEEN 200 AND 299)
    AND NOT ${isPost('page.source', 'page.url_key')}
    AND (:source IS NULL OR page.source = :source)
    AND (:urlPrefix IS NULL OR substr(page.url_key, 1, length(:urlPrefix)) = :urlPrefix) AND in_time()`
const gives = { urlKey: 'text' } as const

/* Served by pages_versions. */
const nextOfAll = query({
  name: 'stored.next',
  params: { source: 'text?', urlPrefix: 'text?', after: 'text', limit: 'int' },
  gives,
  sql: `SELECT page.url_key FROM pages AS page
    WHERE page.url_key > :after AND page.url_key >= coalesce(:urlPrefix, '') AND ${selected}
    ORDER BY page.url_key LIMIT :limit`,
})

/* Served by pages_run. */
const nextOfRun = query({
  name: 'stored.nextOfRun',
  params: { source: 'text?', run: 'text', urlPrefix: 'text?', after: 'text', limit: 'int' },
  gives,
  sql: `SELECT page.url_key FROM pages AS page WHERE page.run = :run AND page.url_key > :after AND ${selected}
    ORDER BY page.url_key LIMIT :limit`,
})

const countSelected = query({
  name: 'stored.count',
  params: { source: 'text?', run: 'text?', urlPrefix: 'text?' },
  gives: { extractor: 'int', pages: 'int' },
  sql: `SELECT coalesce((SELECT extractor FROM documents WHERE url_key = page.url_key
      ORDER BY position DESC LIMIT 1), 0) AS extractor, count(*)
    FROM pages AS page WHERE ${selected} AND (:run IS NULL OR page.run = :run) GROUP BY 1 ORDER BY 1`,
})

/** What makes two selections the same. */
export function selectionKey(selection: Selection): string {
  return sha256(canonicalJson({ kind: 'stored', ...selection }))
}

/** The next url keys of a selection after one, in order. @throws MillraceError Timeout after a minute */
export async function nextStored(
  reader: Reader,
  { run, ...selection }: Selection,
  chunk: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  const asked =
    run === null ? nextOfAll({ ...selection, ...chunk }) : nextOfRun({ run, ...selection, ...chunk })
  return (await reader.read(asked, { deadlineMs: WALK_DEADLINE_MS })).map(({ urlKey }) => urlKey)
}

/**
 * How many pages a selection has, by the version of the extractor that made the newest document of each; 0: there is
 * none. Reads every page of the store once. @throws MillraceError Timeout after a minute
 */
export function countStored(
  reader: Reader,
  selection: Selection,
): Promise<readonly { readonly extractor: number; readonly pages: number }[]> {
  return reader.read(countSelected({ ...selection }), { deadlineMs: WALK_DEADLINE_MS })
}

/** The declarations of this file. */
export const selectionDefinitions = [nextOfAll, nextOfRun, countSelected].map((made) => made.definition)
