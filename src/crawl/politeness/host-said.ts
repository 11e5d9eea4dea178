/** What an answer says of the host that gave it, for the breaker of its lane. */
import { answerLane, failLane, type Job } from '../../jobs/index.ts'
import type { Command } from '../../store/index.ts'

/**
 * Belongs into the unit of every job that got an answer of its host, and of no other: an answer closes the breaker. One
 * of 5xx or 429 that is taken as final, because there is no try left, is a failure of the host as much as those before.
 */
export function hostSaid({ lane, claimedAt }: Job, status: number): Command {
  if (status < 500 && status !== 429) return answerLane({ key: lane })
  return failLane({
    key: lane,
    claimedAt,
    counts: true,
    errorCode: status === 429 || status === 503 ? 'RateLimited' : 'ServerError',
    errorStatus: status,
    errorMessage: `${lane} answered ${status}`,
  })
}
