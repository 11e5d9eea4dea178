/** Windows: spans of time that cover a whole collection without overlap, so that totals can be compared part by part. */
import { siteMs, siteTime } from '../api/index.ts'

/** `from` and later, before `to`, in the site's own time; null: without end. */
export interface Span {
  readonly from: string | null
  readonly to: string | null
}

/** Everything. */
export const ALL: Span = { from: null, to: null }

/** More years than a site has posts from. */
const YEARS_MAX = 60
const DAY_MS = 86_400_000

/** One window for each calendar year in which there are posts; the first and the last are open. */
export function yearsBetween(first: string | null, last: string | null): readonly Span[] {
  if (first === null || last === null) return [ALL]
  const [begin, end] = [Number(first.slice(0, 4)), Number(last.slice(0, 4))]
  if (end - begin >= YEARS_MAX) return [ALL]
  const starts = Array.from({ length: end - begin }, (_, index) => `${begin + index + 1}-01-01T00:00:00`)
  const edges = [null, ...starts.map((start) => start.padStart(19, '0')), null]
  return edges.slice(1).map((to, index) => ({ from: edges[index] ?? null, to }))
}

/** Two halves of a window, by time and at midnight where there is one; null when it is too short to be parted. */
export function halved(span: Span, first: string | null, last: string | null): readonly [Span, Span] | null {
  const [from, to] = [span.from ?? first, span.to ?? last]
  if (from === null || to === null) return null
  const [begin, end] = [siteMs(from), siteMs(to)]
  if (end - begin < 2000) return null
  const middle = begin + Math.floor((end - begin) / 2000) * 1000
  const midnight = Math.floor(middle / DAY_MS) * DAY_MS
  const at = siteTime(midnight > begin ? midnight : middle)
  return [
    { from: span.from, to: at },
    { from: at, to: span.to },
  ]
}
