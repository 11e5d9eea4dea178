/**
 * Keeps the write-ahead log bounded. SQLite begins the log anew only at an instant when nobody reads from it, and where
 * reads overlap that instant never comes. So when the log has grown to its bound, the writer holds the lock and waits:
 * once all of the log is in the file, new reads leave it alone, and those of before end at their deadline of 5 s.
 *
 *   half of the bound: tries, without waiting --> the bound: waits --> somebody still reads: goes on, and says who
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { sqliteError } from '../sqlite-error.ts'

/**
 * Twice a read's deadline, for reads that began before the wait and for those that began before all was in the file,
 * and half as much again; well below what others wait for the lock.
 */
const READERS_END_MS = 15_000
/** SQLite pauses ever longer between its looks at a reader, so a wait is made of short ones. */
const TRY_MS = 200
/** Between two tries the log grows by this part of its bound. */
const STEP_SHARE = 1 / 16
const FRAME_HEAD_BYTES = 24
/** Whoever waited so long for the lock has seen another process wait for the same readers. */
const OTHERS_WAITED_MS = 5_000

/** How far the log may grow, and how long readers are then waited for; default 15 s. */
export interface LogBounds {
  readonly bytesMax: number
  readonly readersEndMs?: number
  /** Told how long the log was when waiting did not help, and 0 when it could begin anew after that. */
  readonly onPinned?: (bytes: number) => void
}

/** Watches one database's log. */
export class LogBound {
  readonly #db: DatabaseSync
  readonly #bytesMax: number
  readonly #readersEndMs: number
  readonly #onPinned: (bytes: number) => void
  readonly #look: StatementSync
  readonly #frameBytes: number
  #tryAt: number
  #isPinned = false

  constructor(db: DatabaseSync, bounds: LogBounds) {
    const { bytesMax, readersEndMs = READERS_END_MS, onPinned = () => undefined } = bounds
    this.#db = db
    this.#onPinned = onPinned
    this.#bytesMax = bytesMax
    this.#readersEndMs = readersEndMs
    this.#tryAt = bytesMax / 2
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#frameBytes = Number(db.prepare('PRAGMA page_size').get()?.['page_size']) + FRAME_HEAD_BYTES
  }

  /**
   * To be called between batches, with what the last one waited for the lock. Takes 15 s at most, and nearly
   * always microseconds. @throws MillraceError when the disk failed
   */
  keep(lockWaitedMs: number): void {
    const bytes = Number(this.#look.get()?.['log']) * this.#frameBytes
    if (bytes < this.#bytesMax / 2) this.#begin()
    if (bytes < this.#tryAt) return
    if (lockWaitedMs > OTHERS_WAITED_MS) this.#isPinned = true
    const isToWait = bytes >= this.#bytesMax && !this.#isPinned
    if (this.#restart(isToWait ? this.#readersEndMs : 0)) return this.#begin()
    this.#tryAt = bytes + this.#bytesMax * STEP_SHARE
    if (isToWait) this.#giveUp(bytes)
  }

  #begin(): void {
    this.#tryAt = this.#bytesMax / 2
    if (this.#isPinned) this.#onPinned(0)
    this.#isPinned = false
  }

  /** Tries until the log can begin anew or the time is over; at least once. */
  #restart(waitMs: number): boolean {
    const until = performance.now() + waitMs
    do {
      if (this.#tryRestart(Math.min(waitMs, TRY_MS))) return true
    } while (performance.now() < until)
    return false
  }

  #tryRestart(waitMs: number): boolean {
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${waitMs}`)
      return this.#db.prepare('PRAGMA wal_checkpoint(RESTART)').get()?.['busy'] === 0
    } catch (thrown) {
      const error = sqliteError(thrown)
      // The log keeps what the file has no room for.
      if (error.code !== 'DiskFull' && error.code !== 'Busy') throw error
      return false
    } finally {
      this.#db.exec('PRAGMA busy_timeout = 0')
    }
  }

  /** Waiting again and again would stop all writing for the sake of one reader that is none of ours. */
  #giveUp(bytes: number): void {
    this.#isPinned = true
    this.#onPinned(bytes)
  }
}
