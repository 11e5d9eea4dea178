/**
 * The jobs of one run as plain objects: what job.ts draws and the commands' comments promise, written down a second
 * time in the simplest way, for a property test to compare with.
 */

/** A job as far as the model keeps it; names as in the row. */
export interface ModelJob {
  readonly id: string
  readonly kind: string
  readonly lane: string
  state: string
  priority: number
  dueAt: number
  attempts: number
  waits: number
  crashes: number
  crashesAlone: number
  epoch: number
  process: string | null
  leaseUntil: number | null
  finishedAt: number | null
}

export interface ModelLane {
  readonly concurrency: number
  readonly gapMs: number
  nextAt: number
  waitUntil: number
  failures: number
  penaltyMs: number
  openUntil: number
}

/** A lane as it is made. */
export const FRESH = { nextAt: 0, waitUntil: 0, failures: 0, penaltyMs: 0, openUntil: 0 } as const

/** Every way to settle, as the names of its commands. */
export const SETTLES = ['complete', 'remove', 'retry', 'wait', 'release', 'bury'] as const
export type Settle = (typeof SETTLES)[number]

/** In how many crashes a job must have been in hand before it is claimed singly. */
const SUSPECT = 3

const given = { process: null, leaseUntil: null }
const inOrder = (a: ModelJob, b: ModelJob) => a.priority - b.priority || a.waits - b.waits || byId(a, b)
const byId = (a: ModelJob, b: ModelJob) => (a.id < b.id ? -1 : 1)

/** A run that is played by hand. `now` is moved from outside. */
export class JobModel {
  readonly jobs = new Map<string, ModelJob>()
  /** Of lanes that were made. */
  readonly lanes = new Map<string, ModelLane>()
  readonly effects: string[] = []
  now = 0

  offer(entry: { id: string; kind: string; lane: string; priority: number; dueAt: number }): boolean {
    const known = this.jobs.get(entry.id)
    if (known !== undefined) {
      if (entry.priority >= known.priority) return false
      known.priority = entry.priority
      return true
    }
    const state = entry.dueAt > this.now ? 'scheduled' : 'available'
    const counts = { attempts: 0, waits: 0, crashes: 0, crashesAlone: 0, epoch: 0 }
    this.jobs.set(entry.id, { ...entry, state, ...counts, ...given, finishedAt: null })
    return true
  }

  /** Returns what was claimed, in no particular order. */
  claim(asked: { kind: string; process: string; limit: number; priorityMax: number; leaseUntil: number }) {
    const ofKind = [...this.jobs.values()].filter((job) => job.kind === asked.kind)
    for (const job of ofKind) if (job.crashes < SUSPECT && this.#isDue(job)) job.state = 'available'
    const own = this.#running((job) => job.process === asked.process)
    const ready = own.some((job) => job.crashes >= SUSPECT)
      ? []
      : ofKind.filter((job) => job.state === 'available')
    const placed = [...new Set(ready.map((job) => job.lane))].flatMap((lane) =>
      ready
        .filter((job) => job.lane === lane && job.priority <= asked.priorityMax)
        .sort(inOrder)
        .slice(0, Math.max(0, this.#slots(lane)))
        .map((job, place) => ({ job, place })),
    )
    const taken = placed
      .sort((a, b) => a.place - b.place || byId(a.job, b.job))
      .slice(0, asked.limit)
      .map(({ job }) => job)
    if (own.length === 0 && taken.length === 0) taken.push(...this.#suspect(ofKind, asked.priorityMax))
    for (const job of taken) {
      const { process, leaseUntil } = asked
      Object.assign(job, { state: 'running', process, leaseUntil, epoch: job.epoch + 1 })
      const lane = this.lanes.get(job.lane)
      if (lane !== undefined && lane.gapMs > 0) lane.nextAt = this.now + lane.gapMs
    }
    return taken
  }

  #isDue(job: ModelJob): boolean {
    return ['scheduled', 'retryable'].includes(job.state) && job.dueAt <= this.now
  }

  /** The first suspect that can be had, if any. */
  #suspect(jobs: readonly ModelJob[], priorityMax: number): readonly ModelJob[] {
    return jobs
      .filter((job) => job.crashes >= SUSPECT && this.#isDue(job) && job.priority <= priorityMax)
      .filter((job) => this.#slots(job.lane) > 0)
      .sort((a, b) => a.crashesAlone - b.crashesAlone || inOrder(a, b))
      .slice(0, 1)
  }

  #slots(key: string): number {
    const lane = this.lanes.get(key) ?? { concurrency: 1, gapMs: 0, ...FRESH }
    if (Math.max(lane.nextAt, lane.waitUntil, lane.openUntil) > this.now) return 0
    const width = lane.penaltyMs > 0 ? Math.min(1, lane.concurrency) : lane.concurrency
    const free = width - this.#running((job) => job.lane === key).length
    return lane.gapMs > 0 ? Math.min(1, free) : free
  }

  #running(which: (job: ModelJob) => boolean): ModelJob[] {
    return [...this.jobs.values()].filter((job) => job.state === 'running' && which(job))
  }

  /** Returns whether the try was still the job's current one. */
  settle(id: string, epoch: number, { how, dueAt }: { how: Settle; dueAt: number }): boolean {
    const job = this.jobs.get(id)
    if (job?.state !== 'running' || job.epoch !== epoch) return false
    this.effects.push(`${id} ${epoch}`)
    Object.assign(job, given)
    if (how === 'complete') Object.assign(job, { state: 'completed', finishedAt: this.now })
    if (how === 'remove') this.jobs.delete(id)
    if (how === 'retry') Object.assign(job, { state: 'retryable', dueAt, attempts: job.attempts + 1 })
    if (how === 'wait') Object.assign(job, { state: 'scheduled', dueAt, waits: job.waits + 1 })
    if (how === 'release') job.state = job.crashes >= SUSPECT ? 'retryable' : 'available'
    if (how === 'bury')
      Object.assign(job, { state: 'dead', attempts: job.attempts + 1, finishedAt: this.now })
    return true
  }

  /** A try that was claimed at that time failed by its host's fault. */
  failLane(key: string, claimedAt: number): void {
    const lane = this.lanes.get(key)
    if (lane === undefined) return
    const isClosed = lane.penaltyMs === 0
    const isProbe = !isClosed && claimedAt >= lane.openUntil
    lane.failures++
    if (isClosed && lane.failures >= 5) lane.penaltyMs = 30_000
    if (isProbe) lane.penaltyMs = Math.min(900_000, lane.penaltyMs * 2)
    if (lane.penaltyMs > 0 && lane.openUntil <= this.now) lane.openUntil = this.now + lane.penaltyMs
  }

  answerLane(key: string): void {
    Object.assign(this.lanes.get(key) ?? {}, { failures: 0, penaltyMs: 0, openUntil: 0 })
  }

  rescueProcess(process: string): number {
    const lost = this.#running((job) => job.process === process)
    for (const job of lost) this.#giveBack(job, lost.length === 1 ? 1 : 0)
    return lost.length
  }

  rescueLeases(isKnown: (process: string) => boolean): number {
    const hung = this.#running((job) => (job.leaseUntil ?? 0) < this.now || !isKnown(job.process ?? ''))
    for (const job of hung) this.#giveBack(job, 0)
    return hung.length
  }

  #giveBack(job: ModelJob, alone: number): void {
    const state = job.crashes + 1 >= SUSPECT ? 'retryable' : 'available'
    const counts = { crashes: job.crashes + 1, crashesAlone: job.crashesAlone + alone, epoch: job.epoch + 1 }
    Object.assign(job, given, counts, { state })
  }

  beat(process: string, leaseUntil: number): number {
    const held = this.#running((job) => job.process === process)
    for (const job of held) job.leaseUntil = leaseUntil
    return held.length
  }

  cancel(): number {
    const open = ['scheduled', 'available', 'running', 'retryable']
    const ended = [...this.jobs.values()].filter((job) => open.includes(job.state))
    for (const job of ended)
      Object.assign(job, given, { state: 'cancelled', epoch: job.epoch + 1, finishedAt: this.now })
    return ended.length
  }
}
