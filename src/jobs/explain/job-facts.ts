/** All that is known of one job: its row, its lane, who holds it, who is before it, and how its tries failed. */
import { query, sqlName, type Shape, type Values } from '../../store/index.ts'
import { jobs } from '../job.ts'

const factShape = {
  ...jobs.columns,
  concurrency: 'int',
  gapMs: 'int',
  nextAt: 'time',
  waitUntil: 'time',
  waitReason: 'text?',
  failures: 'int',
  penaltyMs: 'int',
  openUntil: 'time',
  laneErrorCode: 'text?',
  laneErrorMessage: 'text?',
  laneErrorAt: 'time?',
  laneRunning: 'int',
  ahead: 'int',
  holderPid: 'int?',
  holderHost: 'text?',
  holderCommand: 'text?',
} as const satisfies Shape

/**
 * A job with its lane, as that is or would be by default; `failures` are those of the lane in a row, `laneError...` the
 * last that went wrong on it; `laneRunning` counts jobs in hand on it, of any run; `ahead`
 * those of the same run, kind and lane that are claimed first, counted up to 10,000; `holder...` is the process that has
 * it in hand, null where that has closed the store.
 */
export type JobFacts = Values<typeof factShape>

/** One job by its id; no row when there is none. */
export const jobFacts = query({
  name: 'explain.job',
  params: { id: 'text' },
  gives: factShape,
  sql: `SELECT ${Object.keys(jobs.columns)
    .map((name) => `job.${sqlName(name)}`)
    .join(', ')},
      coalesce(concurrency, 1), coalesce(gap_ms, 0), coalesce(next_at, 0), coalesce(wait_until, 0), wait_reason,
      coalesce(failures, 0), coalesce(penalty_ms, 0), coalesce(open_until, 0),
      lanes.error_code, lanes.error_message, lanes.error_at,
      (SELECT count(*) FROM jobs AS busy WHERE busy.lane = job.lane AND busy.state = 'running'),
      (SELECT count(*) FROM (SELECT 1 FROM jobs AS other
        WHERE other.run = job.run AND other.kind = job.kind AND other.state = 'available' AND other.lane = job.lane
          AND (other.priority, other.waits, other.id) < (job.priority, job.waits, job.id) LIMIT 10000) AS first),
      holder.pid, holder.host, holder.command
    FROM jobs AS job LEFT JOIN lanes ON lanes.key = job.lane LEFT JOIN processes AS holder ON holder.id = job.process
    WHERE job.id = :id`,
})

/** The jobs of a key in some runs and kinds, newest run first. Served by jobs_unique, one look for each pair. */
export const jobsOfKey = query({
  name: 'explain.jobsOfKey',
  params: { runs: 'json', kinds: 'json', key: 'text' },
  gives: { id: 'text', run: 'text', kind: 'text', state: 'text' },
  sql: `SELECT jobs.id, jobs.run, jobs.kind, jobs.state
    FROM json_each(:runs) AS asked CROSS JOIN json_each(:kinds) AS wanted CROSS JOIN jobs INDEXED BY jobs_unique
    WHERE jobs.run = asked.value AND jobs.kind = wanted.value AND jobs.unique_key = :key
    ORDER BY jobs.run DESC, jobs.kind`,
})

const attemptShape = {
  attempt: 'int',
  process: 'text',
  startedAt: 'time',
  finishedAt: 'time',
  errorCode: 'text',
  errorMessage: 'text',
} as const satisfies Shape

/** A try that failed. `attempt` counts from 1, and again from 1 after a redrive. */
export type FailedAttempt = Values<typeof attemptShape>

/** The last `limit` failed tries of a job, oldest first: their ids sort by time. */
export const attemptsOfJob = query({
  name: 'explain.attempts',
  params: { job: 'text', limit: 'int' },
  gives: attemptShape,
  sql: `SELECT attempt, process, started_at, finished_at, error_code, error_message FROM (
      SELECT * FROM attempts WHERE job = :job ORDER BY id DESC LIMIT :limit) AS latest
    ORDER BY id`,
})

/** What a store must be opened with for these. */
export const jobFactDefinitions = [jobFacts, jobsOfKey, attemptsOfJob].map((made) => made.definition)
