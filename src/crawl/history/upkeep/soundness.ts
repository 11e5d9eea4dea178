/** What a look at the stored history can find odd: bodies that nothing refers to, and times that have not come yet. */
import { query, type Reader } from '../../../store/index.ts'

/** Raw bodies that no page and no document refers to. */
export interface OrphanedBodies {
  readonly count: number
  /** Compressed, as they are stored. */
  readonly bytes: number
}

const CHUNK = 20_000

interface OrphanChunk {
  readonly last: string | null
  readonly count: number
  readonly bytes: number
}

/* Served by the key of raw_bodies, pages_raw and documents_raw; the body itself is not read. */
const orphanChunk = query({
  name: 'raw_bodies.orphans',
  params: { after: 'text', limit: 'int' },
  gives: { last: 'text?', count: 'int', bytes: 'int' },
  sql: `SELECT max(sha256), coalesce(sum(orphaned), 0), coalesce(sum(orphaned * size), 0) FROM (
    SELECT sha256, length(body) AS size, iif(
      NOT EXISTS (SELECT 1 FROM pages WHERE pages.raw_sha256 = raw_bodies.sha256)
      AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.raw_sha256 = raw_bodies.sha256), 1, 0) AS orphaned
    FROM raw_bodies WHERE sha256 > :after ORDER BY sha256 LIMIT :limit) AS looked_at`,
})

/* Each table's newest row by its rowid, so that nothing is scanned. */
const newestTimes = query({
  name: 'history.newestTime',
  params: {},
  gives: { at: 'int?' },
  sql: `SELECT max(at) FROM (
    SELECT at FROM (SELECT fetched_at AS at FROM pages ORDER BY id DESC LIMIT 1) AS page
    UNION ALL SELECT at FROM (SELECT created_at AS at FROM documents ORDER BY number DESC LIMIT 1) AS document
    UNION ALL SELECT at FROM (SELECT started_at AS at FROM runs ORDER BY id DESC LIMIT 1) AS run) AS newest`,
})

/** The declarations of this file. */
export const soundnessQueries = [orphanChunk.definition, newestTimes.definition]

/** Counts them in chunks, so that no read lasts. */
export async function countOrphanedBodies(reader: Reader): Promise<OrphanedBodies> {
  const sum = { count: 0, bytes: 0 }
  let after: string | null = ''
  while (after !== null) {
    const [chunk]: readonly OrphanChunk[] = await reader.read(orphanChunk({ after, limit: CHUNK }))
    sum.count += chunk?.count ?? 0
    sum.bytes += chunk?.bytes ?? 0
    after = chunk?.last ?? null
  }
  return sum
}

/** The time of the newest page, document or run, in milliseconds since 1970; null when there is none. */
export async function newestTime(reader: Reader): Promise<number | null> {
  const [row] = await reader.read(newestTimes({}))
  return row?.at ?? null
}
