/**
 * Forgets old change rows and idempotency keys, a little with each batch, so that no commit ever has much to delete.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Idempotency keys are kept for 7 days. */
const KEY_KEPT_MS = 7 * 24 * 3_600_000
const BATCHES_BETWEEN = 64
const ROWS_AT_ONCE = 2_000

/** Prunes within the caller's transaction. */
export class Retention {
  readonly #changesKept: number
  readonly #oldest: StatementSync
  readonly #pruneChanges: StatementSync
  readonly #setPruned: StatementSync
  readonly #pruneKeys: StatementSync
  #batches = 0

  constructor(db: DatabaseSync, changesKept: number) {
    this.#changesKept = changesKept
    this.#oldest = db.prepare('SELECT min(position) AS position FROM changes')
    this.#pruneChanges = db.prepare('DELETE FROM changes WHERE position <= ?')
    this.#setPruned = db.prepare("UPDATE counters SET value = ? WHERE name = 'changes_pruned_to'")
    this.#pruneKeys = db.prepare(
      'DELETE FROM commits WHERE key IN (SELECT key FROM commits WHERE at < ? ORDER BY at LIMIT ?)',
    )
  }

  /** Deletes what is past its time, every 64th batch. */
  prune(latest: number, now: number): void {
    if (this.#batches++ % BATCHES_BETWEEN !== 0) return
    this.#pruneKeys.run(now - KEY_KEPT_MS, ROWS_AT_ONCE)
    const oldest = Number(this.#oldest.get()?.['position'] ?? latest)
    const upTo = Math.min(latest - this.#changesKept, oldest + ROWS_AT_ONCE)
    if (upTo < oldest) return
    this.#pruneChanges.run(upTo)
    this.#setPruned.run(upTo)
  }
}
