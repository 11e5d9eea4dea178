/** A connection that can not write at all, not even move the log of somebody killed into the file. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { openForReading } from '../file/index.ts'

/** The connection and its end. */
export interface TablesConnection {
  readonly db: DatabaseSync
  /** Takes along the empty log that such a connection leaves where there was none. */
  readonly close: () => void
}

/** Opens an existing database. */
export function openForTables(path: string): TablesConnection {
  const hadLog = bytesOf(`${path}-wal`) !== undefined
  const db = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  db.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY')
  db.exec('PRAGMA cache_size = -4096')
  return {
    db,
    close() {
      db.close()
      // One that may write takes the log along when it is the last to close; an empty one changes nothing in the file.
      if (!hadLog && bytesOf(`${path}-wal`) === 0) openAndClose(path)
    },
  }
}

function openAndClose(path: string): void {
  const db = openForReading(path)
  db.prepare('PRAGMA schema_version').get()
  db.close()
}

function bytesOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
