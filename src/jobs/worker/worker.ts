/** A worker runs all stages of one run in this process until no work is left, or until it is told to stop. */
import type { Bus } from '../../bus/index.ts'
import { isMillraceError, systemClock, toMillraceError, type Clock } from '../../model/index.ts'
import type { Guard, Store } from '../../store/index.ts'
import type { AttemptEnd } from './attempt.ts'
import { openWork } from '../claim.ts'
import { CRASHES_SUSPECT, type Job } from '../job.ts'
import { LaneGap } from './lane-gap.ts'
import { KindLoop, LEASE_MS, type LoopContext, type StageSlots } from './kind-loop.ts'
import { beat, rescue } from '../rescue.ts'

/** What a worker works on. */
export interface WorkerOptions {
  readonly store: Store
  readonly bus: Bus
  readonly run: string
  readonly stages: readonly StageSlots[]
  /** Must hold for every claim; when it does not, the worker ends as 'fenced'. */
  readonly guards?: readonly Guard[]
  /** Jobs with a higher priority number are left alone. Default: none is. */
  readonly priorityMax?: number
  readonly clock?: Clock
  readonly random?: () => number
  /** Called after each try is settled. */
  readonly onEnd?: (end: AttemptEnd) => void
}

/** Why a worker ended: nothing left to do, told to stop, or a guard of its claims did not hold any more. */
export type WorkerEnd = 'drained' | 'stopped' | 'fenced'

/** A worker that is running. */
export interface Worker {
  /** Resolves when it has ended and nothing is in hand. @throws MillraceError when the store can not be used */
  readonly ended: Promise<WorkerEnd>
  /** Claims no more and finishes what is in hand. */
  stop(): void
  /** Claims no more and gives back what is in hand. */
  abort(): void
}

const PRIORITY_ANY = Number.MAX_SAFE_INTEGER
const BEAT_MS = LEASE_MS / 3
const LOOK_MS = 1_000

/** Gives back what dead processes held, then starts working. */
export function startWorker(options: WorkerOptions): Worker {
  return new RunWorker(options)
}

class RunWorker implements Worker {
  readonly ended: Promise<WorkerEnd>
  readonly #context: LoopContext
  readonly #loops: readonly KindLoop[]
  readonly #kinds: readonly string[]
  #end: WorkerEnd | undefined
  #failure: unknown
  #isLooking = false

  constructor(options: WorkerOptions) {
    this.#context = {
      clock: systemClock,
      random: Math.random,
      gap: new LaneGap(),
      guards: [],
      priorityMax: PRIORITY_ANY,
      onEnd: () => undefined,
      ...options,
      onIdle: () => this.#look(),
      onFreed: (job) => this.#wakeFor(job),
    }
    this.#kinds = options.stages.map(({ stage }) => stage.kind)
    this.#loops = options.stages.map((slots) => new KindLoop(slots, this.#context))
    this.ended = this.#run()
  }

  stop(): void {
    this.#finish('stopped')
  }

  abort(): void {
    this.#end ??= 'stopped'
    for (const loop of this.#loops) loop.abort()
  }

  async #run(): Promise<WorkerEnd> {
    await rescue(this.#context.store)
    const { store, clock } = this.#context
    const timers = [
      setInterval(
        this.#oneAtATime(() => beat(store, clock.now() + LEASE_MS)),
        BEAT_MS,
      ),
      setInterval(
        this.#oneAtATime(() => rescue(store, LEASE_MS)),
        LOOK_MS,
      ),
    ]
    await Promise.all(this.#loops.map((loop) => loop.run().catch((error: unknown) => this.#fail(error))))
    for (const timer of timers) clearInterval(timer)
    if (this.#failure !== undefined) throw toMillraceError(this.#failure)
    return this.#end ?? 'stopped'
  }

  /** Work is over when nothing is in hand here and no job of the run is open anywhere. */
  #look(): void {
    if (this.#isLooking || !this.#loops.every((loop) => loop.isIdle)) return
    this.#isLooking = true
    this.#do(this.#lookAtOpenWork())
  }

  async #lookAtOpenWork(): Promise<void> {
    const { store, run, priorityMax } = this.#context
    try {
      const [row] = await store.read(openWork({ run, kinds: this.#kinds, priorityMax }))
      if (row?.isOpen === false && this.#loops.every((loop) => loop.isIdle)) this.#finish('drained')
    } catch (error) {
      // A store that is too busy to say has said nothing: the next sleep asks again.
      if (!isMillraceError(error, 'Timeout')) throw error
    } finally {
      this.#isLooking = false
    }
  }

  /** A slot of a lane is anyone's; and beside a suspect nobody could claim anything. */
  #wakeFor({ lane, crashes }: Job): void {
    for (const loop of this.#loops) {
      if (crashes >= CRASHES_SUSPECT) loop.wake()
      else loop.wakeFor(lane)
    }
  }

  /** So that they do not heap up while the store waits for room on the disk. */
  #oneAtATime(task: () => Promise<unknown>): () => void {
    let isRunning = false
    const run = async () => {
      isRunning = true
      await task()
      isRunning = false
    }
    return () => {
      if (!isRunning) this.#do(run())
    }
  }

  #do(task: Promise<unknown>): void {
    task.catch((error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    if (isMillraceError(error, 'GuardFailed')) this.#end = 'fenced'
    else this.#failure ??= error
    this.abort()
  }

  #finish(end: WorkerEnd): void {
    this.#end ??= end
    for (const loop of this.#loops) loop.stop()
  }
}
