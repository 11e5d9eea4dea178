/**
 * From the two times that a site gives of one moment to UTC. WordPress prints its UTC time as if it were the site's own
 * (mysql2date): where clocks are put forward, the hour that the site's zone leaves out comes out an hour late. The site
 * time beside it is right, so the two disagree about the offset, and the zone tells which offset there was.
 */
import { isSiteTime, siteMs } from './site-time.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What a site says of its clock. */
export interface SiteZone {
  /** Site time less UTC, today; for what does not say its own UTC time. */
  readonly offsetHours: number
  /** An IANA name such as 'Europe/Berlin'; '' where the site has only an offset. */
  readonly timeZone: string
}

/** Milliseconds since 1970 UTC of a moment, by its UTC field where that says something, else by its site time; else null. */
export type ToUtc = (utc: unknown, local: unknown) => number | null

/** The way to UTC for one site. A zone that nobody knows is as none. */
export function siteClock({ offsetHours, timeZone }: SiteZone): ToUtc {
  const offsetAt = offsetsOf(timeZone)
  return (utc, local) => {
    if (!isSiteTime(utc)) return isSiteTime(local) ? siteMs(local) - offsetHours * HOUR_MS : null
    const shown = siteMs(utc)
    const meant = shown - HOUR_MS
    if (offsetAt === null || !isSiteTime(local)) return shown
    return isLeftOut(meant, offsetAt) && siteMs(local) - meant === offsetAt(meant) ? meant : shown
  }
}

/** Whether clocks are put forward over that time, so that no moment has it as its site time. */
function isLeftOut(time: number, offsetAt: (at: number) => number): boolean {
  const moments = [time - DAY_MS, time + DAY_MS].map((near) => time - offsetAt(near))
  return moments.every((at) => at + offsetAt(at) !== time)
}

/** The offset of a zone, in milliseconds, at a moment. */
function offsetsOf(timeZone: string): ((at: number) => number) | null {
  if (timeZone === '') return null
  try {
    const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    return (at) => siteMs(format.format(at).replace(' ', 'T')) - at
  } catch {
    // Not a name that this Node knows: what the site says of UTC is all there is.
    return null
  }
}
