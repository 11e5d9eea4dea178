/**
 * Group commit: many units in one transaction with one fsync, and yet each with its own fate.
 *
 *   BEGIN IMMEDIATE -> unit, unit, unit... -> latest position -> COMMIT -> acknowledge all
 *                        | one fails by its own fault
 *                        v
 *   ROLLBACK -> the same batch again with a SAVEPOINT around each unit; the failing ones are undone alone
 *
 * The first pass has no savepoints because nearly every batch has no failing unit, and a savepoint a unit costs more
 * than the rare second pass. A failure of the disk or the file refuses the whole batch: nothing of it is applied.
 */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError, systemClock } from '../../../model/index.ts'
import type { Compiled } from '../../catalog.ts'
import { harmsWholeBatch, noTimes, type Batch, type BatchReport, type Outcome } from '../../queue/index.ts'
import type { Checkpoints, FailStop, LogBound } from '../disk/index.ts'
import { execWhenFree, sleepMs } from '../file/index.ts'
import type { Pulse } from '../figures/index.ts'
import { Retention } from './retention.ts'
import { isInDoubt, sqliteError } from '../sqlite-error.ts'
import { toErrorMessage } from '../../../threads/index.ts'
import { UnitRunner } from './unit-runner.ts'

/** What a store bounds for itself. */
export interface BatchBounds {
  /** How many positions back `changes` reaches. */
  readonly changesKept: number
  /** Milliseconds a batch waits for the write lock before its units are refused as Busy. */
  readonly lockWaitMs: number
}

/** Milliseconds of work after which a transaction is committed and the lock let go, so that other processes get on. */
const HOLD_MS_MAX = 50
/** Milliseconds the lock is then left alone: longer than whoever waits for it sleeps between two tries. */
const LET_IN_MS = 2

/** What a committer works among. */
export interface Surroundings {
  readonly stop: FailStop
  readonly checkpoints: Checkpoints
  readonly logBound: LogBound
  /** Where it shows what it does. */
  readonly pulse: Pulse
}

/** Commits batches on the one write connection. */
export class BatchCommitter {
  readonly #db: DatabaseSync
  readonly #runner: UnitRunner
  readonly #retention: Retention
  readonly #lockWaitMs: number
  readonly #stop: FailStop
  readonly #checkpoints: Checkpoints
  readonly #logBound: LogBound
  readonly #pulse: Pulse
  #times = noTimes()
  #isPowerSafe: boolean | undefined

  constructor(db: DatabaseSync, compiled: readonly Compiled[], bounds: BatchBounds, around: Surroundings) {
    const { stop, checkpoints, logBound, pulse } = around
    this.#db = db
    this.#pulse = pulse
    this.#runner = new UnitRunner(db, compiled, (index) => pulse.run(index))
    this.#retention = new Retention(db, bounds.changesKept)
    this.#lockWaitMs = bounds.lockWaitMs
    this.#stop = stop
    this.#checkpoints = checkpoints
    this.#logBound = logBound
  }

  /** Commits the batch. Never throws for what a unit did. */
  commit(batch: Batch): BatchReport {
    const outcomes: Outcome[] = []
    const { lockWaitMs } = this.#times
    this.#times = noTimes()
    try {
      this.#stop.check()
      this.#logBound.keep(lockWaitMs)
      this.#setDurability(batch.isPowerSafe)
      while (outcomes.length < batch.tapes.length) {
        if (outcomes.length > 0) sleepMs(LET_IN_MS)
        const rest = { ...batch, tapes: batch.tapes.slice(outcomes.length) }
        outcomes.push(...(this.#attempt(rest, false) ?? this.#attempt(rest, true) ?? []))
      }
    } catch (thrown) {
      const error = sqliteError(thrown)
      this.#undo(error)
      while (outcomes.length < batch.tapes.length) outcomes.push({ error: toErrorMessage(error) })
    }
    this.#checkpoint()
    this.#pulse.enter('idle', systemClock.now())
    return { outcomes, times: this.#times }
  }

  /** Nothing of the open transaction is applied, whether it can still be rolled back or not. */
  #undo(error: MillraceError): void {
    if (this.#stop.note(error) || !this.#db.isTransaction) return
    try {
      this.#db.exec('ROLLBACK')
    } catch (thrown) {
      this.#stop.giveUp(sqliteError(thrown))
    }
  }

  /** What was committed is durable in the log, so a disk that fails here is heard by the next batch. */
  #checkpoint(): void {
    if (this.#stop.isStopped) return
    const startedAt = performance.now()
    this.#pulse.enter('moving the log into the file', systemClock.now())
    try {
      this.#checkpoints.runIfDue()
    } catch (thrown) {
      this.#stop.giveUp(sqliteError(thrown))
    }
    this.#times.checkpointMs += performance.now() - startedAt
  }

  /** One transaction over the head of the batch. Undefined: a unit failed by its own fault and it was undone. */
  #attempt(batch: Batch, isolated: boolean): readonly Outcome[] | undefined {
    this.#begin(isolated)
    const startedAt = performance.now()
    const letGoAt = startedAt + HOLD_MS_MAX
    const before = this.#latestPosition()
    let latest = before
    const outcomes: Outcome[] = []
    for (const tape of batch.tapes) {
      const outcome = isolated
        ? this.#runIsolated(tape, latest, batch.now)
        : this.#runPlain(tape, latest, batch.now)
      if (outcome === undefined) return undefined
      if ('position' in outcome && !outcome.repeated) latest = outcome.position
      outcomes.push(outcome)
      if (performance.now() > letGoAt) break
    }
    if (latest > before) this.#setLatestPosition(latest)
    this.#retention.prune(latest, batch.now)
    const committingAt = performance.now()
    this.#times.workMs += committingAt - startedAt
    this.#pulse.enter('committing', systemClock.now())
    this.#finish()
    this.#times.commitMs += performance.now() - committingAt
    return outcomes
  }

  #begin(isolated: boolean): void {
    this.#pulse.enter('waiting for the write lock', systemClock.now())
    this.#times.lockWaitMs += execWhenFree(this.#db, 'BEGIN IMMEDIATE', this.#lockWaitMs)
    this.#times.transactions++
    if (isolated) this.#times.secondPasses++
    this.#pulse.enter('running commands', systemClock.now())
  }

  #runPlain(tape: Batch['tapes'][number], latest: number, now: number): Outcome | undefined {
    try {
      return this.#runner.run(tape, latest, now)
    } catch (thrown) {
      const error = sqliteError(thrown)
      if (harmsWholeBatch(error)) throw error
      // Guards are checked before the first write, so there is nothing to undo.
      if (error.code === 'GuardFailed') return { error: toErrorMessage(error) }
      this.#db.exec('ROLLBACK')
      return undefined
    }
  }

  #runIsolated(tape: Batch['tapes'][number], latest: number, now: number): Outcome {
    this.#db.exec('SAVEPOINT unit')
    try {
      const applied = this.#runner.run(tape, latest, now)
      this.#db.exec('RELEASE unit')
      return applied
    } catch (thrown) {
      const error = sqliteError(thrown)
      if (harmsWholeBatch(error) || !this.#db.isTransaction) throw error
      this.#db.exec('ROLLBACK TO unit')
      this.#db.exec('RELEASE unit')
      return { error: { ...toErrorMessage(error), applied: 'no' } }
    }
  }

  #finish(): void {
    try {
      this.#db.exec('COMMIT')
    } catch (thrown) {
      const error = sqliteError(thrown)
      // The commit record may be in the log, for whoever reads it next to find: nobody can know yet.
      if (!isInDoubt(error)) throw error
      const { code, message, facts } = error
      throw new MillraceError(code, message, { cause: error, applied: 'unknown', facts })
    }
  }

  #setDurability(isPowerSafe: boolean): void {
    if (this.#isPowerSafe === isPowerSafe) return
    this.#db.exec(`PRAGMA synchronous = ${isPowerSafe ? 'FULL' : 'NORMAL'}`)
    this.#isPowerSafe = isPowerSafe
  }

  #latestPosition(): number {
    return Number(this.#db.prepare("SELECT value FROM counters WHERE name = 'position'").get()?.['value'])
  }

  #setLatestPosition(position: number): void {
    this.#db.prepare("UPDATE counters SET value = ? WHERE name = 'position'").run(position)
  }
}
