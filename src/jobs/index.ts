/**
 * jobs: turns rows that say work is due into work that is done, settled in the unit of what it produced. It promises
 * that every try is fenced by its epoch, that work of a dead process is given back within seconds of another's start
 * or look, that a lane's pace holds across processes and restarts, and that a job that gives up is kept with its
 * errors. It never knows what a stage does, never holds a transaction open while one works, and never asks the
 * database for the time.
 */
import type { Definition } from '../store/index.ts'
import { claimDefinitions } from './claim.ts'
import { deadDefinitions } from './dead/index.ts'
import { endRunDefinitions } from './end-run.ts'
import { explainDefinitions } from './explain/index.ts'
import { laneDefinitions } from './lanes/index.ts'
import { offerDefinitions } from './offer.ts'
import { rescueDefinitions } from './rescue.ts'
import { settleDefinitions } from './settle.ts'

export type { AttemptEnd, StageSlots, Worker, WorkerEnd, WorkerOptions } from './worker/index.ts'
export { openWork, waitingLanes } from './claim.ts'
export { cancelJobs, deleteJobs } from './end-run.ts'
export type { Job } from './job.ts'
export { jobsTopic, startWorker } from './worker/index.ts'
export {
  answerLane,
  API_PENALTY_MS,
  breakerOf,
  ensureLane,
  failLane,
  paceLane,
  penalizeLane,
  restLane,
  slowLane,
  waitLane,
} from './lanes/index.ts'
export type { BreakerState } from './lanes/index.ts'
export {
  areDead,
  codesOfClass,
  deadByCode,
  deadLetters,
  ERROR_CLASSES,
  errorClassOf,
  redriveJobs,
} from './dead/index.ts'
export type { DeadLetter } from './dead/index.ts'
export {
  attemptsOfJob,
  jobFacts,
  jobsOfKey,
  lanePlight,
  laneReport,
  laterByLane,
  leasesByProcess,
  registeredProcesses,
  waitsOf,
  WAITING_MAX,
} from './explain/index.ts'
export type { FailedAttempt, JobFacts, LanePlight, LaneRow, ProcessLeases, Wait } from './explain/index.ts'
export { countJobs, countKnown, offer, offerForMoved, offerSettled } from './offer.ts'
export type { Offer, OfferEntry } from './offer.ts'
export { rescue } from './rescue.ts'
export { stage } from './stage.ts'
export type { Miss, Stage, StageSteps, WorkContext } from './stage.ts'

/** What a store must be opened with for jobs to work on it. */
export const jobDefinitions: readonly Definition[] = [
  ...offerDefinitions,
  ...claimDefinitions,
  ...settleDefinitions,
  ...rescueDefinitions,
  ...endRunDefinitions,
  ...laneDefinitions,
  ...deadDefinitions,
  ...explainDefinitions,
]
