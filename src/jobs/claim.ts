/** Claiming: many jobs in one command, paced and bounded by their lanes. */
import { command, query } from '../store/index.ts'
import { claimedShape, CRASHES_SUSPECT } from './job.ts'

/*
 * The lanes that have available jobs of this run and kind, found by skipping through jobs_ready from lane to lane: the
 * cost grows with the number of lanes, not of jobs.
 */
const readyLanes = `ready_lanes (key) AS (
    SELECT min(lane) FROM jobs WHERE run = :run AND kind = :kind AND state = 'available'
    UNION ALL
    SELECT (SELECT min(lane) FROM jobs
      WHERE run = :run AND kind = :kind AND state = 'available' AND lane > ready_lanes.key)
    FROM ready_lanes WHERE key IS NOT NULL)`

/* A suspect is always the only job in hand of its process, so one row tells. */
const hasNoSuspect = `coalesce((SELECT own.crashes FROM jobs AS own
            WHERE own.process = :process AND own.state = 'running' LIMIT 1), 0) < ${CRASHES_SUSPECT}`

/* What a lane's pace, the host's wish and its breaker let start now. */
const isOpen = `coalesce(next_at, 0) <= :now AND coalesce(wait_until, 0) <= :now AND coalesce(open_until, 0) <= :now`

/* A lane whose breaker is half-open gives one job, the probe, and nothing beside it. */
const width = `iif(penalty_ms > 0, min(concurrency, 1), coalesce(concurrency, 1))`

/*
 * The first jobs of each open lane, as a row source `jobs` beside `open_lanes`. Only Postgres has LATERAL; without it, it
 * would look at every job for each lane.
 */
const firstOfLane = (columns: string) => `SELECT ${columns} FROM jobs AS first
            WHERE first.run = :run AND first.kind = :kind AND first.state = 'available' AND first.lane = open_lanes.key
              AND first.priority <= :priorityMax
            ORDER BY first.priority, first.waits, first.id LIMIT :limit`
const jobsOfLanes = {
  sqlite: `JOIN jobs ON jobs.id IN (${firstOfLane('first.id')})`,
  postgres: `CROSS JOIN LATERAL (${firstOfLane('first.id, first.lane, first.priority, first.waits')}) AS jobs`,
} as const

const take = `UPDATE jobs SET state = 'running', epoch = epoch + 1, process = :process, lease_until = :leaseUntil,
          position = :position
        WHERE`

const taken = `RETURNING id, run, kind, unique_key, lane, priority, input, attempts, attempts_max, waits,
          crashes, crashes_alone, epoch, coalesce((SELECT gap_ms FROM lanes WHERE key = jobs.lane), 0), :now`

/* As a list that is made first, so that Postgres takes the few jobs by their ids whatever it thinks of the number. */
const isOneOf = (dialect: keyof typeof jobsOfLanes, ids: string) =>
  dialect === 'sqlite' ? `id IN (${ids})` : `id = ANY (ARRAY(${ids}))`

/* Of each open lane as many as it has free slots, or one where it rests between two starts. */
const takeReady = (dialect: keyof typeof jobsOfLanes) => `WITH RECURSIVE ${readyLanes},
        open_lanes (key, slots, gap_ms) AS (
          SELECT ready_lanes.key, ${width}
            - (SELECT count(*) FROM jobs WHERE lane = ready_lanes.key AND state = 'running'), coalesce(gap_ms, 0)
          FROM ready_lanes LEFT JOIN lanes ON lanes.key = ready_lanes.key
          WHERE ${isOpen} AND ${hasNoSuspect}),
        ready (id, slots, place) AS (
          SELECT jobs.id, iif(gap_ms > 0, 1, slots),
            row_number() OVER (PARTITION BY jobs.lane ORDER BY jobs.priority, jobs.waits, jobs.id)
          FROM open_lanes ${jobsOfLanes[dialect]}
          WHERE slots > 0)
        ${take} ${isOneOf(dialect, 'SELECT id FROM ready WHERE place <= slots ORDER BY place, id LIMIT :limit')} ${taken}`

/**
 * Claims up to `limit` jobs whose lane is open now, first those of the lowest priority number, and of these the ones
 * that waited least often: a URL that is answered "come later" each time must not keep its host from all others. A lane
 * with a gap gives one job and closes for that gap; a lane without gives as many as its concurrency allows; one that was
 * never made, and one whose breaker is half-open, gives one job at a time. Jobs beyond `priorityMax` are left where they are. When there was nothing to claim
 * and the process has nothing in hand, one suspect that is due is claimed, the least suspicious first, and nothing more
 * until it is settled.
 */
export const claim = command({
  name: 'jobs.claim',
  params: {
    run: 'text',
    kind: 'text',
    process: 'text',
    limit: 'int',
    priorityMax: 'int',
    leaseUntil: 'time',
  },
  gives: claimedShape,
  statements: [
    {
      sql: `UPDATE jobs SET state = 'available', position = :position WHERE id IN (
          SELECT id FROM jobs WHERE run = :run AND kind = :kind AND state IN ('scheduled', 'retryable')
            AND due_at <= :now AND crashes < ${CRASHES_SUSPECT} LIMIT 500)
        RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
    {
      sql: takeReady('sqlite'),
      postgres: takeReady('postgres'),
      changes: { noun: 'job', op: 'put', id: 'returning' },
      gives: true,
    },
    {
      sql: `${take} NOT EXISTS (SELECT 1 FROM jobs AS own WHERE own.process = :process AND own.state = 'running')
          AND id = (
            SELECT suspect.id FROM jobs AS suspect LEFT JOIN lanes ON lanes.key = suspect.lane
            WHERE suspect.run = :run AND suspect.kind = :kind AND suspect.state IN ('scheduled', 'retryable')
              AND suspect.due_at <= :now AND suspect.priority <= :priorityMax AND :limit > 0
              AND suspect.crashes >= ${CRASHES_SUSPECT}
              AND ${isOpen}
              AND ${width} > (
                SELECT count(*) FROM jobs AS busy WHERE busy.lane = suspect.lane AND busy.state = 'running')
            ORDER BY suspect.crashes_alone, suspect.priority, suspect.waits, suspect.id LIMIT 1) ${taken}`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
      gives: true,
    },
    {
      sql: `UPDATE lanes SET next_at = :now + gap_ms, position = :position WHERE gap_ms > 0 AND key IN (
          SELECT lane FROM jobs WHERE process = :process AND state = 'running' AND position = :position)
        RETURNING key`,
      changes: { noun: 'lane', op: 'put', id: 'returning' },
    },
  ],
})

/**
 * When the next job of this run and kind can be claimed without anyone doing anything, null: nobody knows; and the first
 * and last of the lanes whose jobs were not claimed though they are available: what to look at when one gets a slot.
 */
export const nextDue = command({
  name: 'jobs.nextDue',
  params: { run: 'text', kind: 'text' },
  gives: { at: 'time?', firstLane: 'text?', lastLane: 'text?' },
  statements: [
    {
      sql: `WITH RECURSIVE ${readyLanes}
        SELECT min(at),
          (SELECT min(lane) FROM jobs WHERE run = :run AND kind = :kind AND state = 'available'),
          (SELECT max(lane) FROM jobs WHERE run = :run AND kind = :kind AND state = 'available')
        FROM (
          SELECT min(due_at) AS at FROM jobs
            WHERE run = :run AND kind = :kind AND state IN ('scheduled', 'retryable')
              AND (due_at > :now OR crashes < ${CRASHES_SUSPECT})
          UNION ALL
          SELECT min(max(next_at, wait_until, open_until)) FROM ready_lanes JOIN lanes ON lanes.key = ready_lanes.key
            WHERE max(next_at, wait_until, open_until) > :now) AS next`,
      gives: true,
    },
  ],
})

const ofKinds = `run = :run AND kind IN (SELECT value FROM json_each(:kinds))`

/**
 * Whether a run has work of some kinds left within `priorityMax`. Of the available jobs, one a lane is looked at, so that
 * a million of them beyond `priorityMax` cost nothing. INDEXED BY, because the planner would read all jobs of the run
 * rather than the few that are running.
 */
export const openWork = query({
  name: 'jobs.openWork',
  params: { run: 'text', kinds: 'json', priorityMax: 'int' },
  gives: { isOpen: 'bool' },
  sql: `WITH RECURSIVE ready (kind, lane) AS (
      SELECT value, (SELECT min(lane) FROM jobs WHERE run = :run AND kind = value AND state = 'available')
      FROM json_each(:kinds)
      UNION ALL
      SELECT kind, (SELECT min(jobs.lane) FROM jobs
        WHERE run = :run AND jobs.kind = ready.kind AND state = 'available' AND jobs.lane > ready.lane)
      FROM ready WHERE lane IS NOT NULL)
    SELECT EXISTS (SELECT 1 FROM ready WHERE (SELECT priority FROM jobs WHERE run = :run AND jobs.kind = ready.kind
        AND state = 'available' AND jobs.lane = ready.lane ORDER BY priority LIMIT 1) <= :priorityMax)
      OR EXISTS (SELECT 1 FROM jobs WHERE ${ofKinds}
        AND state IN ('scheduled', 'retryable') AND priority <= :priorityMax)
      OR EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_running WHERE ${ofKinds} AND state = 'running')`,
})

/** Lanes that hold back jobs of a run at a time: what each waits for, the soonest first. */
export const waitingLanes = query({
  name: 'lanes.waiting',
  params: { run: 'text', kind: 'text', at: 'time' },
  gives: { key: 'text', waitUntil: 'time', waitReason: 'text?' },
  sql: `WITH RECURSIVE ${readyLanes},
    due_lanes (key) AS (
      SELECT DISTINCT lane FROM (SELECT lane FROM jobs
        WHERE run = :run AND kind = :kind AND state IN ('scheduled', 'retryable') ORDER BY due_at LIMIT 1000) AS due)
    SELECT lanes.key, max(wait_until, open_until),
      iif(open_until > wait_until, failures || ' failures in a row, the last: ' || error_message, wait_reason)
    FROM lanes
    WHERE key IN (SELECT key FROM ready_lanes UNION SELECT key FROM due_lanes) AND max(wait_until, open_until) > :at
    ORDER BY 2 LIMIT 20`,
})

/** What a store must be opened with to claim. */
export const claimDefinitions = [
  claim.definition,
  nextDue.definition,
  openWork.definition,
  waitingLanes.definition,
]
