/**
 * One try at one job, from claim to settle:
 *
 *   perform --ok--> rows + completion in one unit --applied--> settled
 *      |                       |--fenced (epoch moved on)----> given up silently: another try owns the job
 *      |                       |--this unit can not be applied--> as if perform had failed
 *      |--failed--> the retry policy --> retry, wait or bury, with the attempt on record
 *      |--stopped--> released, untouched
 *
 * A job that was alone in too many crashes is not performed again: its try is a burial.
 *
 * A failure of the store itself is nobody's failed attempt: it is thrown, and the worker stops.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError, MillraceError, newId, toMillraceError, type Clock } from '../../model/index.ts'
import type { Command, Store } from '../../store/index.ts'
import { CRASHES_ALONE_MAX, type Job } from '../job.ts'
import { budgetRetry, failLane, waitLane } from '../lanes/index.ts'
import { decide, isHostFailure } from './retry-policy.ts'
import { bury, complete, held, recordAttempt, release, remove, retry, wait } from '../settle.ts'
import type { Stage } from '../stage.ts'

/** How a try ended. */
export interface AttemptEnd {
  readonly job: Job
  readonly outcome: 'completed' | 'retried' | 'waits' | 'dead' | 'released' | 'fenced'
  readonly error?: MillraceError
  /** Why a failed try is without what its stage adds to one. */
  readonly missError?: MillraceError
  /** What was written beside the job itself. */
  readonly commands: readonly Command[]
}

/** What a try needs. `onWorkDone` is called when only the commit is still to come: the slot is free. */
export interface AttemptContext {
  readonly store: Store
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly random: () => number
  readonly onWorkDone: () => void
  /** How long to hold the start back, so that the lane's gap is kept. */
  readonly pauseMs: number
}

/** Tries a claimed job. @throws MillraceError when the store can not be written */
export async function attempt(stage: Stage, job: Job, context: AttemptContext): Promise<AttemptEnd> {
  const startedAt = context.clock.now()
  if (job.crashesAlone >= CRASHES_ALONE_MAX) {
    context.onWorkDone()
    return buryAs(stage, job, context, { error: poisoned(job), startedAt })
  }
  let commands: readonly Command[]
  try {
    commands = await perform(stage, job, context)
  } catch (thrown) {
    context.onWorkDone()
    if (context.signal.aborted)
      return settle(job, context, { outcome: 'released', commands: [release({ id: job.id })] })
    const error = toMillraceError(thrown)
    if (isStoresFault(error)) throw error
    return fail(stage, job, context, { error, startedAt })
  }
  context.onWorkDone()
  const done = stage.isKept ? complete({ id: job.id }) : remove({ id: job.id })
  try {
    return await settle(job, context, { outcome: 'completed', commands: [...commands, done] })
  } catch (thrown) {
    const error = toMillraceError(thrown)
    if (!isUnitsOwnFault(error)) throw error
    return fail(stage, job, context, { error, startedAt })
  }
}

function poisoned({ crashesAlone }: Job): MillraceError {
  return new MillraceError(
    'Fault',
    `the process that worked on it ended ${crashesAlone} times while it worked on nothing else`,
  )
}

async function perform(stage: Stage, job: Job, context: AttemptContext): Promise<readonly Command[]> {
  const { store, clock, signal, pauseMs } = context
  signal.throwIfAborted()
  if (pauseMs > 0) await sleep(pauseMs, undefined, { signal })
  const isLastAttempt = job.attempts + 1 >= job.attemptsMax
  return stage.perform(store, { job, clock, signal, isLastAttempt })
}

/** Codes that blame what the stage wanted to write, not the store. */
function isUnitsOwnFault(error: MillraceError): boolean {
  return isMillraceError(error, 'BadValue', 'Constraint', 'TooBig', 'UnknownCommand')
}

/** Codes that only a store raises, also for a read, and that no other job would fare better with. */
export function isStoresFault(error: MillraceError): boolean {
  return isMillraceError(
    error,
    'Busy',
    'Closed',
    'Corrupt',
    'DiskFull',
    'InputOutput',
    'NoPermission',
    'QueueFull',
  )
}

interface Failure {
  readonly error: MillraceError
  readonly startedAt: number
}

function fail(stage: Stage, job: Job, context: AttemptContext, failure: Failure): Promise<AttemptEnd> {
  const { error } = failure
  const why = { id: job.id, errorCode: error.code, errorMessage: error.message }
  const verdict = decide(error, job, { now: context.clock.now(), random: context.random() })
  if (verdict.does === 'bury') return buryAs(stage, job, context, failure)
  if (verdict.does === 'wait') {
    const { until } = verdict
    const pause = waitLane({ key: job.lane, until, code: error.code, reason: error.message })
    const commands = [pause, failureOf(job, error), wait({ ...why, dueAt: until })]
    return settleMiss(job, context, { outcome: 'waits', error, commands }, () =>
      stage.miss(job, { error, does: 'wait', until }),
    )
  }
  const { dueAt } = verdict
  const commands = [
    recordOf(job, context, failure),
    failureOf(job, error),
    retry({ ...why, dueAt }),
    ...(isHostFailure(error) ? [budgetRetry({ id: job.id, key: job.lane })] : []),
  ]
  return settleMiss(job, context, { outcome: 'retried', error, commands }, () =>
    stage.miss(job, { error, does: 'retry', until: dueAt }),
  )
}

/** What the lane learns of a failed try. */
function failureOf({ lane, claimedAt }: Job, error: MillraceError): Command {
  const { status } = error.facts
  return failLane({
    key: lane,
    claimedAt,
    counts: isHostFailure(error),
    errorCode: error.code,
    errorStatus: typeof status === 'number' ? status : null,
    errorMessage: error.message,
  })
}

function recordOf(job: Job, { clock, store }: AttemptContext, { error, startedAt }: Failure): Command {
  const now = clock.now()
  return recordAttempt({
    id: newId(now),
    job: job.id,
    attempt: job.attempts + 1,
    process: store.process,
    startedAt,
    finishedAt: now,
    errorCode: error.code,
    errorMessage: error.message,
  })
}

/** The dead letter, with what the stage adds to it. */
function buryAs(stage: Stage, job: Job, context: AttemptContext, failure: Failure): Promise<AttemptEnd> {
  const { error } = failure
  const letter = bury({ id: job.id, errorCode: error.code, errorMessage: error.message })
  const commands = [recordOf(job, context, failure), failureOf(job, error), letter]
  return settleMiss(job, context, { outcome: 'dead', error, commands }, () => [
    ...stage.miss(job, { error, does: 'bury', until: null }),
    ...stage.bury(job, error),
  ])
}

/**
 * The end of a failed try, with what the stage adds to it. Where that can not be made, or not be applied, it is settled
 * without, or the job would end every worker.
 */
async function settleMiss(
  job: Job,
  context: AttemptContext,
  end: Omit<AttemptEnd, 'job'>,
  added: () => readonly Command[],
): Promise<AttemptEnd> {
  try {
    return await settle(job, context, { ...end, commands: [...added(), ...end.commands] })
  } catch (thrown) {
    const missError = toMillraceError(thrown)
    if (isStoresFault(missError)) throw missError
    return settle(job, context, { ...end, missError })
  }
}

async function settle(
  job: Job,
  { store }: AttemptContext,
  end: Omit<AttemptEnd, 'job'>,
): Promise<AttemptEnd> {
  const guards = [held({ id: job.id, epoch: job.epoch })]
  try {
    await store.commit({ commands: end.commands, guards })
    return { job, ...end }
  } catch (error) {
    if (isMillraceError(error, 'GuardFailed')) return { job, outcome: 'fenced', commands: [] }
    throw error
  }
}
