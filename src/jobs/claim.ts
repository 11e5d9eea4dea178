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

const take = `UPDATE jobs SET state = 'running', epoch = epoch + 1, process = :process, lease_until = :leaseUntil,
          position = :position
        WHERE`

const taken = `RETURNING id, run, kind, unique_key, lane, priority, input, attempts, attempts_max, waits,
          crashes, crashes_alone, epoch, coalesce((SELECT gap_ms FROM lanes WHERE key = jobs.lane), 0), :now`

/**
 * Claims up to `limit` jobs whose lane is open now, first those of the lowest priority number, and of these the ones
 * that waited least often: a URL that is answered "come later" each time must not keep its host from all others. A lane
 * with a gap gives one job and closes for that gap; a lane without gives as many as its concurrency allows; one that was
 * never made gives one job at a time. Jobs beyond `priorityMax` are left where they are. When there was nothing to claim
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
  sqlite: [
    {
      sql: `UPDATE jobs SET state = 'available', position = :position WHERE id IN (
          SELECT id FROM jobs WHERE run = :run AND kind = :kind AND state IN ('scheduled', 'retryable')
            AND due_at <= :now AND crashes < ${CRASHES_SUSPECT} LIMIT 500)
        RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
    {
      sql: `WITH RECURSIVE ${readyLanes},
        open_lanes (key, slots) AS (
          SELECT ready_lanes.key, min(iif(gap_ms > 0, 1, coalesce(concurrency, 1)), coalesce(concurrency, 1)
            - (SELECT count(*) FROM jobs WHERE lane = ready_lanes.key AND state = 'running'))
          FROM ready_lanes LEFT JOIN lanes ON lanes.key = ready_lanes.key
          WHERE coalesce(next_at, 0) <= :now AND coalesce(wait_until, 0) <= :now AND ${hasNoSuspect}),
        ready (id, slots, place) AS (
          SELECT jobs.id, slots, row_number() OVER (PARTITION BY jobs.lane ORDER BY jobs.priority, jobs.waits, jobs.id)
          FROM open_lanes JOIN jobs ON jobs.id IN (
            SELECT first.id FROM jobs AS first
            WHERE first.run = :run AND first.kind = :kind AND first.state = 'available' AND first.lane = open_lanes.key
              AND first.priority <= :priorityMax
            ORDER BY first.priority, first.waits, first.id LIMIT :limit)
          WHERE slots > 0)
        ${take} id IN (SELECT id FROM ready WHERE place <= slots ORDER BY place, id LIMIT :limit) ${taken}`,
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
              AND coalesce(next_at, 0) <= :now AND coalesce(wait_until, 0) <= :now
              AND coalesce(concurrency, 1) > (
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

/** When the next job of this run and kind can be claimed without anyone doing anything; null: nobody knows. */
export const nextDue = command({
  name: 'jobs.nextDue',
  params: { run: 'text', kind: 'text' },
  gives: { at: 'time?' },
  sqlite: [
    {
      sql: `WITH RECURSIVE ${readyLanes}
        SELECT min(at) FROM (
          SELECT min(due_at) AS at FROM jobs
            WHERE run = :run AND kind = :kind AND state IN ('scheduled', 'retryable')
              AND (due_at > :now OR crashes < ${CRASHES_SUSPECT})
          UNION ALL
          SELECT min(max(next_at, wait_until)) FROM ready_lanes JOIN lanes ON lanes.key = ready_lanes.key
            WHERE max(next_at, wait_until) > :now)`,
      gives: true,
    },
  ],
})

/** Whether a run has work of some kinds left within `priorityMax`. Each part is served by one partial index. */
export const openWork = query({
  name: 'jobs.openWork',
  params: { run: 'text', kinds: 'json', priorityMax: 'int' },
  gives: { isOpen: 'bool' },
  sqlite: `SELECT EXISTS (SELECT 1 FROM jobs WHERE run = :run AND kind IN (SELECT value FROM json_each(:kinds))
      AND state = 'available' AND priority <= :priorityMax)
    OR EXISTS (SELECT 1 FROM jobs WHERE run = :run AND kind IN (SELECT value FROM json_each(:kinds))
      AND state IN ('scheduled', 'retryable') AND priority <= :priorityMax)
    OR EXISTS (SELECT 1 FROM jobs WHERE run = :run AND kind IN (SELECT value FROM json_each(:kinds))
      AND state = 'running')`,
})

/** Lanes that hold back jobs of a run at a time: what each waits for. */
export const waitingLanes = query({
  name: 'lanes.waiting',
  params: { run: 'text', kind: 'text', at: 'time' },
  gives: { key: 'text', waitUntil: 'time', waitReason: 'text?' },
  sqlite: `WITH RECURSIVE ${readyLanes}
    SELECT lanes.key, wait_until, wait_reason FROM ready_lanes JOIN lanes ON lanes.key = ready_lanes.key
    WHERE wait_until > :at ORDER BY wait_until LIMIT 20`,
})

/** What a store must be opened with to claim. */
export const claimDefinitions = [
  claim.definition,
  nextDue.definition,
  openWork.definition,
  waitingLanes.definition,
]
