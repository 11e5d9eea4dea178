/** Plays steps of a run on a real store and on the model at once, and compares the two after each step. */
import assert from 'node:assert/strict'
import { isMillraceError } from '../../model/index.ts'
import type { Command, Guard } from '../../store/index.ts'
import { claim } from '../claim.ts'
import { cancelJobs, deleteJobs } from '../end-run.ts'
import { answerLane, ensureLane, failLane, waitLane } from '../lanes/index.ts'
import { countJobs } from '../offer.ts'
import { bury, complete, held, release, remove, retry, wait } from '../settle.ts'
import { beatCommand, rescueCommand, rescueLeasesCommand } from './crash.ts'
import { addEffect, effectsOf, jobsOf, offerKeys, putProcess, type Opened } from './fixture.ts'
import { FRESH, JobModel, type ModelJob, type Settle } from './job-model.ts'

export const LANES = {
  wide: { concurrency: 3, gapMs: 0 },
  paced: { concurrency: 2, gapMs: 1_000 },
  unmade: undefined,
} as const
/** 'left' is not among the processes of the store: it closed it with jobs in hand. */
export const PROCESSES = ['p', 'q', 'left'] as const

type Lane = keyof typeof LANES
type Process = (typeof PROCESSES)[number]

/** What can happen next. Times are milliseconds from now. */
export type Step =
  | { does: 'offer'; kind: string; keys: string[]; lane: Lane; priority: number; inMs: number }
  | { does: 'claim'; kind: string; process: Process; limit: number; priorityMax: number; inMs: number }
  | { does: 'settle'; back: number; how: Settle; inMs: number }
  | { does: 'rescue process'; process: Process }
  | { does: 'crash thrice'; kind: string; process: Process; limit: number }
  | { does: 'rescue leases' }
  | { does: 'beat'; process: Process; inMs: number }
  | { does: 'move'; byMs: number }
  | { does: 'wait lane'; lane: Lane; inMs: number }
  | { does: 'fail lane'; lane: Lane; times: number; agoMs: number }
  | { does: 'answer lane'; lane: Lane }
  | { does: 'cancel' }

type StepOf<Does extends Step['does']> = Extract<Step, { does: Does }>

/** One run; all its names begin with `prefix`, so that many can share a store. */
export class Play {
  readonly #opened: Opened
  readonly #prefix: string
  readonly #model = new JobModel()
  /** Every try there ever was, the newest last. */
  readonly #tries: { readonly id: string; readonly epoch: number }[] = []

  constructor(opened: Opened, prefix: string) {
    this.#opened = opened
    this.#prefix = prefix
  }

  async start(): Promise<void> {
    for (const [name, pace] of Object.entries(LANES)) {
      if (pace === undefined) continue
      await this.#commit(ensureLane({ key: this.#named(name), ...pace }))
      this.#model.lanes.set(this.#named(name), { ...pace, ...FRESH })
    }
    await this.#commit(putProcess.all(['p', 'q'].map((name) => ({ id: this.#named(name) }))))
  }

  /** Leaves no job behind that a rescue of a later play could find. */
  async end(): Promise<void> {
    await this.#commit(deleteJobs({ run: this.#named('run'), limit: 100 }))
    assert.deepEqual(await jobsOf(this.#opened.store, this.#named('run')), [])
  }

  async take(step: Step): Promise<void> {
    this.#model.now = this.#opened.clock.now()
    await this.#do(step)
    await this.#compare()
  }

  #do(step: Step): Promise<void> | void {
    const model = this.#model
    const at = this.#opened.clock.now()
    switch (step.does) {
      case 'offer':
        return this.#offer(step)
      case 'claim':
        return this.#claim(step)
      case 'settle':
        return this.#settle(step)
      case 'rescue process': {
        const process = this.#named(step.process)
        return this.#expect(rescueCommand(process), model.rescueProcess(process))
      }
      case 'crash thrice':
        return this.#crashThrice(step)
      case 'rescue leases':
        return this.#expect(
          rescueLeasesCommand,
          model.rescueLeases((process) => process !== this.#named('left')),
        )
      case 'beat': {
        const process = this.#named(step.process)
        return this.#expect(beatCommand(process, at + step.inMs), model.beat(process, at + step.inMs))
      }
      case 'move':
        return this.#opened.clock.move(step.byMs)
      case 'wait lane':
        return this.#waitLane(step)
      case 'fail lane':
        return this.#failLane(step)
      case 'answer lane':
        return this.#answerLane(step)
      case 'cancel':
        return this.#expect(cancelJobs({ run: this.#named('run'), limit: 100 }), model.cancel())
    }
  }

  #offer({ keys, kind, lane, priority, inMs }: StepOf<'offer'>): Promise<void> {
    const run = this.#named('run')
    const dueAt = this.#model.now + inMs
    const offered = offerKeys(keys, { run, kind, lane: this.#named(lane), priority, dueAt })
    const changed = keys.map((key) =>
      this.#model.offer({ id: `${run}/${kind}/${key}`, kind, lane: this.#named(lane), priority, dueAt }),
    )
    return this.#expect(offered, changed.filter(Boolean).length)
  }

  async #claim({ kind, limit, priorityMax, ...step }: StepOf<'claim'>): Promise<void> {
    const process = this.#named(step.process)
    const asked = { kind, process, limit, priorityMax, leaseUntil: this.#model.now + step.inMs }
    const { results } = await this.#commit(claim({ run: this.#named('run'), ...asked }))
    const expected = this.#model
      .claim(asked)
      .map(({ id, epoch, attempts, waits }) => ({ id, epoch, attempts, waits }))
    const claimed = (results[0]?.rows ?? []) as typeof expected
    assert.deepEqual(
      claimed.map(({ id, epoch, attempts, waits }) => ({ id, epoch, attempts, waits })).toSorted(byId),
      expected.toSorted(byId),
    )
    this.#tries.push(...expected.map(({ id, epoch }) => ({ id, epoch })))
  }

  /** Makes suspects, which single crashes among other steps seldom do. */
  async #crashThrice({ process, kind, limit }: StepOf<'crash thrice'>): Promise<void> {
    for (let crash = 0; crash < 3; crash++) {
      await this.#claim({ does: 'claim', kind, process, limit, priorityMax: 3, inMs: 1_000 })
      await this.#expect(rescueCommand(this.#named(process)), this.#model.rescueProcess(this.#named(process)))
    }
  }

  async #settle({ back, how, inMs }: StepOf<'settle'>): Promise<void> {
    const settled = this.#tries[this.#tries.length - 1 - back]
    if (settled === undefined) return
    const dueAt = this.#model.now + inMs
    const made = settleCommand(how, settled.id, dueAt)
    const isCurrent = this.#model.settle(settled.id, settled.epoch, { how, dueAt })
    const unit = this.#commit(
      [made, addEffect({ job: `${settled.id} ${settled.epoch}`, epoch: 0 })],
      held(settled),
    )
    if (isCurrent) assert.equal((await unit).results[0]?.changed, 1)
    else await assert.rejects(unit, (error) => isMillraceError(error, 'GuardFailed'))
  }

  async #waitLane({ lane, inMs }: StepOf<'wait lane'>): Promise<void> {
    const until = this.#model.now + inMs
    await this.#commit(waitLane({ key: this.#named(lane), until, code: 'RateLimited', reason: 'test' }))
    const made = this.#model.lanes.get(this.#named(lane))
    if (made !== undefined) made.waitUntil = Math.max(made.waitUntil, until)
  }

  async #failLane({ lane, times, agoMs }: StepOf<'fail lane'>): Promise<void> {
    const claimedAt = this.#model.now - agoMs
    const why = { errorCode: 'FetchTimeout', errorStatus: null, errorMessage: 'test' }
    const failure = { key: this.#named(lane), claimedAt, counts: true, ...why }
    for (let time = 0; time < times; time++) {
      await this.#commit(failLane(failure))
      this.#model.failLane(this.#named(lane), claimedAt)
    }
  }

  async #answerLane({ lane }: StepOf<'answer lane'>): Promise<void> {
    await this.#commit(answerLane({ key: this.#named(lane) }))
    this.#model.answerLane(this.#named(lane))
  }

  async #expect(command: Command, changed: number): Promise<void> {
    assert.equal((await this.#commit(command)).results[0]?.changed, changed)
  }

  #commit(commands: Command | readonly Command[], ...guards: readonly Guard[]) {
    const unit = { commands: [commands].flat(), guards, durability: 'crash-safe' as const }
    return this.#opened.store.commit(unit)
  }

  async #compare(): Promise<void> {
    const { store } = this.#opened
    const run = this.#named('run')
    const expected = [...this.#model.jobs.values()].toSorted(byId)
    const actual = (await jobsOf(store, run)).map((job) => pick(job))
    assert.deepEqual(actual, expected)
    assert.deepEqual(
      (await store.read(countJobs({ run }))).map((row) => `${row.kind} ${row.state} ${row.count}`).toSorted(),
      countsOf(expected),
    )
    assert.deepEqual(
      (await effectsOf(store)).filter((effect) => effect.startsWith(run)),
      this.#model.effects,
    )
  }

  #named(name: string): string {
    return this.#prefix + name
  }
}

function settleCommand(how: Settle, id: string, dueAt: number): Command {
  const why = { errorCode: 'Timeout', errorMessage: 'test' }
  if (how === 'retry') return retry({ id, dueAt, ...why })
  if (how === 'wait') return wait({ id, dueAt, ...why })
  if (how === 'bury') return bury({ id, ...why })
  return { complete, remove, release }[how]({ id })
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1)

/** What the model keeps of a row. */
function pick(row: Awaited<ReturnType<typeof jobsOf>>[number]): ModelJob {
  const { id, kind, lane, state, priority, dueAt, attempts, waits, crashes, crashesAlone } = row
  const { epoch, process, leaseUntil, finishedAt } = row
  const counts = { attempts, waits, crashes, crashesAlone, epoch }
  return { id, kind, lane, state, priority, dueAt, ...counts, process, leaseUntil, finishedAt }
}

function countsOf(jobs: readonly ModelJob[]): string[] {
  const counts = new Map<string, number>()
  for (const { kind, state } of jobs)
    counts.set(`${kind} ${state}`, (counts.get(`${kind} ${state}`) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${name} ${count}`).toSorted()
}
