/**
 * One thread that reads pages in the order they were given to it. So whatever ends it, or takes too long, is the first of
 * those that are still open, and the others can be given to another thread.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { MillraceError, toMillraceError } from '../../../model/index.ts'
import { ThreadCalls } from '../../../threads/index.ts'

/** One page for a thread. */
export interface PageTask {
  readonly op: 'readFetched' | 'readStored'
  readonly url: string
  /** What the thread gets. Its body is copied, for it may have to be read by another thread. */
  readonly page: { readonly body: Uint8Array }
  resolve(read: unknown): void
  reject(error: MillraceError): void
}

/** How a thread is run. */
export interface ReadingThreadOptions {
  readonly module: URL
  /** How long one page may take, in milliseconds. */
  readonly deadlineMs: number
  /** Bound of the thread's heap, in MiB. */
  readonly heapMbMax: number
  /** Called when a page is done. */
  readonly onFreed: () => void
  /** Called once, when the thread has ended, with what it had not yet begun. */
  readonly onOver: (thread: ReadingThread, left: readonly PageTask[]) => void
}

/** A thread and what it has to read. */
export class ReadingThread {
  readonly #options: ReadingThreadOptions
  readonly #calls: ThreadCalls
  #open: PageTask[] = []
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  constructor(options: ReadingThreadOptions) {
    this.#options = options
    this.#calls = new ThreadCalls(options.module, {
      resourceLimits: { maxOldGenerationSizeMb: options.heapMbMax },
    })
  }

  /** How many pages it has to read. */
  get openCount(): number {
    return this.#open.length
  }

  /** Reads a page after those it has. */
  read(task: PageTask): void {
    this.#open.push(task)
    if (this.#open.length === 1) this.#watch()
    // An exact copy: a view would take along all of the buffer it is of.
    const body = new Uint8Array(task.page.body)
    this.#calls.call(task.op, { ...task.page, body }, [body.buffer]).then(
      (read) => this.#settle(task, () => task.resolve(read)),
      (thrown: unknown) => this.#fail(task, toMillraceError(thrown)),
    )
  }

  /** Ends the thread; what it has is rejected with `reason`. */
  async stop(reason: MillraceError): Promise<void> {
    this.#end()
    for (const task of this.#open.splice(0)) task.reject(reason)
    await this.#calls.stop(reason)
  }

  #settle(task: PageTask, tell: () => void): void {
    if (this.#isOver) return
    this.#open = this.#open.filter((open) => open !== task)
    this.#watch()
    tell()
    this.#options.onFreed()
  }

  #fail(task: PageTask, error: MillraceError): void {
    if (!this.#calls.isDead) this.#settle(task, () => task.reject(unreadable(task.url, error)))
    else this.#giveUp(error)
  }

  /** The page it was at is the one to blame. */
  #giveUp(error: MillraceError): void {
    if (this.#isOver) return
    this.#end()
    const [culprit, ...left] = this.#open.splice(0)
    culprit?.reject(unreadable(culprit.url, error))
    this.#options.onOver(this, left)
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  #watch(): void {
    clearTimeout(this.#timer)
    const [first] = this.#open
    if (first === undefined) return
    this.#timer = setTimeout(() => void this.#judge(first), this.#options.deadlineMs)
  }

  /** An answer that came while this thread was busy elsewhere is heard first. */
  async #judge(task: PageTask): Promise<void> {
    await turn()
    if (this.#isOver || this.#open[0] !== task) return
    const tooLong = new MillraceError('Timeout', `it took over ${this.#options.deadlineMs / 1000} s`)
    this.#giveUp(tooLong)
    await this.#calls.stop(tooLong)
  }
}

function unreadable(url: string, cause: MillraceError): MillraceError {
  const { message } = cause.cause instanceof Error ? cause.cause : cause
  return new MillraceError('Unreadable', `expected a page that can be read, got ${url}: ${message}`, {
    cause,
  })
}
