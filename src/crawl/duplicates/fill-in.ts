/** What lacks a fingerprint gets one: documents of a database that is older than fingerprints. */
import { query, type Reader, type Store } from '../../store/index.ts'
import { fingerprintOf } from './fingerprint.ts'
import { addFingerprint, rejoinClusters } from './join.ts'

/** Few, because a text can have several MB. */
const DOCUMENTS_A_UNIT = 20
const NUMBERS_A_READ = 20_000

/* A window of numbers, so that a read ends although all of it has fingerprints. */
const without = query({
  name: 'duplicates.without',
  params: { after: 'int', upTo: 'int', limit: 'int' },
  gives: { number: 'int', document: 'text', text: 'text' },
  sql: `SELECT number, id, text FROM documents WHERE number > :after AND number <= :upTo AND in_time()
    AND NOT EXISTS (SELECT 1 FROM document_fingerprints AS has WHERE has.document = documents.number)
    ORDER BY number LIMIT :limit`,
})

const newest = query({
  name: 'duplicates.newestNumber',
  params: {},
  gives: { number: 'int' },
  sql: 'SELECT coalesce(max(number), 0) FROM documents',
})

/** What may be missing or wrong among the fingerprints of a store. */
export interface FingerprintGaps {
  /** Documents that have none. */
  readonly without: number
  /** Fingerprints that wait for their cluster. */
  readonly waiting: number
  /** Fingerprints that no document has, or whose cluster is named by one that is not there. */
  readonly astray: number
}

const missing = query({
  name: 'duplicates.gapsOfDocuments',
  params: { after: 'int', limit: 'int' },
  gives: { last: 'int?', without: 'int' },
  sql: `SELECT max(number), coalesce(sum(lacks), 0) FROM (SELECT number, iif(
      NOT EXISTS (SELECT 1 FROM document_fingerprints AS has WHERE has.document = documents.number), 1, 0) AS lacks
    FROM documents WHERE number > :after ORDER BY number LIMIT :limit) AS looked_at`,
})

const odd = query({
  name: 'duplicates.gapsOfFingerprints',
  params: { after: 'int', limit: 'int' },
  gives: { last: 'int?', waiting: 'int', astray: 'int' },
  sql: `SELECT max(number), count(*) FILTER (WHERE cluster IS NULL), coalesce(sum(astray), 0) FROM (SELECT number, cluster, iif(
      NOT EXISTS (SELECT 1 FROM document_fingerprints AS has WHERE has.fingerprint = fingerprints.number)
      OR (cluster IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fingerprints AS least
        WHERE least.number = fingerprints.cluster AND least.cluster = least.number)), 1, 0) AS astray
    FROM fingerprints WHERE number > :after ORDER BY number LIMIT :limit) AS looked_at`,
})

/**
 * Gives every document without one its fingerprint, and joins what waits to be joined; returns how many got one. Safe to
 * end at any instant and to run beside a crawl: what is done is done, the next call does the rest.
 */
export async function fillInFingerprints(store: Store): Promise<number> {
  let filled = 0
  const [last] = await store.read(newest({}))
  for (let after = 0; after < (last?.number ?? 0); after += NUMBERS_A_READ)
    filled += await fillInWindow(store, after, after + NUMBERS_A_READ)
  await rejoinClusters(store)
  return filled
}

async function fillInWindow(store: Store, start: number, upTo: number): Promise<number> {
  let filled = 0
  for (let after = start; ;) {
    const documents = await store.read(without({ after, upTo, limit: DOCUMENTS_A_UNIT }))
    const rows = documents.map(({ document, text }) => ({ document, ...fingerprintOf(text) }))
    if (rows.length > 0) await store.commit({ commands: [addFingerprint.all(rows)] })
    filled += rows.length
    if (documents.length < DOCUMENTS_A_UNIT) return filled
    after = documents.at(-1)?.number ?? upTo
  }
}

/** Counts in chunks, so that no read lasts. */
export async function fingerprintGaps(reader: Reader): Promise<FingerprintGaps> {
  const gaps = { without: 0, waiting: 0, astray: 0 }
  let after: number | null = 0
  while (after !== null) {
    const [chunk]: readonly { last: number | null; without: number }[] = await reader.read(
      missing({ after, limit: NUMBERS_A_READ }),
    )
    gaps.without += chunk?.without ?? 0
    after = chunk?.last ?? null
  }
  for (after = 0; after !== null;) {
    const [chunk]: readonly { last: number | null; waiting: number; astray: number }[] = await reader.read(
      odd({ after, limit: NUMBERS_A_READ }),
    )
    gaps.waiting += chunk?.waiting ?? 0
    gaps.astray += chunk?.astray ?? 0
    after = chunk?.last ?? null
  }
  return gaps
}

/** What a store must be opened with to fill in. */
export const fillInDefinitions = [without, newest, missing, odd].map((made) => made.definition)
