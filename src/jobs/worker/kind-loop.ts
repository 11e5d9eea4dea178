/**
 * The loop of one kind: claim as many as there are free slots, start them, and sleep until something is due, a hint
 * comes, a slot becomes free, or the slow look is up. Nothing here polls fast: a lost hint costs a second.
 */
import type { Bus } from '../../bus/index.ts'
import { isMillraceError, toMillraceError, type Clock, type MillraceError } from '../../model/index.ts'
import type { Guard, Store } from '../../store/index.ts'
import { attempt, type AttemptEnd } from './attempt.ts'
import { attemptTogether } from './attempt-together.ts'
import { claim, nextDue } from '../claim.ts'
import type { Job } from '../job.ts'
import type { LaneGap } from './lane-gap.ts'
import { offeredKinds } from '../offer.ts'
import type { Stage } from '../stage.ts'

/** A stage, and how many of its jobs at once. */
export interface StageSlots {
  readonly stage: Stage
  readonly concurrency: number
  /** How many jobs may be in hand at this moment; for a budget that runs out. Default: no bound of its own. */
  readonly room?: () => number
  readonly budget?: Budget
}

/** A bound that all processes on the store share, and that only the store can count. */
export interface Budget {
  /** What must hold for a claim of so many jobs; where it does not, fewer are asked for. */
  readonly admits: (jobs: number) => Guard
  /** Called when it admits not even one, and none is in hand here: others may have some that use it up, or not. */
  readonly onSpent: () => void
}

/** What every loop of a worker shares. */
export interface LoopContext {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly run: string
  /** Jobs with a higher priority number are left alone. */
  readonly priorityMax: number
  /** What must hold for a claim, for example that the run is not cancelled. */
  readonly guards: readonly Guard[]
  readonly random: () => number
  /** One for all kinds: a page and a sitemap of one host are the same to the host. */
  readonly gap: LaneGap
  readonly onEnd: (end: AttemptEnd) => void
  /** Called before each sleep with nothing in hand. */
  readonly onIdle: () => void
  /** Called when a job was settled, so that its lane has a free slot for any kind. */
  readonly onFreed: (job: Job) => void
}

/** How long a claim is good for without a sign of life from this process. */
export const LEASE_MS = 60_000
const LOOK_MS = 1_000
/** Jobs whose work is done and whose commit is not count too, up to this many times the slots: what they hold is memory. */
const UNSETTLED_FACTOR = 3

/** The topic of hints that jobs of a kind are there. */
export function jobsTopic(kind: string): string {
  return `jobs:${kind}`
}

interface Claimed {
  readonly jobs: readonly Job[]
  /** How many were asked for; 0 when the budget admits none. */
  readonly limit: number
  /** When to look again, milliseconds since 1970. */
  readonly dueAt: number
}

/** Runs the jobs of one stage. */
export class KindLoop {
  readonly #stage: Stage
  readonly #concurrency: number
  readonly #room: () => number
  readonly #budget: Budget | undefined
  readonly #context: LoopContext
  readonly #stop = new AbortController()
  readonly #abort = new AbortController()
  /** Jobs being worked on: what takes a slot. */
  #working = 0
  /** Jobs not settled yet. */
  #inHand = 0
  /** Their tries: what the end waits for. */
  readonly #unsettled = new Set<Promise<void>>()
  #failure: MillraceError | undefined
  #wake: () => void = () => undefined
  #hasHint = false
  /** First and last of the lanes that have more for us than we could claim; 'any' while we are asking. */
  #heldBack: readonly [string, string] | 'any' | undefined

  constructor({ stage, concurrency, room, budget }: StageSlots, context: LoopContext) {
    this.#stage = stage
    this.#concurrency = concurrency
    this.#room = room ?? (() => Number.POSITIVE_INFINITY)
    this.#budget = budget
    this.#context = context
  }

  /** Whether nothing is in hand here. */
  get isIdle(): boolean {
    return this.#unsettled.size === 0
  }

  /** Claims and works until stopped, then waits for what is in hand. @throws what made the store unusable */
  async run(): Promise<void> {
    const unlisten = this.#context.bus.listen(jobsTopic(this.#stage.kind), () => this.wake())
    try {
      while (!this.#stop.signal.aborted) await this.#turn()
    } catch (error) {
      this.#fail(error)
    }
    unlisten()
    await Promise.all(this.#unsettled)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Claims no more; what is in hand is finished. */
  stop(): void {
    this.#stop.abort()
    this.wake()
  }

  /** Claims no more; what is in hand is aborted and given back. */
  abort(): void {
    this.stop()
    this.#abort.abort()
  }

  /** Looks again at once if that lane may be what kept us from claiming. */
  wakeFor(lane: string): void {
    const held = this.#heldBack
    if (held === undefined || (held !== 'any' && (lane < held[0] || lane > held[1]))) return
    this.wake()
  }

  /** Looks again at once. */
  wake(): void {
    this.#hasHint = true
    this.#wake()
  }

  async #turn(): Promise<void> {
    this.#hasHint = false
    const free = this.#free()
    if (free <= 0) return this.#sleep(Number.POSITIVE_INFINITY)
    const { jobs, limit, dueAt } = await this.#claimWithin(free)
    for (const group of this.#groupsOf(jobs)) this.#start(group)
    if (limit === 0 && this.isIdle) this.#budget?.onSpent()
    if (limit === 0 || jobs.length < limit) await this.#sleep(dueAt - this.#context.clock.now())
  }

  #free(): number {
    // The next group gathers while one is being settled, as a commit's batch does.
    if (this.#stage.togetherMax > 1 && this.#inHand > 0) return 0
    const unsettledMax = Math.min(this.#concurrency * UNSETTLED_FACTOR, this.#room())
    return Math.min(this.#concurrency - this.#working, unsettledMax - this.#inHand)
  }

  /** Asks for half as many until the budget admits it: near its end a few units are refused, before that none. */
  async #claimWithin(limit: number): Promise<Claimed> {
    if (limit === 0) return { jobs: [], limit, dueAt: Number.POSITIVE_INFINITY }
    const guard = this.#budget?.admits(limit)
    try {
      return await this.#claim(limit, guard === undefined ? [] : [guard])
    } catch (error) {
      if (!isMillraceError(error, 'GuardFailed') || error.facts['guard'] !== guard?.name) throw error
      return this.#claimWithin(Math.floor(limit / 2))
    }
  }

  async #claim(limit: number, budget: readonly Guard[]): Promise<Claimed> {
    const { store, run, priorityMax, guards, clock } = this.#context
    const { kind } = this.#stage
    const leaseUntil = clock.now() + LEASE_MS
    this.#heldBack = 'any'
    const receipt = await store.commit({
      commands: [
        claim({ run, kind, process: store.process, limit, priorityMax, leaseUntil }),
        nextDue({ run, kind }),
      ],
      guards: [...guards, ...budget],
    })
    const [claimed, due] = receipt.results
    const jobs = [...claimed.rows].sort(
      (a, b) => a.priority - b.priority || a.waits - b.waits || (a.id < b.id ? -1 : 1),
    )
    const { at, firstLane, lastLane } = due.rows[0] ?? { at: null, firstLane: null, lastLane: null }
    this.#heldBack = firstLane === null || lastLane === null ? undefined : [firstLane, lastLane]
    return { jobs, limit, dueAt: at ?? Number.POSITIVE_INFINITY }
  }

  /** Jobs that are tried together, as far as their stage takes them so and nothing holds their start back. */
  #groupsOf(jobs: readonly Job[]): readonly (readonly Job[])[] {
    const { togetherMax } = this.#stage
    if (togetherMax === 1 || jobs.some((job) => job.gapMs > 0)) return jobs.map((job) => [job])
    const count = Math.ceil(jobs.length / togetherMax)
    return Array.from({ length: count }, (_, at) => jobs.slice(at * togetherMax, (at + 1) * togetherMax))
  }

  #start(jobs: readonly Job[]): void {
    this.#working += jobs.length
    this.#inHand += jobs.length
    const settled = this.#work(jobs)
    this.#unsettled.add(settled)
    void settled.finally(() => {
      this.#inHand -= jobs.length
      this.#unsettled.delete(settled)
      this.wake()
    })
  }

  /** Never rejects: what breaks the store is kept for `run` to throw. */
  async #work(jobs: readonly Job[]): Promise<void> {
    try {
      for (const end of await this.#attempt(jobs)) this.#tell(end)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #attempt(jobs: readonly Job[]): Promise<readonly AttemptEnd[]> {
    const { store, clock, random } = this.#context
    const onWorkDone = () => {
      this.#working--
      this.wake()
    }
    const context = { store, clock, signal: this.#abort.signal, random, onWorkDone, pauseMs: 0 }
    const [job] = jobs
    if (job === undefined || jobs.length > 1) return attemptTogether(this.#stage, jobs, context)
    const pauseMs = this.#context.gap.pauseMs(job, clock.now())
    return [await attempt(this.#stage, job, { ...context, pauseMs })]
  }

  #tell(end: AttemptEnd): void {
    const { store, bus, onEnd, onFreed } = this.#context
    for (const kind of offeredKinds(end.commands)) bus.hint(jobsTopic(kind))
    store.meter.count(`jobs.${end.outcome}`)
    onFreed(end.job)
    onEnd(end)
  }

  /** What is in hand is aborted too: `run` must not wait for work that can not be settled. */
  #fail(error: unknown): void {
    this.#failure ??= toMillraceError(error)
    this.abort()
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#hasHint || this.#stop.signal.aborted) return
    if (this.isIdle) this.#context.onIdle()
    const woken = Promise.withResolvers<void>()
    this.#wake = woken.resolve
    const timer = setTimeout(woken.resolve, Math.max(0, Math.min(ms, LOOK_MS)))
    await woken.promise
    clearTimeout(timer)
  }
}
