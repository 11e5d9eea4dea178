/** How a value was spread over a while: kept in logarithmic buckets, so that noting one costs nothing to speak of. */

/** Values noted in one window. Percentiles are exact to a twelfth, `max` and `sum` are exact; all 0 when `count` is. */
export interface Spread {
  readonly count: number
  readonly sum: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What nothing was noted of. */
export const NO_SPREAD: Spread = { count: 0, sum: 0, p50: 0, p99: 0, max: 0 }

const BUCKETS_A_DOUBLING = 8
/** Smaller values are as good as none: a microsecond, where milliseconds are noted. */
const SMALLEST = 1 / 1024
const BUCKETS = 50 * BUCKETS_A_DOUBLING

/** Collects values until it is taken. */
export class SpreadCollector {
  #counts = new Uint32Array(BUCKETS)
  #count = 0
  #sum = 0
  #max = 0

  /** Notes one value of 0 or more. */
  note(value: number): void {
    const bucket = bucketOf(value)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#sum += value
    if (value > this.#max) this.#max = value
  }

  /** What was noted since it was last taken. */
  take(): Spread {
    if (this.#count === 0) return NO_SPREAD
    const spread = {
      count: this.#count,
      sum: this.#sum,
      p50: this.#percentile(0.5),
      p99: this.#percentile(0.99),
      max: this.#max,
    }
    this.#counts.fill(0)
    this.#count = this.#sum = this.#max = 0
    return spread
  }

  /** The middle of the bucket that holds it, never more than the largest value. */
  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share)
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0)
    return Math.min(SMALLEST * 2 ** ((bucket + 0.5) / BUCKETS_A_DOUBLING), this.#max)
  }
}

function bucketOf(value: number): number {
  if (value <= SMALLEST) return 0
  return Math.min(BUCKETS - 1, Math.floor(Math.log2(value / SMALLEST) * BUCKETS_A_DOUBLING))
}
