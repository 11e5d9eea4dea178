/** Points in time for a person: in UTC, so that they read alike everywhere, and how far off they are. */
import { formatDuration } from '../quantity.ts'

/** "2026-11-21 09:02:05 UTC, in 12.0 s", or "..., 3 min 4 s ago". */
export function when(atMs: number, nowMs: number): string {
  const time = `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return atMs >= nowMs
    ? `${time}, in ${formatDuration(atMs - nowMs)}`
    : `${time}, ${formatDuration(nowMs - atMs)} ago`
}

/** ISO 8601 for JSON; null stays null. */
export function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
