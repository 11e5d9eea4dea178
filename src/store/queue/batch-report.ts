/** What a queue hands over and hears back, whatever keeps the store. */
import type { Stored } from '../codec.ts'
import type { ErrorMessage } from '../../threads/index.ts'

/** Units to be committed together. */
export interface Batch {
  readonly tapes: readonly (readonly (Stored | number)[])[]
  readonly isPowerSafe: boolean
  /** Milliseconds since 1970, by the caller's clock. */
  readonly now: number
}

/** Where the time of a batch went, over all its transactions, in milliseconds. */
export interface BatchTimes {
  lockWaitMs: number
  workMs: number
  /** COMMIT: writing the log and, for power-safe units, its fsync; SQLite does both in one call. */
  commitMs: number
  /** Moving the log into the file; most batches move nothing. */
  checkpointMs: number
  transactions: number
  /** How often a unit's own fault made the batch run a second time. */
  secondPasses: number
}

/** What became of a batch. */
export interface BatchReport {
  /** One per unit, in order. */
  readonly outcomes: readonly Outcome[]
  readonly times: BatchTimes
}

/** What became of one unit: applied and durable, or refused. */
export type Outcome = Applied | { readonly error: ErrorMessage }

/** The result of one command: rows changed, and rows given back. */
export type RawResult = readonly [changed: number, rows: readonly (readonly Stored[])[]]

/** What became of a unit that was applied. */
export interface Applied {
  readonly position: number
  readonly repeated: boolean
  readonly results: readonly RawResult[]
}

/** The times of what was never begun. */
export function noTimes(): BatchTimes {
  return { lockWaitMs: 0, workMs: 0, commitMs: 0, checkpointMs: 0, transactions: 0, secondPasses: 0 }
}
