/**
 * lanes: turns what a host asks for and how it fares into when its next job may start, as one row a host. It promises
 * that this outlives every process and is one for all of them. It never claims a job: that is the claim's, which reads
 * these rows.
 */
import { breakerDefinitions } from './breaker.ts'
import { paceDefinitions } from './lanes.ts'

export { answerLane, API_PENALTY_MS, breakerOf, budgetRetry, failLane, penalizeLane } from './breaker.ts'
export type { BreakerState } from './breaker.ts'
export { ensureLane, paceLane, restLane, slowLane, waitLane } from './lanes.ts'

/** What a store must be opened with to keep lanes. */
export const laneDefinitions = [...paceDefinitions, ...breakerDefinitions]
