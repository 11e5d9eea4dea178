/**
 * Names what takes too long: a transaction of our own that stays open, another process that keeps the write lock from
 * us, a read that keeps its snapshot. Each is told once when it has lasted too long, and once more each time it has
 * lasted ten times as long.
 */
import type { LockHolders } from '../file/index.ts'
import { describeHolder } from '../file/index.ts'
import type { Beat } from './pulse.ts'

/** Something that takes too long, for a person. */
export interface Notice {
  readonly kind: 'transaction-held' | 'lock-wait' | 'read-held' | 'log-pinned'
  readonly message: string
  /** Milliseconds it had lasted when this was written. */
  readonly lastedMs: number
}

/** What the watchdog looks at. */
export interface Watched {
  readonly beat: () => Beat
  readonly commandName: (index: number) => string
  /** Milliseconds the oldest open read has been running; 0 when none is. */
  readonly oldestReadMs: () => number
  /** Asked only when something is told. */
  readonly holders: () => LockHolders | undefined
}

/** Longer than this and a person wants to know why. A batch lets go of the lock after 50 ms of work by itself. */
const HELD_MS_MAX = 1_000
const LOCK_WAIT_MS_MAX = 2_000
/** A read ends by its own deadline of 5 s; one that does not is stuck in one call of SQLite. */
const READ_MS_MAX = 7_000
const AGAIN_FACTOR = 10
const BYTES_A_MB = 1_000_000

interface Incident {
  readonly kind: Notice['kind']
  readonly lastedMs: number
  readonly limitMs: number
  readonly message: () => string
}

/** Looks when it is asked; it has no clock and no timer of its own. */
export class Watchdog {
  readonly #watched: Watched
  /** From when on an incident is told again, by kind. */
  readonly #tellAt = new Map<Notice['kind'], number>()

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** What is to be told at `now`. */
  look(now: number): readonly Notice[] {
    return this.#incidents(now).flatMap((incident) => this.#judge(incident))
  }

  #judge({ kind, lastedMs, limitMs, message }: Incident): readonly Notice[] {
    if (lastedMs < limitMs) {
      this.#tellAt.delete(kind)
      return []
    }
    if (lastedMs < (this.#tellAt.get(kind) ?? limitMs)) return []
    this.#tellAt.set(kind, lastedMs * AGAIN_FACTOR)
    return [{ kind, lastedMs, message: message() }]
  }

  #incidents(now: number): readonly Incident[] {
    const { phase, since, command, pinnedBytes } = this.#watched.beat()
    const lasted = Math.max(0, now - since)
    const isWaiting = phase === 'waiting for the write lock'
    const isHolding = phase === 'running commands' || phase === 'committing'
    const name = this.#watched.commandName(command)
    const readMs = this.#watched.oldestReadMs()
    return [
      {
        kind: 'transaction-held',
        limitMs: HELD_MS_MAX,
        lastedMs: isHolding ? lasted : 0,
        message: () => `a transaction has been open for ${seconds(lasted)}: ${phase}, last ${name}`,
      },
      {
        kind: 'lock-wait',
        limitMs: LOCK_WAIT_MS_MAX,
        lastedMs: isWaiting ? lasted : 0,
        message: () => `waiting for the write lock for ${seconds(lasted)}: ${this.#holder()}`,
      },
      {
        kind: 'read-held',
        limitMs: READ_MS_MAX,
        lastedMs: readMs,
        message: () => `a read has been running for ${seconds(readMs)} and keeps the log from being reused`,
      },
      {
        kind: 'log-pinned',
        limitMs: 1,
        // Told once: the writer has waited for readers as long as ours can last, and only then says so.
        lastedMs: pinnedBytes > 0 ? 1 : 0,
        message: () =>
          `the log is ${Math.round(pinnedBytes / BYTES_A_MB)} MB long and keeps growing: ${this.#readers()}; end that read`,
      },
    ]
  }

  #readers(): string {
    const others = (this.#watched.holders()?.readers ?? []).filter(({ pid }) => pid !== process.pid)
    if (others.length === 0) return 'somebody keeps a read open'
    return `${others.map(describeHolder).join(' and ')} keeps a read open`
  }

  #holder(): string {
    const writer = this.#watched.holders()?.writer
    if (writer === undefined) return 'this system does not say who holds it'
    return writer === null ? 'it has just become free' : `it is held by ${describeHolder(writer)}`
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
