/** What a move or a comparison found: one document, printed as it is by `--json`. */
import type { Equality } from './mark.ts'

/** One value that would not survive, or is not the same on both sides. */
export interface Difference {
  readonly table: string
  /** The row's key, a value a column of the key. */
  readonly key: readonly string[]
  /** null where the whole row is on one side only. */
  readonly column: string | null
  /** The values, shortened; null where the row is not there. */
  readonly from: string | null
  readonly to: string | null
}

/** A value that the target can not hold, or would change. */
export interface Trap {
  readonly table: string
  readonly key: readonly string[]
  readonly column: string
  readonly why: string
}

/** One table, compared. */
export interface TableProof {
  readonly table: string
  readonly rows: number
  /** Of the canonical encoding. */
  readonly bytes: number
  readonly chunks: number
  /** sha256 over the digests of its chunks, on either side. */
  readonly rootFrom: string
  readonly rootTo: string
  /** Chunks that differed and were copied again: the source changed them in a way that `changes` does not tell, or somebody the target. */
  readonly chunksAgain: number
}

/** One table, before it is moved. */
export interface TableEstimate {
  readonly table: string
  readonly rows: number
  readonly bytes: number
}

/** The look before a move. */
export interface Preflight {
  readonly tables: readonly TableEstimate[]
  readonly rows: number
  readonly bytes: number
  /** About how long the move takes. */
  readonly seconds: number
  /** Jobs that a process of the source has in hand: on the target they are given back. */
  readonly leases: number
  readonly traps: readonly Trap[]
  /** All of them, also those that are not listed. */
  readonly trapCount: number
  /** Integers beyond 2^53, which survive. */
  readonly bigIntegers: number
}

/**
 * equal: every row of every table asked for is the same on both sides; different; refused: something would not survive,
 * nothing was written; ready: a dry run that found nothing in the way; interrupted: stopped, to be gone on with.
 */
export type MoveOutcome = 'equal' | 'different' | 'refused' | 'ready' | 'interrupted'

/** The whole of it. */
export interface MoveReport {
  readonly outcome: MoveOutcome
  readonly from: string
  readonly to: string
  /** sha256 over the roots of all tables; null when not all were compared, or not all are equal. */
  readonly root: string | null
  readonly tables: readonly TableProof[]
  readonly differences: readonly Difference[]
  /** All of them, also those that are not listed. */
  readonly differenceCount: number
  readonly preflight: Preflight | null
  /** Rows that this call copied, without what it caught up with; 0 when there was nothing to do. */
  readonly rowsCopied: number
  /** When both were last equal. */
  readonly lastEqual: Equality | null
  /** Whether an earlier call had begun it. */
  readonly isResumed: boolean
  /** Whether the target is finished, so that it can be worked with. */
  readonly isFinished: boolean
}
