/** Waiting for what happens elsewhere: every happening is told once, and whoever waits looks again at each. */

/** Told of each happening; wakes those who wait. */
export class Happenings {
  readonly #waiting = new Set<() => void>()

  /** Something happened. */
  tell(): void {
    for (const look of this.#waiting) look()
  }

  /** Resolves with true when `isTrue` holds, or with false when the deadline is over. */
  async until(isTrue: () => boolean, deadlineMs: number): Promise<boolean> {
    if (isTrue()) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const look = () => (isTrue() ? resolve(true) : undefined)
    const timer = setTimeout(() => resolve(isTrue()), deadlineMs)
    this.#waiting.add(look)
    const isMet = await promise
    this.#waiting.delete(look)
    clearTimeout(timer)
    return isMet
  }
}
