/**
 * Waiting for room on a full disk, in the writer thread, where waiting harms nobody: what was refused is tried again
 * about once a second, and nothing overtakes it, so the order of the units holds. The other threads are told, and can
 * end the wait through a word of shared memory, because a thread that waits reads no messages.
 */
import type { MillraceError } from '../../../model/index.ts'
import { toErrorMessage, type ErrorMessage } from '../../../threads/index.ts'

/** What the waiting thread says: that it began to wait and why, or that there is room again. */
export type RoomNotice = { readonly paused: ErrorMessage } | { readonly resumed: true }

/** The waiting thread's end of a gate, as it is sent to that thread. */
export interface RoomGate {
  readonly word: Int32Array<SharedArrayBuffer>
}

/** What the word of a gate says. */
export const GATE = { waits: 0, refuses: 1 } as const

const AGAIN_MS = 1_000

/** Tries until there is room. */
export class RoomWait {
  readonly #word: RoomGate['word'] | undefined
  readonly #tell: (notice: RoomNotice) => void

  /** Without a gate nothing waits. */
  constructor(gate: RoomGate | undefined, tell: (notice: RoomNotice) => void) {
    this.#word = gate?.word
    this.#tell = tell
  }

  /**
   * Runs `attempt` until it says that there was room: it returns undefined then, or the DiskFull that it met. Returns
   * undefined, or the last DiskFull when nobody waits any more. Blocks this thread meanwhile.
   */
  run(attempt: () => MillraceError | undefined): MillraceError | undefined {
    let hasTold = false
    for (;;) {
      const full = attempt()
      if (full === undefined || !this.#isWaiting()) {
        if (hasTold) this.#tell({ resumed: true })
        return full
      }
      if (!hasTold) this.#tell({ paused: toErrorMessage(full) })
      hasTold = true
      if (this.#word !== undefined) Atomics.wait(this.#word, 0, GATE.waits, AGAIN_MS)
    }
  }

  #isWaiting(): boolean {
    return this.#word !== undefined && Atomics.load(this.#word, 0) === GATE.waits
  }
}
