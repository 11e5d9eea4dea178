/**
 * Forgets old change rows and idempotency keys, a little with each batch, so that no commit ever has much to delete,
 * and yet at least as fast as a full batch adds them. Where it goes on is kept beside the position: the least position
 * that is left would have to be looked for among rows that are deleted and not yet vacuumed.
 */
import { DUE_MAX, DUE_MIN, KEY_KEPT_MS } from '../../queue/index.ts'
import type { Sent } from '../connect/index.ts'
import type { Begun } from './begin.ts'

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
