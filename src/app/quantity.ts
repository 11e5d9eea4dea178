/** Numbers with units as people type them on a command line. */
import { MillraceError } from '../model/index.ts'

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** "250", "250ms", "1.5s", "10m", "2h" in milliseconds; a bare number is in `bareUnit`. @throws MillraceError Usage */
export function parseDuration(text: string, option: string, bareUnit: 'ms' | 's'): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim())
  const unitMs = UNITS_MS[match?.[2] ?? bareUnit]
  if (match === null || unitMs === undefined) {
    throw new MillraceError('Usage', `${option}: expected a time such as 250ms, 10s, 5m or 2h, got "${text}"`)
  }
  return Math.round(Number(match[1]) * unitMs)
}

/** A whole number of at least `least`. @throws MillraceError Usage */
export function parseCount(text: string, option: string, least: number): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(count) && count >= least) return count
  throw new MillraceError('Usage', `${option}: expected a whole number of at least ${least}, got "${text}"`)
}

/** "1.2 MB": decimal units, one digit. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** "850 ms", "3.2 s", "4 min 10 s", "2 h 5 min". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
}
