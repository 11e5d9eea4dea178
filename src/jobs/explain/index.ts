/**
 * explain: turns rows into why a job waits, what a lane is at, and who has how much in hand. It promises to look at a
 * bounded number of rows and to change none. It never knows what a job is for: whoever owns the run adds what it knows.
 */
import type { Definition } from '../../store/index.ts'
import { jobFactDefinitions } from './job-facts.ts'
import { laneReportDefinitions } from './lane-report.ts'
import { leaseReportDefinitions } from './lease-report.ts'

export { attemptsOfJob, jobFacts, jobsOfKey } from './job-facts.ts'
export type { FailedAttempt, JobFacts } from './job-facts.ts'
export { lanePlight, laneReport, laterByLane, WAITING_MAX } from './lane-report.ts'
export type { LanePlight, LaneRow } from './lane-report.ts'
export { leasesByProcess, registeredProcesses } from './lease-report.ts'
export type { ProcessLeases } from './lease-report.ts'
export { waitsOf } from './waits.ts'
export type { Wait } from './waits.ts'

/** What a store must be opened with to explain. */
export const explainDefinitions: readonly Definition[] = [
  ...jobFactDefinitions,
  ...laneReportDefinitions,
  ...leaseReportDefinitions,
]
