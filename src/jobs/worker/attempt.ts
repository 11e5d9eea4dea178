/**
 * One try at one job, from claim to settle:
 *
 *   perform --ok--> rows + completion in one unit --applied--> settled
 *      |                       |--fenced (epoch moved on)----> given up silently: another try owns the job
 *      |                       |--this unit can not be applied--> as if perform had failed
 *      |--failed--> the retry policy --> retry, wait or bury, with the attempt on record
 *      |--stopped--> released, untouched
 *
 * A failure of the store itself is nobody's failed attempt: it is thrown, and the worker stops.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError, newId, toMillraceError, type Clock, type MillraceError } from '../../model/index.ts'
import type { Command, Store } from '../../store/index.ts'
import type { Job } from '../job.ts'
import { waitLane } from '../lanes.ts'
import { decide } from './retry-policy.ts'
import { bury, complete, held, recordAttempt, release, remove, retry, wait } from '../settle.ts'
import type { Stage } from '../stage.ts'

/** How a try ended. */
export interface AttemptEnd {
  readonly job: Job
  readonly outcome: 'completed' | 'retried' | 'waits' | 'dead' | 'released' | 'fenced'
  readonly error?: MillraceError
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
function isStoresFault(error: MillraceError): boolean {
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
  const now = context.clock.now()
  const why = { id: job.id, errorCode: error.code, errorMessage: error.message }
  const record = recordAttempt({
    ...why,
    id: newId(now),
    job: job.id,
    attempt: job.attempts + 1,
    process: context.store.process,
    startedAt: failure.startedAt,
    finishedAt: now,
  })
  const verdict = decide(error, job, { now, random: context.random() })
  if (verdict.does === 'wait') {
    const pause = waitLane({ key: job.lane, until: verdict.until, reason: error.message })
    return settle(job, context, {
      outcome: 'waits',
      error,
      commands: [pause, wait({ ...why, dueAt: verdict.until })],
    })
  }
  if (verdict.does === 'retry') {
    const again = retry({ ...why, dueAt: verdict.dueAt })
    return settle(job, context, { outcome: 'retried', error, commands: [record, again] })
  }
  const dead = (rows: readonly Command[]) =>
    settle(job, context, { outcome: 'dead', error, commands: [record, ...rows, bury(why)] })
  return dead(stage.bury(job, error)).catch((thrown: unknown) => {
    // What the stage adds can not be applied: the dead letter is kept without it, or the job would end every worker.
    if (!isUnitsOwnFault(toMillraceError(thrown))) throw thrown
    return dead([])
  })
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
