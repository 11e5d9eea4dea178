/**
 * The bounded queue before the writer, and natural group commit: whatever was handed over while a batch is
 * being committed becomes the next one, without a timer.
 *
 *   commit() -> [ parked: the queue is full ] -> waiting -> in a batch -> acknowledged or refused
 *
 * Two batches are with the writer at most: one it works on and one it finds ready when it is done, so that encoding
 * here and committing there overlap. What waits can still be withdrawn by its signal; what is in a batch can not.
 */
import { MillraceError, type Clock } from '../../model/index.ts'
import type { EncodedUnit } from '../catalog.ts'
import type { Meter } from '../../observe/index.ts'
import { fromErrorMessage } from '../../threads/index.ts'
import type { Applied, Batch, BatchReport } from './batch-report.ts'
import { closed } from './closed.ts'

/** Bounds of the queue and its batches. */
export interface QueueLimits {
  /** Rows and bytes waiting before callers are held back. */
  readonly queueRowsMax: number
  readonly queueBytesMax: number
  /** How long a caller is held back before QueueFull. */
  readonly fullWaitMs: number
  readonly batchUnitsMax: number
  readonly batchBytesMax: number
}

/** The bounds a store has unless it is opened with others. */
export const QUEUE_LIMITS: QueueLimits = {
  queueRowsMax: 100_000,
  queueBytesMax: 64 * 1024 * 1024,
  fullWaitMs: 30_000,
  batchUnitsMax: 1_000,
  batchBytesMax: 8 * 1024 * 1024,
}

const BATCHES_AT_WRITER_MAX = 2

interface Entry {
  readonly unit: EncodedUnit
  readonly resolve: (applied: Applied) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  readonly onAbort: () => void
  isWithdrawn: boolean
  timer?: NodeJS.Timeout
}

/** Sends one batch to the writer and gives back what became of it. */
type SendBatch = (batch: Batch) => Promise<BatchReport>

/** What a queue is made of. */
export interface QueueParts {
  readonly send: SendBatch
  readonly clock: Clock
  /** `isPaused`: whether the writer waits for room on the disk; nobody is refused for being held back then. */
  readonly limits: QueueLimits & { readonly isPaused?: () => boolean }
  readonly meter: Meter
}

/** Queues units, forms batches, settles callers. */
export class WriteQueue {
  readonly #send: SendBatch
  readonly #clock: Clock
  readonly #limits: QueueParts['limits']
  readonly #meter: Meter
  #waiting: Entry[] = []
  #parked: Entry[] = []
  #rows = 0
  #bytes = 0
  #batchesAtWriter = 0
  #isFlushPlanned = false
  #isClosed = false
  #onIdle: (() => void) | undefined

  constructor({ send, clock, limits, meter }: QueueParts) {
    this.#send = send
    this.#clock = clock
    this.#limits = limits
    this.#meter = meter
    meter.level('write.queue.units', () => this.#waiting.length)
    meter.level('write.queue.rows', () => this.#rows)
    meter.level('write.queue.bytes', () => this.#bytes)
    meter.level('write.queue.held_back', () => this.#parked.length)
  }

  /** Queues a unit. @throws MillraceError TooBig, QueueFull, Aborted, Closed, or what the writer says */
  add(unit: EncodedUnit, signal: AbortSignal | undefined): Promise<Applied> {
    if (this.#isClosed) return Promise.reject(closed())
    if (signal?.aborted === true) return Promise.reject(aborted(signal))
    if (unit.rows > this.#limits.queueRowsMax || unit.bytes > this.#limits.queueBytesMax) {
      return Promise.reject(this.#tooBig(unit))
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#withdraw(entry, aborted(signal))
      const entry: Entry = { unit, resolve, reject, signal, onAbort, isWithdrawn: false }
      signal?.addEventListener('abort', onAbort, { once: true })
      if (this.#parked.length > 0 || !this.#hasRoomFor(unit)) this.#park(entry)
      else this.#admit(entry)
    })
  }

  /** Refuses new units and resolves when all that were taken are settled. */
  async drain(): Promise<void> {
    this.#isClosed = true
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  #hasRoomFor(unit: EncodedUnit): boolean {
    const { queueRowsMax, queueBytesMax } = this.#limits
    return this.#rows + unit.rows <= queueRowsMax && this.#bytes + unit.bytes <= queueBytesMax
  }

  #park(entry: Entry): void {
    const { fullWaitMs, queueRowsMax, queueBytesMax } = this.#limits
    const bound = `${queueRowsMax} rows or ${queueBytesMax} bytes`
    const full = () =>
      new MillraceError('QueueFull', `the write queue stayed above ${bound} for ${fullWaitMs} ms`)
    // While the disk is waited for no time passes here: it begins anew once there is room.
    const giveUp = (sawPause: boolean): void => {
      const isPaused = this.#limits.isPaused?.() === true
      if (isPaused || sawPause) entry.timer = setTimeout(giveUp, fullWaitMs, isPaused)
      else this.#withdraw(entry, full())
    }
    entry.timer = setTimeout(giveUp, fullWaitMs, false)
    this.#parked.push(entry)
  }

  #admit(entry: Entry): void {
    clearTimeout(entry.timer)
    this.#rows += entry.unit.rows
    this.#bytes += entry.unit.bytes
    this.#waiting.push(entry)
    this.#planFlush()
  }

  #withdraw(entry: Entry, error: MillraceError): void {
    const parkedAt = this.#parked.indexOf(entry)
    if (parkedAt >= 0) this.#parked.splice(parkedAt, 1)
    else if (this.#waiting.includes(entry)) this.#release(entry)
    else return
    clearTimeout(entry.timer)
    entry.signal?.removeEventListener('abort', entry.onAbort)
    entry.isWithdrawn = true
    this.#refuse(entry, error)
    this.#admitParked()
    this.#noteIdle()
  }

  /** After all microtasks of this turn, so that every caller that is about to commit is in the batch. */
  #planFlush(): void {
    if (this.#isFlushPlanned || this.#batchesAtWriter >= BATCHES_AT_WRITER_MAX) return
    this.#isFlushPlanned = true
    process.nextTick(() => {
      this.#isFlushPlanned = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#batchesAtWriter >= BATCHES_AT_WRITER_MAX) return
    const batch = this.#takeBatch()
    if (batch.length === 0) return
    this.#batchesAtWriter++
    const message = {
      tapes: batch.map((entry) => entry.unit.tape),
      isPowerSafe: batch.some((entry) => entry.unit.isPowerSafe),
      now: this.#clock.now(),
    }
    this.#send(message).then(
      (report) => this.#settle(batch, report),
      (error: unknown) => this.#fail(batch, error),
    )
  }

  #takeBatch(): Entry[] {
    const batch: Entry[] = []
    let bytes = 0
    let taken = 0
    for (const entry of this.#waiting) {
      if (batch.length >= this.#limits.batchUnitsMax || bytes > this.#limits.batchBytesMax) break
      taken++
      if (entry.isWithdrawn) continue
      bytes += entry.unit.bytes
      batch.push(entry)
    }
    this.#waiting.splice(0, taken)
    return batch
  }

  #settle(batch: readonly Entry[], report: BatchReport): void {
    this.#afterBatch(batch)
    const { outcomes } = report
    this.#note(report)
    for (const [index, entry] of batch.entries()) {
      const outcome = outcomes[index] as BatchReport['outcomes'][number]
      if ('error' in outcome) this.#refuse(entry, fromErrorMessage(outcome.error))
      else entry.resolve(outcome)
    }
    this.#noteIdle()
  }

  #refuse(entry: Entry, error: unknown): void {
    this.#meter.count('write.refused')
    entry.reject(error)
  }

  #note({ outcomes, times }: BatchReport): void {
    const meter = this.#meter
    meter.count('write.units', outcomes.length)
    meter.count('write.transactions', times.transactions)
    meter.count('write.second_passes', times.secondPasses)
    meter.note('write.batch.units', outcomes.length)
    meter.note('write.lock_wait_ms', times.lockWaitMs)
    meter.note('write.work_ms', times.workMs)
    meter.note('write.commit_ms', times.commitMs)
    meter.note('write.checkpoint_ms', times.checkpointMs)
  }

  #fail(batch: readonly Entry[], error: unknown): void {
    this.#afterBatch(batch)
    for (const entry of batch) this.#refuse(entry, error)
    this.#noteIdle()
  }

  #afterBatch(batch: readonly Entry[]): void {
    this.#batchesAtWriter--
    for (const entry of batch) {
      this.#release(entry)
      // A signal may outlive millions of units; it must not keep them.
      entry.signal?.removeEventListener('abort', entry.onAbort)
    }
    this.#admitParked()
    if (this.#waiting.length > 0) this.#planFlush()
  }

  #admitParked(): void {
    let next = this.#parked[0]
    while (next !== undefined && this.#hasRoomFor(next.unit)) {
      this.#parked.shift()
      this.#admit(next)
      next = this.#parked[0]
    }
  }

  #release(entry: Entry): void {
    this.#rows -= entry.unit.rows
    this.#bytes -= entry.unit.bytes
  }

  #isIdle(): boolean {
    return (
      this.#batchesAtWriter === 0 &&
      this.#parked.length === 0 &&
      !this.#waiting.some((entry) => !entry.isWithdrawn)
    )
  }

  #noteIdle(): void {
    if (this.#onIdle !== undefined && this.#isIdle()) this.#onIdle()
  }

  #tooBig(unit: EncodedUnit): MillraceError {
    const { queueRowsMax, queueBytesMax } = this.#limits
    const message = `expected a unit of at most ${queueRowsMax} rows and ${queueBytesMax} bytes`
    return new MillraceError('TooBig', `${message}, got ${unit.rows} rows and ${unit.bytes} bytes; split it`)
  }
}

function aborted(signal: AbortSignal | undefined): MillraceError {
  return new MillraceError('Aborted', 'the unit was withdrawn before it was committed', {
    cause: signal?.reason,
  })
}
