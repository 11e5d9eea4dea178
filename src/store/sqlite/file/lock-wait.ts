/**
 * Waiting for SQLite's one write lock, in the writer thread, where waiting harms nobody. The wait is a constant 1 ms
 * with jitter: with exponential backoff a newcomer overtakes whoever waited longest (Rails measured the same), and
 * SQLite's own busy handler backs off.
 */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { resultCode } from '../sqlite-error.ts'
import { describeHolder, lockHolders } from './lock-holders.ts'

const SQLITE_BUSY = 5
const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** Blocks this thread. Never call it on the main thread. */
export function sleepMs(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms)
}

/**
 * Runs `statement` (a BEGIN IMMEDIATE, a COMMIT, or a PRAGMA that needs the lock) until the lock is free.
 * Returns the milliseconds waited. @throws MillraceError Busy after `waitMsMax`
 */
export function execWhenFree(db: DatabaseSync, statement: string, waitMsMax: number): number {
  const start = performance.now()
  for (;;) {
    try {
      db.exec(statement)
      return performance.now() - start
    } catch (error) {
      if (resultCode(error) !== SQLITE_BUSY) throw error
      if (performance.now() - start > waitMsMax) throw busyFor(db.location(), waitMsMax, error)
      sleepMs(0.5 + Math.random())
    }
  }
}

/** Runs `work` in a write transaction of its own. @throws MillraceError Busy, or what `work` throws; nothing is left open */
export function transactWhenFree<T>(db: DatabaseSync, waitMsMax: number, work: () => T): T {
  execWhenFree(db, 'BEGIN IMMEDIATE', waitMsMax)
  try {
    const result = work()
    // A file that is not in WAL mode yet is read under a lock that a COMMIT has to wait for.
    execWhenFree(db, 'COMMIT', waitMsMax)
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function busyFor(path: string | null, waitMs: number, cause: unknown): MillraceError {
  const holder = path === null ? null : (lockHolders(path)?.writer ?? null)
  const who = holder === null ? 'another process' : describeHolder(holder)
  const message = `the write lock was held by ${who} for over ${waitMs} ms; see docs/troubleshooting.md, "Still locked?"`
  return new MillraceError('Busy', message, { cause, facts: { waitMs, holder: holder?.pid ?? null } })
}
