/** The write lock of a database in a test's own hand, so that a store's writer is busy for as long as the test likes. */
import { DatabaseSync } from 'node:sqlite'

/** Takes the lock as another process would; releasing it twice is harmless. */
export function holdWriteLock(path: string): { release(): void } {
  const db = new DatabaseSync(path, { timeout: 30_000 })
  db.exec('BEGIN IMMEDIATE')
  return {
    release() {
      if (!db.isOpen) return
      db.exec('ROLLBACK')
      db.close()
    },
  }
}
