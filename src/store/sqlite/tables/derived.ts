/** Full text, made anew from the documents whose text was in it, some at a time. */
import type { DatabaseSync } from 'node:sqlite'

/** Documents a transaction: what FTS5 keeps in memory until its end. */
const DOCUMENTS = 500
const MADE = -1

/** Makes the derived tables of a target. */
export class Derived {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Makes the next part; false when nothing was left to be made. */
  makeSome(): boolean {
    const upTo = this.#db.prepare('SELECT derived FROM moves').get()?.['derived']
    if (upTo === MADE) return false
    if (upTo === null) this.empty()
    const numbers = this.#db
      .prepare(
        `SELECT number FROM documents AS document WHERE number > ? AND EXISTS
          (SELECT 1 FROM indexed WHERE indexed.url_key = document.url_key AND indexed.number = document.number)
        ORDER BY number LIMIT ${DOCUMENTS}`,
      )
      .all(upTo === null ? Number.MIN_SAFE_INTEGER : Number(upTo))
      .map((row) => Number(row['number']))
    this.#db
      .prepare(
        `INSERT INTO documents_text (rowid, title, text) SELECT number, title, text FROM documents
        WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number`,
      )
      .run(JSON.stringify(numbers))
    const last = numbers.length < DOCUMENTS ? MADE : (numbers.at(-1) ?? MADE)
    this.#db.prepare('UPDATE moves SET derived = ?').run(last)
    return true
  }

  /** Takes everything out of them. */
  empty(): void {
    this.#db.exec("INSERT INTO documents_text (documents_text) VALUES ('delete-all')")
  }
}
