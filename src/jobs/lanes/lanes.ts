/**
 * Lanes: the keys that order, pace and limit jobs, a host for fetching. Their state is rows, so that it survives
 * restarts and is shared by every process on the store.
 */
import { command } from '../../store/index.ts'

const lane = { noun: 'lane', op: 'put', id: 'key' } as const

/** Makes a lane unless it exists: how many jobs at once, and the least milliseconds between two starts. */
export const ensureLane = command({
  name: 'lanes.ensure',
  params: { key: 'text', concurrency: 'int', gapMs: 'int' },
  statements: [
    {
      sql: `INSERT INTO lanes (key, concurrency, gap_ms, next_at, wait_until, position)
        VALUES (:key, :concurrency, :gapMs, 0, 0, :position) ON CONFLICT DO NOTHING`,
      changes: lane,
    },
  ],
})

/** Makes a lane, or changes its pace. */
export const paceLane = command({
  name: 'lanes.pace',
  params: { key: 'text', concurrency: 'int', gapMs: 'int' },
  statements: [
    {
      sql: `INSERT INTO lanes (key, concurrency, gap_ms, next_at, wait_until, position)
        VALUES (:key, :concurrency, :gapMs, 0, 0, :position)
        ON CONFLICT (key) DO UPDATE SET concurrency = excluded.concurrency, gap_ms = excluded.gap_ms,
          next_at = min(lanes.next_at, :now + excluded.gap_ms), position = excluded.position
        WHERE lanes.concurrency <> excluded.concurrency OR lanes.gap_ms <> excluded.gap_ms`,
      changes: lane,
    },
  ],
})

/** Raises a lane's gap to at least `gapMs`: a host's own wish never makes us faster. */
export const slowLane = command({
  name: 'lanes.slow',
  params: { key: 'text', gapMs: 'int' },
  statements: [
    {
      sql: 'UPDATE lanes SET gap_ms = :gapMs, position = :position WHERE key = :key AND gap_ms < :gapMs',
      changes: lane,
    },
  ],
})

/** Takes one gap out of a lane's future, for a request that was made outside of any job. */
export const restLane = command({
  name: 'lanes.rest',
  params: { key: 'text' },
  statements: [
    {
      sql: `UPDATE lanes SET next_at = max(next_at, :now + gap_ms), position = :position
        WHERE key = :key AND gap_ms > 0`,
      changes: lane,
    },
  ],
})

/** Closes a lane until a time, with an error's code and words as the reason; a longer wait that is already there stays. */
export const waitLane = command({
  name: 'lanes.wait',
  params: { key: 'text', until: 'time', code: 'text', reason: 'text' },
  statements: [
    {
      sql: `UPDATE lanes SET wait_until = :until, wait_code = :code, wait_reason = :reason, position = :position
        WHERE key = :key AND wait_until < :until`,
      changes: lane,
    },
  ],
})

/** What a store must be opened with to keep lanes. */
export const paceDefinitions = [ensureLane, paceLane, slowLane, restLane, waitLane].map(
  (made) => made.definition,
)
