/** What each lane is at: its pace, what it waits for, how much is in hand and how much is before it. */
import { query, type Shape, type Values } from '../../store/index.ts'

/** Waiting jobs are counted up to this many for each run and kind: counting a million would take long for no gain. */
export const WAITING_MAX = 1_000

const laneShape = {
  key: 'text',
  concurrency: 'int',
  gapMs: 'int',
  nextAt: 'time',
  waitUntil: 'time',
  waitReason: 'text?',
  running: 'int',
  waiting: 'int',
} as const satisfies Shape

/** A lane; `running` counts jobs of any run, `waiting` those of the runs asked for that could be done now but for the lane. */
export type LaneRow = Values<typeof laneShape>

/** Up to `limit` lanes after a key, by key. Served by the key, jobs_running_lane and jobs_ready. */
export const laneReport = query({
  name: 'explain.lanes',
  params: { after: 'text', limit: 'int', runs: 'json', kinds: 'json' },
  gives: laneShape,
  sqlite: `SELECT key, concurrency, gap_ms, next_at, wait_until, wait_reason,
      (SELECT count(*) FROM jobs WHERE lane = lanes.key AND state = 'running'),
      (SELECT coalesce(sum((SELECT count(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_ready
          WHERE run = asked.value AND kind = wanted.value AND state = 'available' AND lane = lanes.key
          LIMIT ${WAITING_MAX}))), 0)
        FROM json_each(:runs) AS asked CROSS JOIN json_each(:kinds) AS wanted)
    FROM lanes WHERE key > :after AND in_time() ORDER BY key LIMIT :limit`,
})

/** Jobs told to come later, by lane: of each run and kind the first 1,000 that come due. */
export const laterByLane = query({
  name: 'explain.later',
  params: { runs: 'json', kinds: 'json' },
  gives: { lane: 'text', count: 'int' },
  sqlite: `SELECT lane, count(*) FROM json_each(:runs) AS asked CROSS JOIN json_each(:kinds) AS wanted CROSS JOIN jobs
      ON jobs.id IN (SELECT later.id FROM jobs AS later INDEXED BY jobs_due
        WHERE later.run = asked.value AND later.kind = wanted.value AND later.state IN ('scheduled', 'retryable')
        ORDER BY later.due_at LIMIT 1000)
    WHERE in_time() GROUP BY lane`,
})

/** The last error of each lane, among the last 1,000 failed tries there were. */
export const lastErrors = query({
  name: 'explain.lastErrors',
  params: {},
  gives: { lane: 'text', at: 'time', errorCode: 'text', errorMessage: 'text' },
  sqlite: `SELECT jobs.lane, last.finished_at, last.error_code, last.error_message FROM (
      SELECT max(tried.id) AS id FROM (SELECT id, job FROM attempts ORDER BY id DESC LIMIT 1000) AS tried
      JOIN jobs ON jobs.id = tried.job GROUP BY jobs.lane) AS newest
    JOIN attempts AS last ON last.id = newest.id JOIN jobs ON jobs.id = last.job`,
})

/**
 * open: a job can start at once; paced: it rests between two starts; waiting: it is closed until a time, as the host
 * asked; full: as many are in hand as it may have.
 */
export interface LanePlight {
  readonly state: 'open' | 'paced' | 'waiting' | 'full'
  /** When the next job may start; null: at once, or when one in hand is done. */
  readonly nextAt: number | null
  /** Why, in the words it was closed with. */
  readonly reason: string | null
}

/** What a lane is at, at `now`. */
export function lanePlight(lane: LaneRow, now: number): LanePlight {
  const { waitUntil, waitReason, nextAt, running, concurrency } = lane
  if (waitUntil > now) return { state: 'waiting', nextAt: Math.max(waitUntil, nextAt), reason: waitReason }
  if (nextAt > now) return { state: 'paced', nextAt, reason: null }
  return { state: running >= concurrency ? 'full' : 'open', nextAt: null, reason: null }
}

/** What a store must be opened with to report lanes. */
export const laneReportDefinitions = [laneReport, laterByLane, lastErrors].map((made) => made.definition)
