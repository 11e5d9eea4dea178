/**
 * A crawl on a full disk: it is paused with one line that says which file system is full and what to do, goes on by
 * itself when there is room again, and can still be ended by a signal, to be gone on with later.
 */
import { statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError } from '../../../model/index.ts'
import type { DatabaseConfig } from '../../config/index.ts'
import type { CommandContext } from '../../context.ts'
import { databaseOf, shownDatabase } from '../../database/database-url.ts'
import { EXIT, firstFailure } from '../../exit-code.ts'
import type { WaitForRoom } from '../../open-store.ts'
import { warn } from '../../print/output.ts'
import { formatBytes } from '../../quantity.ts'

const AGAIN_MS = 1_000

/** The pauses of one crawl; given to the store as what it does when the disk is full. */
export class CrawlPause {
  /** Called before a line is written, so that it does not stand among redrawn ones. */
  beforeLine: () => void = () => undefined
  readonly #context: CommandContext
  readonly #end = new AbortController()
  readonly #onSignal = (signal: NodeJS.Signals): void => this.interrupt(signal)
  #paused = 0
  #signal: NodeJS.Signals | undefined

  constructor(context: CommandContext) {
    this.#context = context
  }

  /** What the store is opened with. @throws MillraceError BadConfig */
  whenFull(db: DatabaseConfig): Required<WaitForRoom> {
    const database = databaseOf(db)
    return {
      onPause: () =>
        this.#begin(database.kind === 'sqlite' ? fullDisk(database.path) : fullServer(database.url)),
      onResume: () => this.#finish(),
      signal: this.#end.signal,
    }
  }

  /** Ends the crawl if it is paused, or as soon as it would be. */
  interrupt(signal: NodeJS.Signals): void {
    this.#signal ??= signal
    if (this.#paused > 0) this.#end.abort()
  }

  /** Does `work` on `file` again and again until it does not fail for want of room. @throws what else it throws */
  async untilRoom(file: string, work: () => Promise<unknown>): Promise<void> {
    let isPaused = false
    try {
      for (;;) {
        try {
          await work()
          return
        } catch (error) {
          if (!isMillraceError(error, 'DiskFull') || this.#end.signal.aborted) throw error
        }
        if (!isPaused) this.#begin(fullDisk(file))
        isPaused = true
        // Ended by the signal, it tries once more and throws what it meets.
        await sleep(AGAIN_MS, undefined, { signal: this.#end.signal }).catch(() => undefined)
      }
    } finally {
      if (isPaused) this.#finish()
    }
  }

  /** The exit code of a crawl that was ended while it was paused; undefined when `error` is another end. */
  exitCodeOf(error: unknown): number | undefined {
    if (!this.#end.signal.aborted || !isMillraceError(firstFailure(error), 'DiskFull')) return undefined
    const advice = 'nothing that was stored is lost; run the same command again when there is room'
    warn(this.#context.output, `stopped by ${this.#signal ?? 'a signal'} while the disk was full: ${advice}`)
    return EXIT.again
  }

  #begin(fullness: string): void {
    this.#paused++
    if (this.#paused > 1) return
    this.#say(`paused: ${fullness}; free some space there and this
      goes on by itself, or stop it (Ctrl-C) and run the same command again later [DiskFull]`)
    if (this.#signal !== undefined) this.#end.abort()
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal)
  }

  #finish(): void {
    this.#paused--
    if (this.#paused > 0) return
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal)
    if (!this.#end.signal.aborted) this.#say('there is room on the disk again: going on')
  }

  #say(line: string): void {
    this.beforeLine()
    const words = line.replaceAll(/\s+/g, ' ')
    warn(this.#context.output, words)
    this.#context.log.warn({ paused: this.#paused > 0 }, words)
  }
}

function fullDisk(file: string): string {
  return `${placeOf(file)} is full, so ${file} can not grow`
}

function fullServer(url: string): string {
  return `the disk of the server of ${shownDatabase(url)} is full`
}

/** The file system that keeps a file, by where it is mounted, and its size. */
function placeOf(file: string): string {
  const folder = dirname(resolve(file))
  const { blocks, bsize } = statfsSync(folder)
  return `the file system at ${mountPointOf(folder)} (${formatBytes(blocks * bsize)})`
}

function mountPointOf(folder: string): string {
  const above = dirname(folder)
  if (above === folder || statSync(above).dev !== statSync(folder).dev) return folder
  return mountPointOf(above)
}
