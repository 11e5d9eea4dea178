/**
 * Forgets old change rows and idempotency keys, a little with each batch, so that no commit ever has much to delete,
 * and yet at least as fast as a full batch adds them.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DUE_MAX, DUE_MIN, KEY_KEPT_MS } from '../../queue/index.ts'

/** Prunes within the caller's transaction. */
export class Retention {
  readonly #changesKept: number
  readonly #oldest: StatementSync
  readonly #pruneChanges: StatementSync
  readonly #setPruned: StatementSync
  readonly #pruneKeys: StatementSync

  constructor(db: DatabaseSync, changesKept: number) {
    this.#changesKept = changesKept
    this.#oldest = db.prepare('SELECT min(position) AS position FROM changes')
    this.#pruneChanges = db.prepare('DELETE FROM changes WHERE position <= ?')
    this.#setPruned = db.prepare("UPDATE counters SET value = ? WHERE name = 'changes_pruned_to'")
    // By commits_at.
    this.#pruneKeys = db.prepare(
      'DELETE FROM commits WHERE key IN (SELECT key FROM commits WHERE at < ? ORDER BY at LIMIT ?)',
    )
  }

  /** Deletes what is past its time. */
  prune(latest: number, now: number): void {
    this.#pruneKeys.run(now - KEY_KEPT_MS, DUE_MAX)
    const oldest = Number(this.#oldest.get()?.['position'] ?? latest)
    const upTo = Math.min(latest - this.#changesKept, oldest + DUE_MAX)
    if (upTo - oldest < DUE_MIN) return
    this.#pruneChanges.run(upTo)
    this.#setPruned.run(upTo)
  }
}
