/**
 * Carries out the copy that another process asks for, on this process's write connection: SQLite then takes along what
 * this connection writes meanwhile, where any other connection's write starts the copy anew. Steps and batches take
 * turns, because a step that meets an open transaction copies nothing:
 *
 *   step -> the batches that waited -> step -> ... -> last step, with its fsync -> the batches that waited
 *
 * No snapshot is held between steps, so the write-ahead log is never pinned.
 */
import { statSync } from 'node:fs'
import { backup, type DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import {
  answerCopyRequest,
  type CopyRequest,
  isCopyWanted,
  isProcessLost,
  readCopyRequest,
  removeCopyRequest,
  takeCopyRequest,
  UPKEEP_LOCK,
} from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'

const LOOK_MS = 1_000
/** Pages a step: about 2 ms, which is what a copy adds to a commit's wait. */
const STEP_PAGES = 512
/** Other processes write too much for a copy in steps: whoever asked can copy under one snapshot. */
const RESTARTS_MAX = 3

/** Looks for requests and carries one at a time. */
export class CopyCarrier {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #process: string
  readonly #timer: NodeJS.Timeout
  #waiting: (() => void)[] = []
  #copying: Promise<void> | undefined
  #isStopping = false

  /** `process` is the id under which this process holds its lock. */
  constructor(db: DatabaseSync, path: string, process: string) {
    this.#db = db
    this.#path = path
    this.#process = process
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
    this.#look()
  }

  /** Runs `work` now, or between two steps of a copy; in the order of the calls. */
  turn<T>(work: () => T): T | Promise<T> {
    if (this.#copying === undefined) return work()
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /** Ends the looking, and a copy at its next step: whoever asked then copies by itself. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#timer)
    await this.#copying
  }

  #look(): void {
    if (this.#copying !== undefined) return
    try {
      const request = readCopyRequest(this.#path)
      if (request === undefined) return
      if (isProcessLost(this.#path, UPKEEP_LOCK)) return removeCopyRequest(this.#path)
      if (!takeCopyRequest(this.#path, request.id, this.#process)) return
      this.#copying = this.#carry(request).finally(() => {
        this.#copying = undefined
        this.#runWaiting()
      })
    } catch {
      // Busy, removed at this instant, or half-made by somebody killed: the next look is in a second, and whoever asks
      // does not wait for long. A commit must never fail for it.
    }
  }

  async #carry(request: CopyRequest): Promise<void> {
    const reason = await this.#copy(request).then(() => null, reasonOf)
    try {
      answerCopyRequest(this.#path, request.id, reason)
    } catch {
      // As above. Without an answer whoever asked waits until this process looks lost or says otherwise.
    }
  }

  async #copy(request: CopyRequest): Promise<void> {
    if (String(statSync(request.file, { bigint: true }).ino) !== request.inode) {
      throw declined('the path leads to another file in this process')
    }
    const seen = { copied: 0, restarts: 0, nextLook: performance.now() + LOOK_MS }
    await backup(this.#db, request.file, {
      rate: STEP_PAGES,
      progress: ({ totalPages, remainingPages }) => {
        const copied = totalPages - remainingPages
        if (copied <= seen.copied && ++seen.restarts > RESTARTS_MAX) {
          throw declined('other processes write too much for a copy in steps')
        }
        seen.copied = copied
        this.#runWaiting()
        this.#check(request, seen)
      },
    })
  }

  #check(request: CopyRequest, seen: { nextLook: number }): void {
    if (this.#isStopping) throw declined('the process is closing')
    if (performance.now() < seen.nextLook) return
    seen.nextLook = performance.now() + LOOK_MS
    if (!isCopyWanted(this.#path, request.id)) throw declined('nobody waits for it')
  }

  #runWaiting(): void {
    const due = this.#waiting
    this.#waiting = []
    for (const run of due) run()
  }
}

function declined(why: string): MillraceError {
  return new MillraceError('Aborted', why)
}

function reasonOf(thrown: unknown): string {
  return sqliteError(thrown).message
}
