/** What a move is asked to do, and what it tells while it does it. */
import type { Clock } from '../../model/index.ts'
import type { SourceSide, TargetSide } from '../../store/index.ts'

/** How far it is. */
export interface MoveProgress {
  readonly step: 'checking' | 'copying' | 'catching up' | 'comparing' | 'completing'
  /** What is in hand: a table, an index. */
  readonly what: string
  /** Of the step, of about how many. */
  readonly rows: number
  readonly rowsTotal: number
  /** Positions that the source is ahead; while catching up. */
  readonly lag?: number
}

/** What every part of it needs. */
export interface MoveWorld {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Only these tables; null for all. */
  readonly tables: readonly string[] | null
  readonly onProgress: (progress: MoveProgress) => void
}

/** A move. */
export interface MoveRequest extends MoveWorld {
  readonly source: SourceSide
  readonly target: TargetSide
  /** Only look and say what would be. */
  readonly isDryRun: boolean
}

/** A comparison. */
export interface VerifyRequest extends MoveWorld {
  readonly from: SourceSide
  readonly to: SourceSide
}
