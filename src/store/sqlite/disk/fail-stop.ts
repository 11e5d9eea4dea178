/**
 * The end of a write connection whose disk failed. After a failed sync the kernel may drop the pages it could not
 * write and call them clean, so that a second sync succeeds and means nothing; and a checkpoint would copy such pages
 * from the log into the file. Only a fresh start reads what is really there. So this connection is given up at once:
 * it writes nothing more, not even the checkpoint that SQLite makes when the last connection is closed.
 */
import { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'

/** Watches over one write connection. */
export class FailStop {
  readonly #db: DatabaseSync
  readonly #path: string
  #reason: MillraceError | undefined
  #guard: DatabaseSync | undefined

  constructor(db: DatabaseSync, path: string) {
    this.#db = db
    this.#path = path
  }

  /** Whether the connection was given up. */
  get isStopped(): boolean {
    return this.#reason !== undefined
  }

  /** @throws MillraceError what it was given up for, applied 'no', once the connection was given up */
  check(): void {
    if (this.#reason !== undefined) throw this.#reason
  }

  /** Gives the connection up when `error` says that the disk failed; returns whether it is given up. */
  note(error: MillraceError): boolean {
    if (error.code === 'InputOutput') this.giveUp(error)
    return this.isStopped
  }

  /** Gives the connection up, whatever `error` is. */
  giveUp(error: MillraceError): void {
    if (this.#reason !== undefined) return
    this.#reason = new MillraceError(
      error.code,
      `the store stopped after the disk failed, open it again to go on: ${error.message}`,
      { cause: error, applied: 'no', facts: error.facts },
    )
    try {
      this.#guard = openGuard(this.#path)
      this.#db.close()
    } catch {
      // Not even reading works. The connection stays open and unused until the process ends.
    }
  }

  /** Closes what is left open. */
  close(): void {
    if (this.#reason === undefined) this.#db.close()
    this.#guard?.close()
  }
}

/**
 * A connection that keeps the others from being the last, and that can not checkpoint when it is the last itself:
 * its descriptor is read-only, so SQLite does not get the exclusive lock that this takes.
 */
function openGuard(path: string): DatabaseSync {
  const guard = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  guard.prepare('SELECT count(*) FROM sqlite_schema').get()
  return guard
}
