/**
 * Keeps a lane's gap between real starts. The store spaces claims, but a claim reaches us after a commit of varying
 * length, in whichever process made it, and two starts could come closer together than their claims. So a paced job
 * starts a fixed time after the instant of its claim, by whichever process; and never closer than the gap to the last
 * start that this process knows of.
 */
import type { Job } from '../job.ts'

/** How long after its claim a paced job starts: longer than nearly every commit, and at most half a gap. */
const START_AFTER_MS = 50
const LANES_REMEMBERED = 10_000

/** Says how long a start must wait yet. Times are milliseconds since 1970. */
export class LaneGap {
  readonly #nextStart = new Map<string, number>()

  /** Reserves the start of a claimed job; returns the milliseconds until it. */
  pauseMs({ lane, gapMs, claimedAt }: Pick<Job, 'lane' | 'gapMs' | 'claimedAt'>, now: number): number {
    if (gapMs === 0) return 0
    const planned = claimedAt + Math.min(START_AFTER_MS, Math.floor(gapMs / 2))
    const start = Math.max(now, planned, this.#nextStart.get(lane) ?? 0)
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
