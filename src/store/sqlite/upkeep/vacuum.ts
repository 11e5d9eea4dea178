/** Writes a database anew without its free pages. Runs in the process that handles files. */
import { DatabaseSync } from 'node:sqlite'
import { execWhenFree } from '../file/index.ts'

/** An index or a checkpoint of another process may be at its last page. */
const WAIT_MS = 5_000

/**
 * VACUUM keeps the write lock and brings every page into the log, in one transaction: killed at any instant, the file
 * is as it was. Needs about twice the file's size beside it meanwhile. @throws MillraceError Busy, DiskFull
 */
export function vacuum(path: string): void {
  using db = new DatabaseSync(path, { timeout: 0 })
  db.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA temp_store = FILE')
  execWhenFree(db, 'VACUUM', WAIT_MS)
  execWhenFree(db, 'PRAGMA wal_checkpoint(TRUNCATE)', WAIT_MS)
}
