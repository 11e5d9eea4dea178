/**
 * One reader thread and the watch over what it runs. A statement that calls in_time() ends itself at its deadline; one
 * that does not can only be given up together with its thread, because node:sqlite can not interrupt it.
 */
import { MillraceError } from '../../../model/index.ts'
import type { Meter } from '../../../observe/index.ts'
import type { Stored } from '../../codec.ts'
import type { ReaderData, ReadRequest } from './reader-thread.ts'
import { moduleBeside, ThreadCalls } from '../../../threads/index.ts'

/** What the other reads of a thread that was given up are rejected with: they had no part in it and can be asked again. */
export const THREAD_GIVEN_UP = new MillraceError(
  'Busy',
  'the reader thread was given up because of another read',
)

interface OpenRead {
  readonly deadlineMs: number
  /** When it was asked, and from when on it was the first; of this process's monotonic timer. */
  readonly askedAt: number
  startedAt: number
  readonly reject: (error: MillraceError) => void
}

/** How a reader is watched. */
export interface ReaderWatch {
  /** How much later than its deadline a read may answer before the thread is given up, in milliseconds. */
  readonly graceMs: number
  /** Gets `pool.wait_ms` and `read.run_ms`. */
  readonly meter: Meter
}

/** Reads run one after the other; the first open one is watched. */
export class WatchedReader {
  readonly #thread: ThreadCalls
  readonly #graceMs: number
  readonly #meter: Meter
  readonly #open: OpenRead[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(data: ReaderData, { graceMs, meter }: ReaderWatch) {
    this.#thread = new ThreadCalls(moduleBeside(import.meta.url, 'reader-thread'), { workerData: data })
    this.#graceMs = graceMs
    this.#meter = meter
  }

  /** How many reads wait for their answer. */
  get openCount(): number {
    return this.#open.length
  }

  /** Milliseconds the read it is at has been running; 0 when there is none. */
  get runningMs(): number {
    const first = this.#open[0]
    return first === undefined ? 0 : performance.now() - first.startedAt
  }

  /** Whether it has ended, by itself or given up. */
  get isDead(): boolean {
    return this.#thread.isDead
  }

  /** @throws MillraceError Timeout, THREAD_GIVEN_UP, or what the thread threw */
  read(request: ReadRequest): Promise<readonly (readonly Stored[])[]> {
    return new Promise((resolve, reject) => {
      const askedAt = performance.now()
      const read = { deadlineMs: request.deadlineMs, askedAt, startedAt: askedAt, reject }
      this.#open.push(read)
      if (this.#open.length === 1) this.#watchFirst()
      const answer = this.#thread.call('read', request) as Promise<readonly (readonly Stored[])[]>
      answer.finally(() => this.#settle(read)).then(resolve, reject)
    })
  }

  /** Waits for open reads and ends the thread. */
  async close(): Promise<void> {
    try {
      await this.#thread.call('close')
    } catch {
      // A thread that died or was given up has nothing left to close, and its end is not waited for.
      return
    }
    await this.#thread.stop()
  }

  #watchFirst(): void {
    clearTimeout(this.#timer)
    const first = this.#open[0]
    if (first === undefined) return
    first.startedAt = performance.now()
    this.#meter.note('pool.wait_ms', first.startedAt - first.askedAt)
    this.#timer = setTimeout(() => this.#giveUp(first), first.deadlineMs + this.#graceMs)
  }

  #settle(read: OpenRead): void {
    const wasFirst = this.#open[0] === read
    if (wasFirst) this.#meter.note('read.run_ms', performance.now() - read.startedAt)
    this.#open.splice(this.#open.indexOf(read), 1)
    if (wasFirst) this.#watchFirst()
  }

  #giveUp(read: OpenRead): void {
    const message = `a read did not answer within ${read.deadlineMs} ms; its thread was given up`
    read.reject(new MillraceError('Timeout', message))
    // The thread may be inside a native call that can not be interrupted: its end is not waited for.
    void this.#thread.stop(THREAD_GIVEN_UP)
  }
}
