/**
 * Full text follows the documents inside the writer: rows move from table to index by SQL alone. In SQLite documents_text
 * has external content, so FTS5 must be told the very values it indexed to take an entry out again; documents are never
 * changed, so they still hold them. On Postgres it is a table of words by document. `indexed` remembers which version of
 * each URL has its entry.
 */
import { command } from '../store/index.ts'

/** The URLs of the documents named, each once: two versions of one URL may be named together. */
const asked = `(SELECT DISTINCT url_key FROM documents WHERE id IN (SELECT value FROM json_each(:documents))) AS asked`

/** The newest document version of the URL of `asked`. Served by documents_versions. */
const newestNumber = `(SELECT version.number FROM documents AS version WHERE version.url_key = asked.url_key
    ORDER BY version.position DESC, version.number DESC LIMIT 1)`

const toIndex = `FROM ${asked} JOIN documents AS newest ON newest.number = ${newestNumber}
        WHERE newest.number IS DISTINCT FROM (SELECT number FROM indexed WHERE indexed.url_key = asked.url_key)
        ORDER BY newest.number`

/**
 * Moves the full text of the documents' URLs to each URL's newest document version, whichever version was named: an older
 * one can so never replace a newer one. Does nothing where it is there already, or when no such document exists.
 *
 * Many at a time, in one statement each: FTS5 writes out what it has collected before any later statement that may have
 * to be undone (its xSavepoint), and what it writes out a document at a time costs twice as much.
 */
export const indexDocuments = command({
  name: 'search.index',
  params: { documents: 'json' },
  statements: [
    {
      sql: `INSERT INTO documents_text (documents_text, rowid, title, text)
        SELECT 'delete', old.number, old.title, old.text
        FROM ${asked} JOIN indexed ON indexed.url_key = asked.url_key JOIN documents AS old ON old.number = indexed.number
        WHERE old.number <> ${newestNumber} ORDER BY old.number`,
      postgres: `DELETE FROM documents_text WHERE number IN (SELECT indexed.number
        FROM ${asked} JOIN indexed ON indexed.url_key = asked.url_key WHERE indexed.number <> ${newestNumber})`,
    },
    {
      sql: `INSERT INTO documents_text (rowid, title, text)
        SELECT newest.number, newest.title, newest.text
        ${toIndex}`,
      postgres: `INSERT INTO documents_text (number, words)
        SELECT newest.number, document_words(newest.title, newest.text) ${toIndex}`,
    },
    {
      sql: `INSERT INTO indexed (url_key, number) SELECT asked.url_key, ${newestNumber} FROM ${asked} WHERE true
        ON CONFLICT (url_key) DO UPDATE SET number = excluded.number WHERE indexed.number <> excluded.number`,
    },
  ],
})

/**
 * Takes a document out of full text; does nothing when it is not the indexed version of its URL. It must come before
 * the document is deleted, in the same unit. An older version that stays is found again once `indexDocuments` names it,
 * after the deletion.
 */
export const forgetIndexed = command({
  name: 'search.forget',
  params: { document: 'text' },
  statements: [
    {
      sql: `INSERT INTO documents_text (documents_text, rowid, title, text)
        SELECT 'delete', document.number, document.title, document.text
        FROM documents AS document JOIN indexed ON indexed.url_key = document.url_key
        WHERE document.id = :document AND indexed.number = document.number`,
      postgres: `DELETE FROM documents_text WHERE number IN (SELECT indexed.number
        FROM documents AS document JOIN indexed ON indexed.url_key = document.url_key
        WHERE document.id = :document AND indexed.number = document.number)`,
    },
    {
      sql: `DELETE FROM indexed WHERE (url_key, number) IN
          (SELECT url_key, number FROM documents WHERE id = :document)`,
    },
  ],
})

/**
 * Merges the parts of the full-text index into one: smaller and faster to read, at the price of writing it anew. On
 * Postgres what waits to be merged is merged.
 */
export const tidyIndex = command({
  name: 'search.tidy',
  params: {},
  statements: [
    {
      sql: "INSERT INTO documents_text (documents_text) VALUES ('optimize')",
      postgres: "SELECT gin_clean_pending_list('documents_text_words'::regclass)",
    },
  ],
})
