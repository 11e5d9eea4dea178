/**
 * What the writer thread is doing at this moment, in memory that the main thread can read while the writer is stuck in
 * a call of SQLite and could answer nothing.
 */

/** The writer's phases, in the order a batch goes through them. */
export const PHASES = [
  'idle',
  'waiting for the write lock',
  'running commands',
  'committing',
  'moving the log into the file',
] as const

/** One of PHASES. */
export type Phase = (typeof PHASES)[number]

/** A look at the writer. */
export interface Beat {
  readonly phase: Phase
  /** Milliseconds since 1970 at which the phase began. */
  readonly since: number
  /** Index of the command that was run last, by the catalog. */
  readonly command: number
  /** Bytes of the log when it was found that a reader keeps it from beginning anew; 0: nobody does. */
  readonly pinnedBytes: number
}

/** The memory itself, to be given to the thread. */
export type PulseMemory = SharedArrayBuffer

const PHASE = 0
const SINCE = 1
const COMMAND = 2
const PINNED = 3
const SLOTS = 4

/** Memory for one writer. */
export function newPulseMemory(): PulseMemory {
  return new SharedArrayBuffer(SLOTS * Float64Array.BYTES_PER_ELEMENT)
}

/** The writer's end: it writes what it does. */
export class Pulse {
  readonly #slots: Float64Array

  constructor(memory: PulseMemory) {
    this.#slots = new Float64Array(memory)
  }

  /** Enters a phase at `now`. */
  enter(phase: Phase, now: number): void {
    this.#slots[SINCE] = now
    this.#slots[PHASE] = PHASES.indexOf(phase)
  }

  /** Goes on to the command `index` of the catalog. */
  run(index: number): void {
    this.#slots[COMMAND] = index
  }

  /** Says that the log could not begin anew at that size, or 0 that it could. */
  pin(bytes: number): void {
    this.#slots[PINNED] = bytes
  }

  /** The other end: what the writer last wrote. */
  read(): Beat {
    const [phase = 0, since = 0, command = 0, pinnedBytes = 0] = this.#slots
    return { phase: PHASES[phase] ?? 'idle', since, command, pinnedBytes }
  }
}
