/** A few reader threads, started as they are needed, the least busy asked first. */
import { MillraceError } from '../../model/index.ts'
import { encodeQuery, type Catalog } from '../catalog.ts'
import { decodeRow, type Stored, type Values } from '../codec.ts'
import type { Query } from '../contract.ts'
import type { ReaderData } from './reader-thread.ts'
import { ThreadCalls } from './thread-calls.ts'

const THREADS_MAX = 2
const DEADLINE_MS = 5_000
/** How much later than its deadline a read may answer before its thread is given up: a statement that never calls in_time(). */
const GRACE_MS = 1_000
const READS_OPEN_MAX = 10_000

/** Runs declared queries. */
export class ReaderPool {
  readonly #catalog: Catalog
  readonly #data: ReaderData
  #threads: ThreadCalls[] = []
  #isClosed = false

  constructor(path: string, catalog: Catalog) {
    this.#catalog = catalog
    this.#data = { path, compiled: catalog.compiled }
  }

  /** @throws MillraceError Timeout, Closed, QueueFull, UnknownCommand, BadValue, Corrupt, InputOutput */
  async read<Row>(query: Query<Row>, deadlineMs: number = DEADLINE_MS): Promise<readonly Row[]> {
    if (this.#isClosed) throw new MillraceError('Closed', 'the store is closed')
    const { index, definition } = this.#catalog.find(query.name)
    if (definition.kind !== 'query') throw new MillraceError('UnknownCommand', `${query.name} is no query`)
    const params = encodeQuery(definition, query.data)
    const rows = await this.#ask({ index, params, deadlineMs })
    return rows.map((row) => decodeRow(definition.gives, row) as Values<never> as Row)
  }

  /** Waits for open reads and ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#threads.map((thread) => closeThread(thread)))
  }

  async #ask(request: { index: number; params: readonly Stored[]; deadlineMs: number }) {
    const thread = this.#leastBusy()
    if (thread.openCount >= READS_OPEN_MAX) {
      throw new MillraceError('QueueFull', `over ${READS_OPEN_MAX} reads are waiting; ask for less at a time`)
    }
    const late = Promise.withResolvers<never>()
    // Reads queue behind each other in a thread, so each may take its deadline before this one starts.
    const waitMs = (request.deadlineMs + GRACE_MS) * (thread.openCount + 1)
    const timer = setTimeout(() => late.reject(this.#giveUp(thread, request.deadlineMs)), waitMs)
    try {
      return (await Promise.race([
        thread.call('read', request),
        late.promise,
      ])) as readonly (readonly Stored[])[]
    } finally {
      clearTimeout(timer)
    }
  }

  #leastBusy(): ThreadCalls {
    const [first, ...others] = this.#threads
    let best = first
    for (const thread of others) if (best === undefined || thread.openCount < best.openCount) best = thread
    if (best !== undefined && (best.openCount === 0 || this.#threads.length >= THREADS_MAX)) return best
    const started = new ThreadCalls('reader-thread', this.#data)
    this.#threads.push(started)
    return started
  }

  #giveUp(thread: ThreadCalls, deadlineMs: number): MillraceError {
    this.#threads = this.#threads.filter((other) => other !== thread)
    // The thread may be inside a native call that can not be interrupted: its end is not waited for.
    void thread.stop()
    return new MillraceError(
      'Timeout',
      `a read did not answer within ${deadlineMs} ms; its thread was given up`,
    )
  }
}

async function closeThread(thread: ThreadCalls): Promise<void> {
  await thread.call('close')
  await thread.stop()
}
