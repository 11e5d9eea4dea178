/**
 * Clusters: the connected parts of the graph that joins every two near fingerprints. Which texts are in one cluster
 * follows from the texts alone, never from the order in which they came. All is decided inside the writer, in the unit
 * that writes the document, so that two processes can not decide at once.
 */
import { command, query, type Statement, type Store } from '../../store/index.ts'
import { nearSelects } from './near.ts'

const row = { document: 'text', algorithm: 'int', a: 'int', b: 'int', c: 'int', d: 'int' } as const

const isThis = 'algorithm = :algorithm AND a = :a AND b = :b AND c = :c AND d = :d'

/**
 * Gives a document its fingerprint, after `addDocument` in the unit; does nothing when that added none. A new fingerprint
 * joins the clusters of all that are near it; they become one, named by its least member. Costs a look into four indexes,
 * and a row for each fingerprint whose cluster gets another name.
 */
export const addFingerprint = command({
  name: 'duplicates.add',
  params: row,
  statements: [
    {
      sql: `INSERT INTO fingerprints (algorithm, a, b, c, d) SELECT :algorithm, :a, :b, :c, :d
        WHERE EXISTS (SELECT 1 FROM documents WHERE id = :document) ON CONFLICT DO NOTHING`,
    },
    {
      sql: `INSERT INTO document_fingerprints (document, fingerprint)
        SELECT documents.number, fingerprints.number FROM documents CROSS JOIN fingerprints
        WHERE documents.id = :document AND ${isThis} ON CONFLICT DO NOTHING`,
    },
    {
      sql: `WITH
          self AS MATERIALIZED (SELECT * FROM fingerprints WHERE ${isThis} AND cluster IS NULL),
          met AS MATERIALIZED (SELECT DISTINCT cluster AS number FROM fingerprints
            WHERE number IN (${nearSelects('near.number', 'self').join(' UNION ALL ')}) AND cluster IS NOT NULL),
          least AS MATERIALIZED (SELECT number FROM fingerprints
            WHERE number IN (SELECT number FROM self UNION SELECT number FROM met) ORDER BY a, b, c, d LIMIT 1)
        UPDATE fingerprints SET cluster = (SELECT number FROM least)
        WHERE (number IN (SELECT number FROM self) OR cluster IN (SELECT number FROM met))
          AND cluster IS DISTINCT FROM (SELECT number FROM least)`,
    },
  ],
})

const REACHED = 'near.number, near.algorithm, near.a, near.b, near.c, near.d'

/* Postgres wants `reached` to be named once where it is being made. */
const nearToReached = nearSelects(
  REACHED,
  '(SELECT reached.algorithm, reached.a, reached.b, reached.c, reached.d) AS self',
).join(' UNION ALL ')

/* `step`: the fingerprints that are near those reached so far. */
const rejoinSql = (step: string) => `WITH RECURSIVE
          reached (number, algorithm, a, b, c, d) AS MATERIALIZED (
            SELECT * FROM (SELECT number, algorithm, a, b, c, d FROM fingerprints
              WHERE cluster IS NULL ORDER BY number LIMIT 1) AS waiting
            UNION ${step}),
          least AS MATERIALIZED (SELECT number FROM reached ORDER BY a, b, c, d LIMIT 1)
        UPDATE fingerprints SET cluster = (SELECT number FROM least)
        WHERE number IN (SELECT number FROM reached) AND cluster IS DISTINCT FROM (SELECT number FROM least)`

/**
 * Joins one fingerprint that waits for it, with all it is connected with, however far. `isLeft` says whether others wait.
 * Its cost grows with the cluster.
 */
const rejoin = command({
  name: 'duplicates.rejoin',
  params: {},
  gives: { isLeft: 'bool' },
  statements: [
    {
      sql: rejoinSql(nearSelects(REACHED, 'reached AS self').join(' UNION ')),
      postgres: rejoinSql(`SELECT met.* FROM reached CROSS JOIN LATERAL (${nearToReached}) AS met`),
    },
    { sql: 'SELECT EXISTS (SELECT 1 FROM fingerprints WHERE cluster IS NULL)', gives: true },
  ],
})

const anyWaiting = query({
  name: 'duplicates.anyWaiting',
  params: {},
  gives: { isLeft: 'bool' },
  sql: 'SELECT EXISTS (SELECT 1 FROM fingerprints WHERE cluster IS NULL)',
})

/** Clusters joined in one unit: so few that other writers do not wait long. */
const REJOINED_A_UNIT = 20

/**
 * Joins whatever waits for it: after deletions, and what a deletion that was interrupted left. Ends when nothing waits;
 * killed before that, the rest waits for the next call.
 */
export async function rejoinClusters(store: Store): Promise<void> {
  const [waiting] = await store.read(anyWaiting({}))
  let isLeft = waiting?.isLeft ?? false
  while (isLeft) {
    const rows = Array.from({ length: REJOINED_A_UNIT }, () => ({}))
    const { results } = await store.commit({ commands: [rejoin.all(rows)] })
    isLeft = results[0].rows.at(-1)?.isLeft ?? false
  }
}

/**
 * What goes before documents are deleted, in the same command: fingerprints that none but these documents have go, and
 * what was in a cluster with them waits to be joined anew, since they may have been what held it together.
 * `ownedDocuments` is a SELECT of the documents' ids.
 */
export function forgetStatements(ownedDocuments: string): readonly Statement[] {
  const lost = `SELECT has.fingerprint FROM documents CROSS JOIN document_fingerprints AS has
    WHERE has.document = documents.number AND documents.id IN (${ownedDocuments}) AND NOT EXISTS (
      SELECT 1 FROM document_fingerprints AS other CROSS JOIN documents AS kept
      WHERE kept.number = other.document AND other.fingerprint = has.fingerprint AND kept.id NOT IN (${ownedDocuments}))`
  return [
    {
      sql: `UPDATE fingerprints SET cluster = NULL WHERE cluster IN
        (SELECT cluster FROM fingerprints WHERE number IN (${lost}))`,
    },
    { sql: `DELETE FROM fingerprints WHERE number IN (${lost})` },
  ]
}

/** What a store must be opened with to form clusters. */
export const joinDefinitions = [addFingerprint, rejoin, anyWaiting].map((made) => made.definition)
