/** Workers for tests, and stages whose work the test lets go on when it likes. */
import { setImmediate } from 'node:timers/promises'
import { createBus } from '../../bus/index.ts'
import { MillraceError } from '../../model/index.ts'
import type { Stage } from '../stage.ts'
import { startWorker, type Worker, type WorkerOptions } from '../worker/index.ts'
import { effectStage, jobsOf, putProcess, type Opened } from './fixture.ts'

/** Starts a worker on run 'r', with 4 jobs of each stage at once unless said otherwise. */
export function work(
  { store, clock }: Opened,
  stages: readonly Stage[],
  given: Partial<WorkerOptions> = {},
): Worker {
  const slots = stages.map((stage) => ({ stage, concurrency: 4 }))
  return startWorker({ store, clock, bus: createBus(), run: 'r', stages: slots, ...given })
}

/** States of run 'r' by key. */
export async function statesOf({ store }: Opened): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await jobsOf(store)).map((job) => [job.uniqueKey, job.state]))
}

/** A stage of jobs that work until they are aborted or `open` is called, and the signal each of them was given. */
export function gatedStage(kind = 'k') {
  const gate = Promise.withResolvers<void>()
  const signals: AbortSignal[] = []
  const begun: (() => void)[] = []
  const gated = effectStage(
    {
      async work(job, { signal }) {
        signals.push(signal)
        for (const check of begun) check()
        const aborted = Promise.withResolvers<never>()
        signal.addEventListener('abort', () => aborted.reject(new MillraceError('FetchTimeout', 'aborted')))
        await Promise.race([gate.promise, aborted.promise])
        return job
      },
    },
    kind,
  )
  const whenStarted = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => (signals.length >= count ? resolve() : undefined)
      begun.push(check)
      check()
    })
  return { stage: gated, signals, whenStarted, open: gate.resolve }
}

/** Units of a process are applied in the order of the calls: what was on its way when this began is done after it. */
export async function settleDown({ store }: Opened): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await store.commit({ commands: [putProcess.all([])] })
    await store.position()
    await setImmediate()
  }
}
