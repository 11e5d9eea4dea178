/**
 * When the log goes into the file. SQLite would do this by itself after a commit, but it swallows what the disk says
 * then: a failed sync of the log would go unheard, and later commits would be acknowledged on top of pages that the
 * kernel has given up. So it is asked for here, where it can be heard.
 */
import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { sqliteError } from '../sqlite-error.ts'

/** Free room, in lengths of the log, below which a found log is left as it is. */
const ROOM_MIN_LOGS = 2

/** Moves a long log into the file. */
export class Checkpoints {
  readonly #db: DatabaseSync
  readonly #pagesMax: number
  readonly #look: StatementSync

  /** `pagesMax`: pages in the log from which on every commit tries. */
  constructor(db: DatabaseSync, pagesMax: number) {
    this.#db = db
    this.#pagesMax = pagesMax
    db.exec('PRAGMA wal_autocheckpoint = 0')
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)')
  }

  /** To be called outside a transaction. @throws MillraceError when the disk failed; a full one is no harm here */
  runIfDue(): void {
    this.#run(() => Number(this.#look.get()?.['log']) >= this.#pagesMax)
  }

  /**
   * Writes what was found in the log into the file and syncs both, before anything is built on it: when an earlier
   * process ended with a failed sync, the log can be whole in the page cache and yet not on the disk. Left alone where
   * this would take the room that commits need. @throws MillraceError when the disk failed
   */
  settleFound(path: string): void {
    this.#run(() => {
      const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
      const { bavail, bsize } = statfsSync(dirname(path))
      return log > 0 && bavail * bsize > ROOM_MIN_LOGS * log
    })
  }

  #run(isDue: () => boolean): void {
    try {
      if (isDue()) this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch (thrown) {
      const error = sqliteError(thrown)
      // The log keeps what the file has no room for, and a later commit tries again.
      if (error.code !== 'DiskFull' && error.code !== 'Busy') throw error
    }
  }
}
