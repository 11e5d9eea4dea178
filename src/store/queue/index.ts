/**
 * queue: turns units handed over one by one into batches, and reports of batches into receipts and refusals. It promises
 * that units are sent in the order of the calls, that it is bounded, and that every caller hears what became of its unit.
 * It never looks at a database; each backend commits batches its own way.
 */
export { noTimes } from './batch-report.ts'
export type { Applied, Batch, BatchReport, BatchTimes, Outcome, RawResult } from './batch-report.ts'
export { closed } from './closed.ts'
export { harmsWholeBatch } from './harm.ts'
export { packResults, unpackResults } from './packed-results.ts'
export { receiptOf } from './receipt.ts'
export { DUE_MAX, DUE_MIN, KEY_KEPT_MS } from './retention-limits.ts'
export { QUEUE_LIMITS, WriteQueue } from './write-queue.ts'
export type { QueueLimits } from './write-queue.ts'
