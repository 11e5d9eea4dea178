/** A connection for reading only, which leaves nothing behind. */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/**
 * Opens an existing database so that no statement can write to it. The file itself is opened for writing where that is
 * allowed: a connection that is read-only to SQLite can not take its -wal and -shm along when it is the last to close,
 * and a user who exported a crawl would find three files where there was one.
 */
export function openForReading(path: string): DatabaseSync {
  const url = pathToFileURL(path)
  url.searchParams.set('mode', 'rw')
  const db = new DatabaseSync(url, { timeout: 1_000 })
  db.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY')
  return db
}
