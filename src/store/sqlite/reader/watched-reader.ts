/**
 * One reader thread and the watch over what it runs. A statement that calls in_time() ends itself at its deadline; one
 * that does not can only be given up together with its thread, because node:sqlite can not interrupt it.
 */
import { MillraceError } from '../../../model/index.ts'
import type { Stored } from '../../codec.ts'
import type { ReaderData, ReadRequest } from './reader-thread.ts'
import { moduleBeside, ThreadCalls } from '../threads/index.ts'

/** What the other reads of a thread that was given up are rejected with: they had no part in it and can be asked again. */
export const THREAD_GIVEN_UP = new MillraceError(
  'Busy',
  'the reader thread was given up because of another read',
)

interface OpenRead {
  readonly deadlineMs: number
  readonly reject: (error: MillraceError) => void
}

/** Reads run one after the other; the first open one is watched. */
export class WatchedReader {
  readonly #thread: ThreadCalls
  readonly #graceMs: number
  readonly #open: OpenRead[] = []
  #timer: NodeJS.Timeout | undefined

  /** `graceMs`: how much later than its deadline a read may answer before the thread is given up. */
  constructor(data: ReaderData, graceMs: number) {
    this.#thread = new ThreadCalls(moduleBeside(import.meta.url, 'reader-thread'), data)
    this.#graceMs = graceMs
  }

  /** How many reads wait for their answer. */
  get openCount(): number {
    return this.#open.length
  }

  /** Whether it has ended, by itself or given up. */
  get isDead(): boolean {
    return this.#thread.isDead
  }

  /** @throws MillraceError Timeout, THREAD_GIVEN_UP, or what the thread threw */
  read(request: ReadRequest): Promise<readonly (readonly Stored[])[]> {
    return new Promise((resolve, reject) => {
      const read = { deadlineMs: request.deadlineMs, reject }
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
    this.#timer = setTimeout(() => this.#giveUp(first), first.deadlineMs + this.#graceMs)
  }

  #settle(read: OpenRead): void {
    const wasFirst = this.#open[0] === read
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
