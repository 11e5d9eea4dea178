/**
 * Deleting a run: its pages in chunks, and with each chunk the documents and raw bodies that no page refers to any
 * more. A delete that is interrupted has removed whole pages; running it again removes the rest. What else knows of a
 * document (full text) is told by the caller, in the same unit: `documentsOwnedByRun` says of which.
 */
import { deleteJobs } from '../../../jobs/index.ts'
import { command, query, type Store } from '../../../store/index.ts'
import { forgetStatements } from '../../duplicates/index.ts'

/** More seeds than a run is ever started with. */
const SEEDS_MAX = 1_000_000

/*
 * Served by pages_position, so that each chunk costs the same however long the run is. By id within a unit, so that every
 * statement means the same pages.
 */
const chunk = 'SELECT id FROM pages WHERE run = :run ORDER BY position, id LIMIT :limit'

/*
 * Bodies are judged before their documents go and both before their pages: 'owned' are those to which only pages of
 * this chunk refer, that were made again of one of them, or that are earlier ones of a post which the run stored twice.
 */
const ownedDocuments = `SELECT mine.id FROM documents AS mine
  WHERE mine.id IN (SELECT document FROM pages WHERE id IN (${chunk}) AND document IS NOT NULL
      UNION SELECT id FROM documents WHERE extracted_from IN (${chunk})
      UNION SELECT earlier.id FROM pages AS page JOIN documents AS earlier
        ON earlier.url_key = page.url_key AND earlier.run = page.run WHERE page.id IN (${chunk}))
    AND NOT EXISTS (SELECT 1 FROM pages AS other WHERE other.document = mine.id AND other.id NOT IN (${chunk}))
    AND NOT EXISTS (SELECT 1 FROM pages AS other WHERE other.id = mine.extracted_from AND other.id NOT IN (${chunk}))`

/*
 * A page's body, or that of a document that goes (an earlier page's, where only the document was still the same), unless
 * another page has it or a document that stays was made of it. CROSS JOIN keeps the few that are lost in front; else all
 * pages would be read. Served by pages_raw and documents_raw.
 */
const ownedBodies = `WITH
    lost (sha256) AS (
      SELECT raw_sha256 FROM pages WHERE id IN (${chunk}) AND raw_sha256 IS NOT NULL
      UNION SELECT raw_sha256 FROM documents WHERE id IN (${ownedDocuments})),
    needed (sha256) AS (
      SELECT lost.sha256 FROM lost CROSS JOIN pages WHERE pages.raw_sha256 = lost.sha256 AND pages.id NOT IN (${chunk})
      UNION SELECT lost.sha256 FROM lost CROSS JOIN documents
        WHERE documents.raw_sha256 = lost.sha256 AND documents.id NOT IN (${ownedDocuments}))
  SELECT sha256 FROM lost EXCEPT SELECT sha256 FROM needed`

/**
 * The documents that the next `deleteRunPages` with the same limit takes along, and the version of each one's URL that
 * is then the newest, if any stays.
 */
export const documentsOwnedByRun = query({
  name: 'documents.ownedByRun',
  params: { run: 'text', limit: 'int' },
  gives: { document: 'text', survivor: 'text?' },
  sql: `SELECT owned.id, (SELECT other.id FROM documents AS other
      WHERE other.url_key = owned.url_key AND other.id NOT IN (${ownedDocuments}) ORDER BY other.position DESC LIMIT 1)
    FROM documents AS owned WHERE owned.id IN (${ownedDocuments})`,
})

/** Deletes up to `limit` pages of a run and what only they own. Repeat until none changed. */
export const deleteRunPages = command({
  name: 'pages.deleteOfRun',
  params: { run: 'text', limit: 'int' },
  statements: [
    {
      sql: `DELETE FROM raw_bodies WHERE sha256 IN (${ownedBodies}) RETURNING sha256`,
      changes: { noun: 'raw body', op: 'delete', id: 'returning' },
    },
    ...forgetStatements(ownedDocuments),
    {
      sql: `DELETE FROM documents WHERE id IN (${ownedDocuments}) RETURNING id`,
      changes: { noun: 'document', op: 'delete', id: 'returning' },
    },
    {
      sql: `DELETE FROM pages WHERE id IN (${chunk}) RETURNING id`,
      changes: { noun: 'page', op: 'delete', id: 'returning' },
    },
  ],
})

/** Deletes the run itself, and its source when it was the last run of it. */
export const deleteRunRow = command({
  name: 'runs.delete',
  params: { id: 'text' },
  statements: [
    // What its site's posts were compared with may be gone with it: the next run of the source reads all of them.
    {
      sql: 'DELETE FROM wordpress_marks WHERE source = (SELECT source FROM runs WHERE id = :id AND pages > 0)',
    },
    { sql: 'DELETE FROM wordpress_proofs WHERE run = :id' },
    { sql: 'DELETE FROM wordpress_sites WHERE run = :id' },
    {
      sql: 'DELETE FROM runs WHERE id = :id RETURNING id',
      changes: { noun: 'run', op: 'delete', id: 'returning' },
    },
    {
      sql: 'DELETE FROM sources WHERE id NOT IN (SELECT source FROM runs) RETURNING id',
      changes: { noun: 'source', op: 'delete', id: 'returning' },
    },
    { sql: 'DELETE FROM wordpress_items WHERE source NOT IN (SELECT id FROM sources)' },
    { sql: 'DELETE FROM wordpress_entities WHERE source NOT IN (SELECT id FROM sources)' },
  ],
})

/** Takes back a run that was only just started and has nothing but its seed jobs. */
export async function discardRun(store: Store, run: string): Promise<void> {
  await store.commit({ commands: [deleteJobs({ run, limit: SEEDS_MAX }), deleteRunRow({ id: run })] })
}

/** What a store must be opened with to delete a run. */
export const deleteRunDefinitions = [deleteRunPages, deleteRunRow, documentsOwnedByRun].map(
  (made) => made.definition,
)
