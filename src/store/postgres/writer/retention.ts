/**
 * Forgets old change rows and idempotency keys, a little with each batch, so that no commit ever has much to delete,
 * and yet at least as fast as a full batch adds them. Where it goes on is kept beside the position: the least position
 * that is left would have to be looked for among rows that are deleted and not yet vacuumed.
 */
import type { Sent } from '../connect/index.ts'
import type { Begun } from './begin.ts'

/** Idempotency keys are kept for 7 days. */
const KEY_KEPT_MS = 7 * 24 * 3_600_000
/** Positions or keys deleted at once: more than the 1,000 units of a full batch add. */
const DUE_MAX = 2_000
/** Left until so many are due. */
const DUE_MIN = 500

const PRUNE_KEYS =
  'DELETE FROM commits WHERE key IN (SELECT key FROM commits WHERE at < $1::bigint ORDER BY at LIMIT $2::bigint)'
const PRUNE_CHANGES = 'DELETE FROM changes WHERE position > $2::bigint AND position <= $1::bigint'
const SET_PRUNED = `UPDATE counters SET value = greatest(value, $1::bigint) WHERE name = 'changes_pruned_to'`

/** What deletes what is past its time. */
export function pruneStatements(
  { latest, prunedTo }: Begun,
  { now, changesKept }: { readonly now: number; readonly changesKept: number },
): readonly Sent[] {
  const keys = { name: 'prune keys', text: PRUNE_KEYS, params: [now - KEY_KEPT_MS, DUE_MAX] }
  const upTo = Math.min(latest - changesKept, prunedTo + DUE_MAX)
  if (upTo - prunedTo < DUE_MIN) return [keys]
  return [
    keys,
    { name: 'prune changes', text: PRUNE_CHANGES, params: [upTo, prunedTo] },
    { name: 'set pruned', text: SET_PRUNED, params: [upTo] },
  ]
}
