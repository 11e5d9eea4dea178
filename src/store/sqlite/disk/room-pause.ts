/** The side of the waiting for room that may not wait itself: it hears of the pause, tells of it, and can end it. */
import type { MillraceError } from '../../../model/index.ts'
import { fromErrorMessage } from '../../../threads/index.ts'
import { GATE, type RoomGate, type RoomNotice } from './room-wait.ts'

/**
 * Says that a commit that finds the disk full waits until there is room again, however long that takes. Units that are
 * waiting keep their order, and reads go on. Closing the store ends the wait: what waits is refused as DiskFull.
 */
export interface WaitForRoom {
  /** Called when the wait begins, with the refusal that would otherwise have been given. */
  readonly onPause?: (full: MillraceError) => void
  /** Called when there is room again, or nobody waits any more. */
  readonly onResume?: () => void
  /** Ends the wait and all later ones: a full disk refuses from then on. */
  readonly signal?: AbortSignal
}

/** One store's pause. */
export class RoomPause {
  readonly #whenFull: WaitForRoom | undefined
  readonly #word = new Int32Array(new SharedArrayBuffer(4))
  #isOn = false

  /** Without `whenFull` there never is a pause. */
  constructor(whenFull: WaitForRoom | undefined) {
    this.#whenFull = whenFull
    const signal = whenFull?.signal
    if (signal?.aborted === true) this.refuse()
    else signal?.addEventListener('abort', () => this.refuse(), { once: true })
  }

  /** What the thread that waits is given. */
  get gate(): RoomGate | undefined {
    return this.#whenFull === undefined ? undefined : { word: this.#word }
  }

  /** Whether it is on. */
  get isOn(): boolean {
    return this.#isOn
  }

  /** Takes what that thread says. */
  hear(notice: RoomNotice): void {
    this.#isOn = 'paused' in notice
    if ('paused' in notice) this.#whenFull?.onPause?.(fromErrorMessage(notice.paused))
    else this.#whenFull?.onResume?.()
  }

  /** Nobody waits any more, now and from now on. */
  refuse(): void {
    Atomics.store(this.#word, 0, GATE.refuses)
    Atomics.notify(this.#word, 0)
  }
}
