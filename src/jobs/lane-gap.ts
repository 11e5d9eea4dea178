/**
 * Keeps a lane's gap between real starts. The store spaces claims, but a claim reaches us after a commit of varying
 * length, and two starts could come closer together than their claims.
 */
const LANES_REMEMBERED = 10_000

/** Says how long a start must wait yet. Times are milliseconds of one monotonic clock. */
export class LaneGap {
  readonly #nextStart = new Map<string, number>()

  /** Reserves the lane's next start; returns the milliseconds until it. */
  reserve(lane: string, gapMs: number, now: number): number {
    if (gapMs === 0) return 0
    const start = Math.max(now, this.#nextStart.get(lane) ?? now)
    this.#nextStart.delete(lane)
    this.#nextStart.set(lane, start + gapMs)
    if (this.#nextStart.size > LANES_REMEMBERED) this.#forgetOldest()
    return start - now
  }

  #forgetOldest(): void {
    for (const lane of this.#nextStart.keys()) {
      this.#nextStart.delete(lane)
      return
    }
  }
}
