/** A few reader threads, started as they are needed, the least busy asked first. */
import { MillraceError } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import { encodeQuery, findKind, type Catalog } from '../../catalog.ts'
import { decodeRow, type Stored } from '../../codec.ts'
import type { Query } from '../../contract.ts'
import type { ReaderData, ReadRequest } from './reader-thread.ts'
import { closed } from '../../queue/index.ts'
import { type ReaderWatch, THREAD_GIVEN_UP, WatchedReader } from './watched-reader.ts'

const THREADS_MAX = 2
const DEADLINE_MS = 5_000
const GRACE_MS = 1_000
const READS_OPEN_MAX = 10_000

/** Runs declared queries. */
export class ReaderPool {
  readonly #catalog: Catalog
  readonly #data: ReaderData
  readonly #watch: ReaderWatch
  #threads: WatchedReader[] = []
  #isClosed = false

  constructor(path: string, catalog: Catalog, watch: Partial<ReaderWatch> = {}) {
    this.#catalog = catalog
    this.#data = { path, compiled: catalog.compiled }
    this.#watch = { graceMs: GRACE_MS, meter: new Meter(), ...watch }
    this.#watch.meter.level('read.open', () => this.#openCount())
    this.#watch.meter.level('pool.open', () => this.#threads.length)
    this.#watch.meter.level('pool.waiting', () => this.#waitingCount())
    this.#watch.meter.level('read.oldest_ms', () => this.oldestMs)
  }

  /** Milliseconds the oldest running read has kept its snapshot; 0 when none runs. */
  get oldestMs(): number {
    return Math.max(0, ...this.#threads.map((thread) => thread.runningMs))
  }

  /** @throws MillraceError Timeout, Closed, QueueFull, UnknownCommand, BadValue, Corrupt, InputOutput */
  async read<Row>(query: Query<Row>, deadlineMs: number = DEADLINE_MS): Promise<readonly Row[]> {
    if (this.#isClosed) throw closed()
    const { index, definition } = findKind(this.#catalog, 'query', query.name)
    const params = encodeQuery(definition, query.data)
    const rows = await this.#ask({ index, params, deadlineMs })
    return rows.map((row) => decodeRow(definition.gives, row) as Row)
  }

  /** Waits for open reads and ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }

  async #ask(request: ReadRequest): Promise<readonly (readonly Stored[])[]> {
    while (!this.#isClosed) {
      const thread = this.#leastBusy()
      if (thread.openCount >= READS_OPEN_MAX) {
        throw new MillraceError(
          'QueueFull',
          `over ${READS_OPEN_MAX} reads are waiting; ask for less at a time`,
        )
      }
      if (thread.openCount > 0) this.#watch.meter.count('pool.exhausted')
      try {
        return await thread.read(request)
      } catch (error) {
        if (error !== THREAD_GIVEN_UP) throw error
      }
    }
    throw closed()
  }

  #openCount(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.openCount, 0)
  }

  /** A thread runs one read at a time; those behind it wait. */
  #waitingCount(): number {
    return this.#threads.reduce((sum, thread) => sum + Math.max(0, thread.openCount - 1), 0)
  }

  #leastBusy(): WatchedReader {
    const living = this.#threads.filter((thread) => !thread.isDead)
    if (living.length < this.#threads.length) {
      this.#watch.meter.count('pool.replaced', this.#threads.length - living.length)
      this.#threads = living
    }
    const [first, ...others] = this.#threads
    let best = first
    for (const thread of others) if (best === undefined || thread.openCount < best.openCount) best = thread
    if (best !== undefined && (best.openCount === 0 || this.#threads.length >= THREADS_MAX)) return best
    const started = new WatchedReader(this.#data, this.#watch)
    this.#threads.push(started)
    return started
  }
}
