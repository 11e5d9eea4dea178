/**
 * Dates as pages and sitemaps write them. `Date.parse` is not used on them: it reads a date without a zone in the
 * machine's own, so the same page would have another date on another machine.
 */

/** A longer text is prose, not a date. */
const DATE_CHARS_MAX = 64

const TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([a-z]{1,3}|[+-]\d{2}(?::?\d{2})?)?`
const ISO = new RegExp(String.raw`^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:(?:t|\s+)${TIME})?)?)?$`, 'i')
const DAY_FIRST = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]([a-z]{3,9})\.?,?[\s-](\d{4})(?:,?\s+${TIME})?$`,
  'i',
)
const MONTH_FIRST = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?:,?\s+${TIME})?$`,
  'i',
)
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const ZONE_HOURS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    z: 0,
    ut: 0,
    utc: 0,
    gmt: 0,
    est: -5,
    edt: -4,
    cst: -6,
    cdt: -5,
    mst: -7,
    mdt: -6,
    pst: -8,
    pdt: -7,
  }),
)

type Parts = readonly (string | undefined)[]

/**
 * Milliseconds since 1970 in UTC of an ISO 8601 / W3C date, an RFC 5322 date (RSS, HTTP) or an English long date;
 * null for anything else, impossible days and years before 1000. Where a part is missing it is the first of its kind,
 * and a time without a zone is UTC.
 */
export function parseDate(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed.length > DATE_CHARS_MAX) return null
  const iso = ISO.exec(trimmed)
  if (iso !== null) return instant([iso[1], iso[2], iso[3]], iso.slice(4))
  const dayFirst = DAY_FIRST.exec(trimmed)
  if (dayFirst !== null) return instant([dayFirst[3], month(dayFirst[2]), dayFirst[1]], dayFirst.slice(4))
  const monthFirst = MONTH_FIRST.exec(trimmed)
  if (monthFirst === null) return null
  return instant([monthFirst[3], month(monthFirst[1]), monthFirst[2]], monthFirst.slice(4))
}

function month(name: string | undefined): string {
  return String(MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1)
}

function instant(date: Parts, time: Parts): number | null {
  const [year = 0, monthOfYear = 1, day = 1] = date.map((part) =>
    part === undefined ? undefined : Number(part),
  )
  const midnight = Date.UTC(year, monthOfYear - 1, day)
  const check = new Date(midnight)
  const exists = check.getUTCMonth() === monthOfYear - 1 && check.getUTCDate() === day && year >= 1000
  const sinceMidnight = timeOfDay(time)
  return exists && sinceMidnight !== null ? midnight + sinceMidnight : null
}

function timeOfDay([hour = '0', minute = '0', second = '0', fraction = '0', zone]: Parts): number | null {
  const offset = zoneMinutes(zone ?? 'z')
  if (offset === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null
  const seconds = (Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)
  return seconds * 1000 + Math.floor(Number(`0.${fraction}`) * 1000)
}

function zoneMinutes(zone: string): number | null {
  const named = ZONE_HOURS.get(zone.toLowerCase())
  if (named !== undefined) return named * 60
  const numeric = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)
  if (numeric === null) return null
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0)
  return numeric[1] === '-' ? -minutes : minutes
}
