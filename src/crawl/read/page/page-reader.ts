/**
 * Reads pages in worker threads, so that every core works and whoever fetches never waits. A page that ends its thread,
 * or takes too long, is one error, and another thread is started for the rest. Threads are started when there is
 * something to read. What waits is bounded by whoever asks: as many pages as are in hand.
 */
import { availableParallelism } from 'node:os'
import { MillraceError } from '../../../model/index.ts'
import { moduleBeside } from '../../../threads/index.ts'
import type { FetchedBody, ReadBody, StoredBody } from './page-work.ts'
import { type PageTask, ReadingThread } from './reading-thread.ts'
import type { Reading } from './reading.ts'

/** More threads than this have nothing to do: the store's one writer is full before. */
const THREADS_MAX = 4
/** Pages a thread has beside the one it is at, so that it need not wait until it is given the next. */
const AHEAD = 2
/** A page of 10 MB takes about a second; what takes this long has found something that nobody thought of. */
const DEADLINE_MS = 30_000
const HEAP_MB_MAX = 1_024

/** How pages are read; what is left out has its default. */
export interface PageReaderOptions {
  /** Default: as many as there are cores, at most 4. */
  readonly threads?: number
  /** How long one page may take. Default: 30 s. */
  readonly deadlineMs?: number
  /** Bound of each thread's heap in MiB. Default: 1,024. */
  readonly heapMbMax?: number
  /** What the threads run. Default: the reading of pages. */
  readonly module?: URL
}

/** Something that reads pages. Close it: its threads keep the process alive. */
export interface PageReader extends AsyncDisposable {
  /** A body that was fetched. @throws MillraceError Unreadable for this page alone, Closed */
  readFetched(page: FetchedBody): Promise<ReadBody>
  /** A body that is stored; null where no reader takes its type. @throws as `readFetched` */
  readStored(page: StoredBody): Promise<Reading | null>
  /** Ends the threads; what is open is rejected with Closed. */
  close(): Promise<void>
}

/** Makes one; it starts no thread before it is asked. */
export function createPageReader(options: PageReaderOptions = {}): PageReader {
  const pool = new ReadingPool(options)
  const close = () => pool.close()
  return {
    readFetched: (page) => pool.read('readFetched', page) as Promise<ReadBody>,
    readStored: (page) => pool.read('readStored', page) as Promise<Reading | null>,
    close,
    [Symbol.asyncDispose]: close,
  }
}

class ReadingPool {
  readonly #threadsMax: number
  readonly #start: () => ReadingThread
  readonly #waiting: PageTask[] = []
  #threads: ReadingThread[] = []
  #isClosed = false

  constructor({ threads, deadlineMs, heapMbMax, module }: PageReaderOptions) {
    this.#threadsMax = threads ?? Math.min(THREADS_MAX, availableParallelism())
    this.#start = () =>
      new ReadingThread({
        module: module ?? moduleBeside(import.meta.url, 'page-thread'),
        deadlineMs: deadlineMs ?? DEADLINE_MS,
        heapMbMax: heapMbMax ?? HEAP_MB_MAX,
        onFreed: () => this.#share(),
        onOver: (thread, left) => this.#replace(thread, left),
      })
  }

  read(op: PageTask['op'], page: FetchedBody | StoredBody): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ op, url: page.url, page, resolve, reject })
      this.#share()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const task of this.#waiting.splice(0)) task.reject(closed())
    await Promise.all(this.#threads.map((thread) => thread.stop(closed())))
  }

  #replace(thread: ReadingThread, left: readonly PageTask[]): void {
    this.#threads = this.#threads.filter((one) => one !== thread)
    this.#waiting.unshift(...left)
    this.#share()
  }

  #share(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freeThread()
      const task = thread === undefined ? undefined : this.#waiting.shift()
      if (task === undefined) return
      thread?.read(task)
    }
  }

  /** The least busy; a further one is started while all are busy. */
  #freeThread(): ReadingThread | undefined {
    const [best] = this.#threads.toSorted((a, b) => a.openCount - b.openCount)
    const canStart = this.#threads.length < this.#threadsMax
    if (best !== undefined && (best.openCount === 0 || !canStart))
      return best.openCount <= AHEAD ? best : undefined
    const started = this.#start()
    this.#threads.push(started)
    return started
  }
}

function closed(): MillraceError {
  return new MillraceError('Closed', 'the reader of pages is closed')
}
