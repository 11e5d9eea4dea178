/**
 * A stage is the code that does one kind of job. It reads, works and says what to write; it never writes itself, and
 * it never calls another stage: what should happen next is a job among the commands it returns.
 */
import type { Clock, MillraceError } from '../model/index.ts'
import type { Command, Reader } from '../store/index.ts'
import type { Job } from './job.ts'

/** What a stage's work may use. */
export interface WorkContext {
  readonly job: Job
  /** Aborts when the process is told to stop at once. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** No attempt follows this one: better a final answer that is poor than none. */
  readonly isLastAttempt: boolean
}

/** A try that failed, and what becomes of its job. */
export interface Miss {
  readonly error: MillraceError
  readonly does: 'retry' | 'wait' | 'bury'
  /** When it is tried again, milliseconds since 1970; null: never. */
  readonly until: number | null
}

/** The three steps of one kind of job. */
export interface StageSteps<Input, Output> {
  readonly kind: string
  /** false: a completed job is removed. Default true. */
  readonly isKept?: boolean
  /** Reads what the work needs. */
  load(reader: Reader, job: Job): Promise<Input>
  /** Does the work: all I/O, no transaction open. @throws MillraceError, which the retry policy judges by its code */
  work(input: Input, context: WorkContext): Promise<Output>
  /** Says what to write. Pure. The job's completion is added to it, in the same unit. */
  save(output: Output, job: Job): readonly Command[]
  /** What to write when the job is buried. */
  bury?(job: Job, error: MillraceError): readonly Command[]
  /** What to write beside the record of a failed try, in its unit and before it; `bury` comes after this. */
  miss?(job: Job, miss: Miss): readonly Command[]
  /** For jobs that cost less together: up to so many are settled in one unit, saved by this. One that fails is tried alone. */
  readonly together?: {
    readonly jobsMax: number
    save(outputs: readonly Output[]): readonly Command[]
  }
}

/** A stage as the worker sees it: the steps in one pipe. */
export interface Stage {
  readonly kind: string
  readonly isKept: boolean
  /** How many jobs `performTogether` takes; 1: it is not for this stage. */
  readonly togetherMax: number
  perform(reader: Reader, context: WorkContext): Promise<readonly Command[]>
  performTogether(reader: Reader, contexts: readonly WorkContext[]): Promise<readonly Command[]>
  bury(job: Job, error: MillraceError): readonly Command[]
  miss(job: Job, miss: Miss): readonly Command[]
}

/** Makes a stage of its steps. */
export function stage<Input, Output>(steps: StageSteps<Input, Output>): Stage {
  const { together } = steps
  const outputOf = async (reader: Reader, context: WorkContext): Promise<Output> =>
    steps.work(await steps.load(reader, context.job), context)
  return {
    kind: steps.kind,
    isKept: steps.isKept ?? true,
    togetherMax: together?.jobsMax ?? 1,
    async perform(reader, context) {
      return steps.save(await outputOf(reader, context), context.job)
    },
    async performTogether(reader, contexts) {
      const outputs = await Promise.all(contexts.map((context) => outputOf(reader, context)))
      return together?.save(outputs) ?? []
    },
    bury: (job, error) => steps.bury?.(job, error) ?? [],
    miss: (job, miss) => steps.miss?.(job, miss) ?? [],
  }
}
