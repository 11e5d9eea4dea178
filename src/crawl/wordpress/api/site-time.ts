/**
 * Times as a site's API writes them: `2024-05-01T10:00:00`, in the site's own time and without a zone. The API compares
 * and orders by these, so they are kept and sent back as they came: a time in UTC would be turned into site time by the
 * zone that the site has today, which is not the one that an older post was written in.
 */

const SITE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/

/** Whether a value is a time as the API writes it, one that exists. '0000-00-00T00:00:00' does not. */
export function isSiteTime(value: unknown): value is string {
  return typeof value === 'string' && SITE_TIME.test(value) && !Number.isNaN(Date.parse(`${value}Z`))
}

/** Milliseconds on a line on which site times lie; not since 1970 UTC. */
export function siteMs(time: string): number {
  return Date.parse(`${time}Z`)
}

/** The site time at a place on that line, whole seconds. Years are kept within 0001 and 9999. */
export function siteTime(ms: number): string {
  const within = Math.min(Math.max(ms, -62_135_596_800_000), 253_402_300_799_000)
  return new Date(within).toISOString().slice(0, 19)
}

/** A site time moved by some seconds. */
export function moved(time: string, seconds: number): string {
  return siteTime(siteMs(time) + seconds * 1000)
}
