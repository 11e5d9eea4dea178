/**
 * The circuit breaker of a lane, and its budget for retries. All of it is the lane's row, changed in the unit that
 * settles a try, so that every process sees the same and a restart forgets nothing.
 *
 *   closed --5 failures in a row--> open (30 s) --its time is up--> half-open --answered--> closed
 *                                    ^                                 |
 *                                    |--failed: twice as long, 900 s at most
 *
 * Nobody holds the probe: half-open is a lane that gives one job at a time, and a job that its process lost is given
 * back like any other. So a breaker can not be stuck half-open, whoever dies.
 */
import { command } from '../../store/index.ts'

/** So many failures in a row open the breaker: one more than a URL with four tries can make by itself. */
export const FAILURES_MAX = 5
/** The first penalty of a host of programs, which others wait for; milliseconds. Of all others: 30 s, as the schema says. */
export const API_PENALTY_MS = 15_000
const PENALTY_MS_MAX = 900_000

/** An answer earns 1, a retry costs 10: a tenth of the requests. The most there can be, and what a lane begins with. */
const RETRY_CREDIT_MAX = 200
const RETRY_COST = 10
/** How much later a retry comes that the budget has nothing left for. */
const RETRY_REST_MS = 300_000

const lane = { noun: 'lane', op: 'put', id: 'key' } as const

const opens = `failures + 1 >= ${FAILURES_MAX}`

/* A try that began before the breaker opened is no probe: it was sent in good faith, and doubles nothing. */
const penalty = `CASE WHEN penalty_ms = 0 THEN iif(${opens}, penalty_base_ms, 0)
  WHEN :claimedAt < open_until THEN penalty_ms ELSE min(${PENALTY_MS_MAX}, penalty_ms * 2) END`

/**
 * Notes what went wrong on a lane. With `counts` it is a failure of the host: one more in a row, which may open the
 * breaker, or keep it open after a probe. `claimedAt` is when the failed try was claimed.
 */
export const failLane = command({
  name: 'lanes.fail',
  params: {
    key: 'text',
    claimedAt: 'time',
    counts: 'bool',
    errorCode: 'text',
    errorStatus: 'int?',
    errorMessage: 'text',
  },
  statements: [
    {
      sql: `UPDATE lanes SET failures = failures + 1, penalty_ms = ${penalty},
          open_until = iif(open_until > :now OR (penalty_ms = 0 AND NOT (${opens})), open_until, :now + ${penalty})
        WHERE key = :key AND :counts = 1`,
    },
    {
      sql: `UPDATE lanes SET error_code = :errorCode, error_status = :errorStatus, error_message = :errorMessage,
          error_at = :now, position = :position WHERE key = :key`,
      changes: lane,
    },
  ],
})

/** Notes that the host answered: the row of failures ends, the breaker closes, and the retry budget earns. */
export const answerLane = command({
  name: 'lanes.answer',
  params: { key: 'text' },
  statements: [
    {
      sql: `UPDATE lanes SET failures = 0, penalty_ms = 0, open_until = 0,
          retry_credit = min(${RETRY_CREDIT_MAX}, retry_credit + 1), position = :position
        WHERE key = :key AND (failures > 0 OR retry_credit < ${RETRY_CREDIT_MAX} OR penalty_ms > 0)`,
      changes: lane,
    },
  ],
})

/**
 * Puts off a job that is to be tried again, by what its lane is closed for, and behind those of its priority: other
 * jobs of the lane are then the next probes, so that one URL does not spend all its tries on an outage. And takes the retry out of the lane's budget; when
 * that is spent, the job comes 5 minutes later instead, after what was not tried yet.
 */
export const budgetRetry = command({
  name: 'lanes.budgetRetry',
  params: { id: 'text', key: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET waits = waits + iif(open_until > :now, 1, 0),
          due_at = due_at + max(0, open_until - :now) + iif(retry_credit < ${RETRY_COST}, ${RETRY_REST_MS}, 0)
        FROM lanes WHERE jobs.id = :id AND lanes.key = :key`,
    },
    {
      sql: `UPDATE lanes SET retry_credit = retry_credit - ${RETRY_COST}, position = :position
        WHERE key = :key AND retry_credit >= ${RETRY_COST}`,
      changes: lane,
    },
  ],
})

/** Says how long the first penalty of a lane is, where the usual 30 s is wrong: API_PENALTY_MS for a host of programs. */
export const penalizeLane = command({
  name: 'lanes.penalize',
  params: { key: 'text', baseMs: 'int' },
  statements: [
    {
      sql: `UPDATE lanes SET penalty_base_ms = :baseMs, position = :position
        WHERE key = :key AND penalty_base_ms <> :baseMs`,
      changes: lane,
    },
  ],
})

/** closed: as many as its pace allows; open: none until its time; half-open: one at a time, until one is answered. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** What a lane's breaker is at, at `now`. */
export function breakerOf(
  lane: { readonly penaltyMs: number; readonly openUntil: number },
  now: number,
): BreakerState {
  if (lane.penaltyMs === 0) return 'closed'
  return lane.openUntil > now ? 'open' : 'half-open'
}

/** What a store must be opened with for breakers. */
export const breakerDefinitions = [failLane, answerLane, budgetRetry, penalizeLane].map(
  (made) => made.definition,
)
