/**
 * One try at several jobs whose stage takes them together: their rows and all their completions are one unit, fenced by
 * every epoch. Whatever goes wrong with it, nothing was written, and each job is then tried alone.
 */
import { toMillraceError } from '../../model/index.ts'
import type { Command } from '../../store/index.ts'
import { CRASHES_ALONE_MAX, type Job } from '../job.ts'
import { complete, held, remove } from '../settle.ts'
import type { Stage } from '../stage.ts'
import { attempt, isStoresFault, type AttemptContext, type AttemptEnd } from './attempt.ts'

/** Tries claimed jobs. @throws MillraceError when the store can not be written */
export async function attemptTogether(
  stage: Stage,
  jobs: readonly Job[],
  context: AttemptContext,
): Promise<readonly AttemptEnd[]> {
  const isOrdinary = jobs.length > 1 && jobs.every((job) => job.crashesAlone < CRASHES_ALONE_MAX)
  const done = isOrdinary ? await tryTogether(stage, jobs, context) : undefined
  if (done === undefined) return Promise.all(jobs.map((job) => attempt(stage, job, context)))
  for (const _ of jobs) context.onWorkDone()
  // What was written is told once: it is the work of all of them.
  return jobs.map((job, index) => ({ job, outcome: 'completed', commands: index === 0 ? done : [] }))
}

/** What was written, or undefined when they have to be tried one by one. */
async function tryTogether(
  stage: Stage,
  jobs: readonly Job[],
  context: AttemptContext,
): Promise<readonly Command[] | undefined> {
  const { store } = context
  const ids = jobs.map(({ id }) => ({ id }))
  try {
    const commands = await performTogether(stage, jobs, context)
    const guards = jobs.map(({ id, epoch }) => held({ id, epoch }))
    await store.commit({
      commands: [...commands, stage.isKept ? complete.all(ids) : remove.all(ids)],
      guards,
    })
    return commands
  } catch (thrown) {
    const error = toMillraceError(thrown)
    // One that was fenced is a refused guard; every other failure of one of them is met again when it is tried alone.
    if (isStoresFault(error)) throw error
    return undefined
  }
}

function performTogether(
  stage: Stage,
  jobs: readonly Job[],
  { store, clock, signal }: AttemptContext,
): Promise<readonly Command[]> {
  signal.throwIfAborted()
  const contexts = jobs.map((job) => {
    return { job, clock, signal, isLastAttempt: job.attempts + 1 >= job.attemptsMax }
  })
  return stage.performTogether(store, contexts)
}
