/** What each lane is at: its pace, what it waits for, how much is in hand and how much is before it. */
import { query, type Shape, type Values } from '../../store/index.ts'
import { breakerOf, type BreakerState } from '../lanes/index.ts'

/** Waiting jobs are counted up to this many for each run and kind: counting a million would take long for no gain. */
export const WAITING_MAX = 1_000

const laneShape = {
  key: 'text',
  concurrency: 'int',
  gapMs: 'int',
  nextAt: 'time',
  waitUntil: 'time',
  waitReason: 'text?',
  waitCode: 'text?',
  failures: 'int',
  penaltyMs: 'int',
  openUntil: 'time',
  errorCode: 'text?',
  errorStatus: 'int?',
  errorMessage: 'text?',
  errorAt: 'time?',
  running: 'int',
  waiting: 'int',
} as const satisfies Shape

/**
 * A lane; `running` counts jobs of any run, `waiting` those of the runs asked for that could be done now but for the lane.
 * `error...` is the last that went wrong, null where nothing did; `failures` are those in a row up to now.
 */
export type LaneRow = Values<typeof laneShape>

/* Each run with each kind. */
const askedPairs = 'json_each(:runs) AS asked CROSS JOIN json_each(:kinds) AS wanted'

/** Up to `limit` lanes after a key, by key. Served by the key, jobs_running_lane and jobs_ready. */
export const laneReport = query({
  name: 'explain.lanes',
  params: { after: 'text', limit: 'int', runs: 'json', kinds: 'json' },
  gives: laneShape,
  sql: `SELECT key, concurrency, gap_ms, next_at, wait_until, wait_reason, wait_code,
      failures, penalty_ms, open_until, error_code, error_status, error_message, error_at,
      (SELECT count(*) FROM jobs WHERE lane = lanes.key AND state = 'running'),
      (SELECT coalesce(sum((SELECT count(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_ready
          WHERE run = asked.value AND kind = wanted.value AND state = 'available' AND lane = lanes.key
          LIMIT ${WAITING_MAX}) AS few)), 0)
        FROM ${askedPairs})
    FROM lanes WHERE key > :after AND in_time() ORDER BY key LIMIT :limit`,
})

/* Of one pair. Only Postgres has LATERAL; without it, it would look at every job for each pair. */
const firstDue = (column: string) => `SELECT ${column} FROM jobs AS later INDEXED BY jobs_due
        WHERE later.run = asked.value AND later.kind = wanted.value AND later.state IN ('scheduled', 'retryable')
        ORDER BY later.due_at LIMIT 1000`

/** Jobs told to come later, by lane: of each run and kind the first 1,000 that come due. */
export const laterByLane = query({
  name: 'explain.later',
  params: { runs: 'json', kinds: 'json' },
  gives: { lane: 'text', count: 'int' },
  sql: `SELECT lane, count(*) FROM ${askedPairs} CROSS JOIN jobs
    WHERE jobs.id IN (${firstDue('later.id')}) AND in_time() GROUP BY lane`,
  postgres: `SELECT lane, count(*) FROM ${askedPairs} CROSS JOIN LATERAL (${firstDue('later.lane')}) AS jobs
    GROUP BY lane`,
})

/**
 * open: a job can start at once; paced: it rests between two starts; waiting: it is closed until a time, as the host
 * asked, or because it failed too often; full: as many are in hand as it may have, which is one while a failed host is
 * being tried again.
 */
export interface LanePlight {
  readonly state: 'open' | 'paced' | 'waiting' | 'full'
  readonly breaker: BreakerState
  /** When the next job may start; null: at once, or when one in hand is done. */
  readonly nextAt: number | null
  /** The error code behind a wait. */
  readonly code: string | null
  /** Why, in the words it was closed with. */
  readonly reason: string | null
}

/** What a lane is at, at `now`. */
export function lanePlight(lane: LaneRow, now: number): LanePlight {
  const { waitUntil, openUntil, nextAt, running, concurrency } = lane
  const breaker = breakerOf(lane, now)
  const until = Math.max(waitUntil, openUntil)
  if (until > now) return { state: 'waiting', breaker, nextAt: Math.max(until, nextAt), ...whyClosed(lane) }
  const open = { breaker, nextAt: null, code: null, reason: null }
  if (nextAt > now) return { ...open, state: 'paced', nextAt }
  const slots = breaker === 'half-open' ? Math.min(1, concurrency) : concurrency
  return { ...open, state: running >= slots ? 'full' : 'open' }
}

/** Of the host's wish and the breaker the one that lasts longer. */
function whyClosed({ waitUntil, openUntil, ...lane }: LaneRow): Pick<LanePlight, 'code' | 'reason'> {
  if (waitUntil >= openUntil) return { code: lane.waitCode, reason: lane.waitReason }
  const reason = `${lane.failures} failures in a row, the last: ${lane.errorMessage ?? 'unknown'}`
  return { code: lane.errorCode, reason }
}

/** What a store must be opened with to report lanes. */
export const laneReportDefinitions = [laneReport, laterByLane].map((made) => made.definition)
