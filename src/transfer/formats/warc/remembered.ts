/** The bodies that can be referred to, of which only so many are remembered: those written or referred to last. */

/** For each digest who was the first to have it, as far as it is remembered. */
export class Remembered<First> {
  readonly #max: number
  readonly #firsts = new Map<string, First>()

  /** `max`: digests that are remembered. */
  constructor(max: number) {
    this.#max = max
  }

  /** The first that had it; undefined when it is `now`, which is then remembered. */
  firstOf(digest: string, now: First): First | undefined {
    const first = this.#firsts.get(digest)
    // Taken out and put back at the end: the map is in order of use.
    this.#firsts.delete(digest)
    this.#firsts.set(digest, first ?? now)
    const [oldest] = this.#firsts.keys()
    if (this.#firsts.size > this.#max && oldest !== undefined) this.#firsts.delete(oldest)
    return first
  }
}
