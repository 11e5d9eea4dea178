/**
 * Who is in which cluster, and which member is its canonical one: of those that are looked at, the one with the shortest
 * URL, the first in byte order where two are as short. That is asked anew each time and never kept: so it is the same for
 * the same documents, whenever each of them came, and is never one that was left out or deleted.
 */
import { query, type Reader, type Shape, type Values } from '../../store/index.ts'

/** Which documents are looked at. */
export interface MembersScope {
  /** Those of this run's pages; null: the newest document of each URL. */
  readonly run: string | null
  /** As of this position. */
  readonly upTo: number
}

/** A document's place among its duplicates. */
export interface Membership {
  /**
   * 32 hex digits: the least fingerprint of the cluster, which a document that joins later can lower. A document without
   * duplicates is a cluster of one.
   */
  readonly cluster: string
  /** URL of the canonical member; null when the document is that itself. */
  readonly duplicateOf: string | null
}

const clusters = query({
  name: 'duplicates.clusters',
  params: { documents: 'json' },
  gives: { document: 'text', urlKey: 'text', cluster: 'int', a: 'int', b: 'int', c: 'int', d: 'int' },
  sql: `SELECT documents.id, documents.url_key, least.number, least.a, least.b, least.c, least.d
    FROM json_each(:documents) AS named CROSS JOIN documents
      CROSS JOIN document_fingerprints AS has CROSS JOIN fingerprints CROSS JOIN fingerprints AS least
    WHERE documents.id = named.value AND has.document = documents.number AND fingerprints.number = has.fingerprint
      AND least.number = fingerprints.cluster AND in_time()`,
})

const canonicalOf = { cluster: 'int', urlKey: 'text', url: 'text' } as const satisfies Shape

const canonicalOfRun = query({
  name: 'duplicates.canonicalOfRun',
  params: { clusters: 'json', run: 'text', upTo: 'int' },
  gives: canonicalOf,
  sql: canonicalSql('page.document = document.id', 'page.run = :run AND page.position <= :upTo'),
})

/* As an export takes them: each URL's newest document, with the newest page that has one or that it was made of. */
const canonicalOfLatest = query({
  name: 'duplicates.canonicalOfLatest',
  params: { clusters: 'json', upTo: 'int' },
  gives: canonicalOf,
  sql: canonicalSql(
    'page.url_key = document.url_key',
    `document.position = (SELECT max(newer.position) FROM documents AS newer
      WHERE newer.url_key = document.url_key AND newer.position <= :upTo)
    AND page.position = (SELECT max(newer.position) FROM pages AS newer
      WHERE newer.url_key = document.url_key AND newer.position <= :upTo
        AND (newer.document IS NOT NULL OR newer.id = document.extracted_from))`,
  ),
})

type Canonical = Values<typeof canonicalOf>

/** Canonical documents that a teller remembers, so that a large cluster is not read anew for each of its members. */
const REMEMBERED_MAX = 10_000

/**
 * Tells the memberships of documents that are within the scope, by their id, some at a time. A document that has no
 * fingerprint yet, or whose cluster is being joined anew, has none. Clusters are as of now, also with an earlier `upTo`.
 * What is told rejects with MillraceError Timeout, Closed, Corrupt, InputOutput.
 */
export function membersTeller(reader: Reader, scope: MembersScope): MembersTeller {
  const known = new Map<number, Canonical>()
  return async (documents) => {
    const rows = await reader.read(clusters({ documents }))
    const asked = new Set(rows.map(({ cluster }) => cluster).filter((cluster) => !known.has(cluster)))
    for (const found of await reader.read(canonicalIn(scope, [...asked]))) known.set(found.cluster, found)
    const told = rows.flatMap(({ document, urlKey, cluster, a, b, c, d }) => {
      const canonical = known.get(cluster)
      if (canonical === undefined) return []
      const duplicateOf = canonical.urlKey === urlKey ? null : canonical.url
      return [[document, { cluster: [a, b, c, d].map(hex).join(''), duplicateOf }] as const]
    })
    for (const oldest of known.keys()) if (known.size > REMEMBERED_MAX) known.delete(oldest)
    return new Map(told)
  }
}

/** What `membersTeller` gives. */
export type MembersTeller = (documents: readonly string[]) => Promise<ReadonlyMap<string, Membership>>

function canonicalIn({ run, upTo }: MembersScope, asked: readonly number[]) {
  return run === null
    ? canonicalOfLatest({ clusters: asked, upTo })
    : canonicalOfRun({ clusters: asked, run, upTo })
}

const counts = query({
  name: 'duplicates.counts',
  params: {},
  gives: { documents: 'int', texts: 'int', clusters: 'int', largest: 'int' },
  sql: `SELECT coalesce(sum(members), 0), coalesce(sum(texts), 0), count(*), coalesce(max(members), 0) FROM (
    SELECT count(*) AS members, count(DISTINCT document.sha256) AS texts
    FROM documents AS document
      LEFT JOIN document_fingerprints AS has ON has.document = document.number
      LEFT JOIN fingerprints AS fingerprint ON fingerprint.number = has.fingerprint
    WHERE in_time() AND document.position = (SELECT max(position) FROM documents AS newer
      WHERE newer.url_key = document.url_key)
    GROUP BY coalesce(CAST(fingerprint.cluster AS TEXT), document.sha256)) AS clusters`,
})

/** A whole store in numbers: of the newest document of each URL. */
export interface DuplicateCounts {
  readonly documents: number
  /** Documents whose text another one has too: all but one of each group. */
  readonly duplicates: number
  /** Documents beyond those that nearly say what another one says: all but one of each cluster. */
  readonly nearDuplicates: number
  /** Documents of the largest cluster. */
  readonly largest: number
}

/** How long counting may take: it reads every document's head once. */
const COUNT_DEADLINE_MS = 600_000

/** @throws MillraceError Timeout, Closed, Corrupt, InputOutput */
export async function duplicateCounts(reader: Reader): Promise<DuplicateCounts> {
  const [row] = await reader.read(counts({}), { deadlineMs: COUNT_DEADLINE_MS })
  const { documents, texts, clusters, largest } = row ?? { documents: 0, texts: 0, clusters: 0, largest: 0 }
  return { documents, duplicates: documents - texts, nearDuplicates: texts - clusters, largest }
}

/* `hasDocument` joins the documents of a cluster with pages, `isInScope` says which pairs are looked at. */
function canonicalSql(hasDocument: string, isInScope: string): string {
  return `SELECT chosen.cluster, page.url_key, page.url
    FROM (SELECT asked.cluster, (
        SELECT page.id FROM fingerprints
          CROSS JOIN document_fingerprints AS has CROSS JOIN documents AS document CROSS JOIN pages AS page
        WHERE fingerprints.cluster = asked.cluster AND has.fingerprint = fingerprints.number
          AND document.number = has.document AND ${hasDocument} AND ${isInScope} AND in_time()
        ORDER BY length(page.url_key), page.url_key LIMIT 1) AS page
      FROM (SELECT CAST(value AS BIGINT) AS cluster FROM json_each(:clusters)) AS asked) AS chosen
    CROSS JOIN pages AS page WHERE page.id = chosen.page`
}

function hex(band: number): string {
  return band.toString(16).padStart(8, '0')
}

/** What a store must be opened with to tell members. */
export const memberDefinitions = [clusters, canonicalOfRun, canonicalOfLatest, counts].map(
  (made) => made.definition,
)
