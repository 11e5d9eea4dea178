/**
 * Group commit on Postgres: one batch after the other, each in one transaction or a few. What went wrong decides how it
 * goes on:
 *
 *   a unit's own fault          rolled back; the same units again, each in a savepoint
 *   the connection, or the lock rolled back by the server; the same units again, as long as the policy allows
 *   the connection at COMMIT    asked what became of it: committed is acknowledged, aborted is done again
 *   anything else               the rest of the batch is refused
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError, toMillraceError } from '../../../model/index.ts'
import type { Compiled } from '../../catalog.ts'
import type { PlainWrite } from '../../declare.ts'
import {
  harmsWholeBatch,
  noTimes,
  type Batch,
  type BatchReport,
  type BatchTimes,
  type Outcome,
} from '../../queue/index.ts'
import { toErrorMessage } from '../../../threads/index.ts'
import { delayMs, retryOf, type Connection, type Retry } from '../connect/index.ts'
import type { Mark } from './mark.ts'
import { planUnit, type PlannedUnit } from '../statements/index.ts'
import { StepSender } from './sender.ts'
import { prepare, type Pass } from './transaction.ts'
import type { WriteSession } from './write-session.ts'

/** What a batch writer is made of. */
export interface BatchWriterParts {
  readonly session: WriteSession
  readonly compiled: readonly Compiled[]
  /** Which of them are generated INSERTs, by index. */
  readonly plain: ReadonlyMap<number, PlainWrite>
  readonly changesKept: number
  /** How long a batch is tried again while the server can not be reached, or the lock not be had; milliseconds. */
  readonly retryWindowMs: number
  /** Told how often something was tried again, and why. */
  readonly onRetry: (code: MillraceError['code']) => void
}

/** A connection that was lost is opened again as long as the window lasts. */
const LOST: Retry = { attempts: Number.POSITIVE_INFINITY, firstMs: 20, longestMs: 1_000 }
/** How long a report waits for the next batch to be sent, where another process has the lock. */
const HELD_MS_MAX = 2
/** Of a try after the window's end. */
const LAST_TRY_MS = 2_000

/** Commits batches, in the order of the calls. */
export class BatchWriter {
  readonly #parts: BatchWriterParts
  readonly #sender: StepSender
  #turn: Promise<unknown> = Promise.resolve()
  #times: BatchTimes = noTimes()
  #failingSince: number | undefined
  #tries = 0
  /** Batches handed over of which the server does not have the work yet. */
  #unsent = 0
  /** Whether it has that of the current one. */
  #isSent = false
  #onSent: (() => void) | undefined

  constructor(parts: BatchWriterParts) {
    this.#parts = parts
    this.#sender = new StepSender(parts.compiled, parts.plain)
  }

  /** Commits a batch after those before it. Never rejects for what a unit did or the server failed to do. */
  commit(batch: Batch): Promise<BatchReport> {
    const units = batch.tapes.map((tape) => planUnit(tape, this.#parts.compiled))
    this.#unsent++
    const report = this.#turn.then(() => this.#commitNow(batch, units))
    this.#turn = report
    return this.#afterNextIsSent(report)
  }

  /** Whoever hears of a batch has work of its own to do; the server has the next batch before that begins. */
  async #afterNextIsSent(report: Promise<BatchReport>): Promise<BatchReport> {
    const done = await report
    if (this.#unsent === 0) return done
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onSent = resolve
    const timer = setTimeout(resolve, HELD_MS_MAX)
    await promise
    clearTimeout(timer)
    return done
  }

  #noteSent(): void {
    this.#isSent = true
    this.#unsent--
    this.#onSent?.()
  }

  async #commitNow(batch: Batch, units: readonly PlannedUnit[]): Promise<BatchReport> {
    this.#times = noTimes()
    this.#isSent = false
    const outcomes: Outcome[] = []
    while (outcomes.length < units.length) {
      const head = headWithoutRepeats(units.slice(outcomes.length))
      const done = await this.#transact(head, batch)
      if (!(done instanceof MillraceError)) outcomes.push(...done)
      else outcomes.push(...refusals(done, { sent: head.length, all: units.length - outcomes.length }))
    }
    if (!this.#isSent) this.#noteSent()
    return { outcomes, times: this.#times }
  }

  /** One transaction's units, tried until they are committed or it makes no sense any more. */
  async #transact(units: readonly PlannedUnit[], batch: Batch): Promise<readonly Outcome[] | MillraceError> {
    let pass: Pass = 'together'
    for (let tries = 0; ; tries++) {
      const done = await this.#attempt(units, batch, pass)
      if (!(done instanceof MillraceError)) return done
      const retry = retryPolicy(done)
      if (!harmsWholeBatch(done) && pass === 'together') pass = 'isolated'
      else if (retry === undefined || tries + 1 >= retry.attempts || !this.#isWithinWindow()) return done
      else await this.#pause(done, delayMs(retry, tries + 1, Math.random()))
    }
  }

  async #attempt(units: readonly PlannedUnit[], batch: Batch, pass: Pass) {
    const startedAt = performance.now()
    let connection: Connection
    try {
      connection = await this.#parts.session.connection(this.#patience(startedAt))
    } catch (thrown) {
      return this.#failed(toMillraceError(thrown), startedAt)
    }
    const mark = { process: this.#parts.session.process, number: ++this.#tries }
    const onBegun = (): void => {
      this.#times.lockWaitMs += performance.now() - startedAt
    }
    this.#times.transactions++
    if (pass === 'isolated') this.#times.secondPasses++
    try {
      const { changesKept } = this.#parts
      const onSent = (): void => (this.#isSent ? undefined : this.#noteSent())
      const parts = { ...batch, connection, sender: this.#sender, changesKept, mark, onBegun, onSent }
      const outcomes = await prepare(parts, units, pass)
      this.#times.workMs += performance.now() - startedAt
      return await this.#finish(connection, mark, outcomes)
    } catch (thrown) {
      await this.#rollBack(connection)
      return this.#failed(toMillraceError(thrown), startedAt)
    }
  }

  async #finish(connection: Connection, mark: Mark, outcomes: readonly Outcome[]) {
    const startedAt = performance.now()
    try {
      await connection.run({ text: 'COMMIT' })
      this.#failingSince = undefined
      return outcomes
    } catch (thrown) {
      const error = toMillraceError(thrown)
      if (error.code !== 'StoreUnreachable') throw error
      this.#parts.session.drop()
      this.#parts.onRetry(error.code)
      return await this.#resolve(mark, outcomes, startedAt)
    } finally {
      this.#times.commitMs += performance.now() - startedAt
    }
  }

  async #resolve(mark: Mark, outcomes: readonly Outcome[], startedAt: number) {
    try {
      const isCommitted = await this.#parts.session.wasCommitted(mark, this.#patience(startedAt))
      if (isCommitted) {
        this.#failingSince = undefined
        return outcomes
      }
    } catch (thrown) {
      this.#failingSince ??= startedAt
      const { message } = toMillraceError(thrown)
      const said = `${message}; whether the last commit was applied is not known`
      return new MillraceError('StoreUnreachable', said, { cause: thrown, applied: 'unknown' })
    }
    return this.#failed(new MillraceError('StoreUnreachable', 'the connection was lost at COMMIT'), startedAt)
  }

  /** A connection that can not even roll back is of no use. */
  async #rollBack(connection: Connection): Promise<void> {
    try {
      await connection.run({ text: 'ROLLBACK' })
    } catch {
      this.#parts.session.drop()
    }
  }

  #failed(error: MillraceError, startedAt: number): MillraceError {
    if (retryPolicy(error) !== undefined) this.#failingSince ??= startedAt
    return notApplied(error)
  }

  /** What is left of the window; a batch that comes after its end still tries once, briefly. */
  #patience(startedAt: number): AbortSignal {
    const since = this.#failingSince ?? startedAt
    const left = this.#parts.retryWindowMs - (performance.now() - since)
    return AbortSignal.timeout(Math.max(LAST_TRY_MS, Math.ceil(left)))
  }

  /** The window begins with the first failure after a success: batches that wait do not begin one each. */
  #isWithinWindow(): boolean {
    const since = this.#failingSince ?? performance.now()
    return performance.now() - since < this.#parts.retryWindowMs
  }

  async #pause({ code }: MillraceError, ms: number): Promise<void> {
    this.#parts.onRetry(code)
    await delay(ms)
  }
}

/** How a transaction that the server undid, or that nobody began, is tried again; undefined: not at all. */
function retryPolicy(error: MillraceError): Retry | undefined {
  if (error.applied === 'unknown') return undefined
  return error.code === 'StoreUnreachable' ? LOST : retryOf('batch', error)
}

/** Of the units that are refused only those that were sent can have been applied. */
function refusals(error: MillraceError, { sent, all }: { readonly sent: number; readonly all: number }) {
  const unsent = notApplied(error)
  return Array.from({ length: all }, (_, index) => ({
    error: toErrorMessage(index < sent ? error : unsent),
  }))
}

function notApplied(error: MillraceError): MillraceError {
  if (error.applied === 'no') return error
  const { code, message, facts, retryable } = error
  return new MillraceError(code, message, { cause: error, applied: 'no', retryable, facts })
}

/** A second unit with a key that stands before it has to see what the first one left: it waits for the next transaction. */
function headWithoutRepeats(units: readonly PlannedUnit[]): readonly PlannedUnit[] {
  const seen = new Set<string>()
  const end = units.findIndex(({ key }) => key !== null && (seen.has(key) || !seen.add(key)))
  return end < 0 ? units : units.slice(0, end)
}
