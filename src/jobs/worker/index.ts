/**
 * worker: turns stages and a run into work done: claim, pace, try, settle, and rescue of what others left. It promises
 * that it ends when nothing is left, and that nothing is in hand when it has ended.
 */
export type { AttemptEnd } from './attempt.ts'
export { LEASE_MS, jobsTopic } from './kind-loop.ts'
export type { StageSlots } from './kind-loop.ts'
export { startWorker } from './worker.ts'
export type { Worker, WorkerEnd, WorkerOptions } from './worker.ts'
