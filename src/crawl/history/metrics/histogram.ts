/**
 * How long answers took, as counts of fixed buckets: histograms of several hosts, processes and days are merged by
 * adding, which no list of percentiles allows. Eight buckets a doubling, so a percentile is off by at most 4.5 %.
 */

/** How many values lie in each bucket, by the bucket's number. */
export type Histogram = ReadonlyMap<number, number>

const BUCKETS_A_DOUBLING = 8
/** Beyond 12 days nothing is told apart. */
const BUCKET_MAX = 30 * BUCKETS_A_DOUBLING

/** The bucket of some milliseconds: 0 for less than one, then `2^((n-1)/8)` up to `2^(n/8)`. */
export function bucketOf(ms: number): number {
  if (ms < 1) return 0
  return Math.min(BUCKET_MAX, Math.floor(Math.log2(ms) * BUCKETS_A_DOUBLING) + 1)
}

/** All values of both. */
export function merged(one: Histogram, other: Histogram): Histogram {
  const sum = new Map(one)
  for (const [bucket, count] of other) sum.set(bucket, (sum.get(bucket) ?? 0) + count)
  return sum
}

/** How many values there are. */
export function countOf(histogram: Histogram): number {
  let sum = 0
  for (const count of histogram.values()) sum += count
  return sum
}

/** The value, in milliseconds, that `share` (0 to 1) of all values do not exceed; null when there are none. */
export function percentile(histogram: Histogram, share: number): number | null {
  let left = Math.max(1, Math.ceil(countOf(histogram) * share))
  for (const [bucket, count] of [...histogram].sort(([a], [b]) => a - b)) {
    left -= count
    if (left <= 0) return middleOf(bucket)
  }
  return null
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 0.5) / BUCKETS_A_DOUBLING)
}
