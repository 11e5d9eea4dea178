/** What a connection and its file are set to before anything is written: our mark, the write-ahead log, durability. */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { APPLICATION_ID } from './engine-gate.ts'
import { execWhenFree, transactWhenFree } from './lock-wait.ts'

/** How a connection is prepared. */
export interface Preparation {
  /** How long another writer is waited for, in milliseconds. */
  readonly waitMsMax: number
  /** To how many bytes the log is cut when it begins anew. */
  readonly logBytesMax: number
}

/**
 * Prepares a write connection.
 * @throws MillraceError Busy after `waitMsMax`, NoSharedMemory where there can be no write-ahead log
 */
export function prepareFile(db: DatabaseSync, { waitMsMax, logBytesMax }: Preparation): void {
  // Written in rollback mode first, so that the main file carries our mark before a WAL exists. A file that was ours
  // can lack it: SQLite has just undone a first opening that was killed.
  transactWhenFree(db, waitMsMax, () => {
    if (pragma(db, 'application_id') === APPLICATION_ID) return
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  })
  execWhenFree(db, 'PRAGMA journal_mode = WAL', waitMsMax)
  // SQLite does not fail where it can not do so: it says what it does instead.
  const mode = pragma(db, 'journal_mode')
  if (mode !== 'wal') throw noLog(String(mode))
  db.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  db.exec(`PRAGMA journal_size_limit = ${logBytesMax}; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192`)
}

function pragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name]
}

function noLog(mode: string): MillraceError {
  const expected = 'expected a file system with shared memory for the write-ahead log'
  const message = `${expected}, but SQLite stays in mode "${mode}" there; move the database to a local disk`
  return new MillraceError('NoSharedMemory', message)
}
