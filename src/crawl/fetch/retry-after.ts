/** Reads Retry-After (RFC 9110 section 10.2.3), so that a host's wish for quiet becomes a number the lane can hold. */

/** Longer wishes are cut to this: a slip of a zero must not silence a host for a year. */
const RETRY_AFTER_MS_MAX = 24 * 60 * 60 * 1000

/**
 * How long to wait from `nowMs` (milliseconds since 1970), in milliseconds, at most 24 hours. Takes delta-seconds and
 * the three HTTP-date forms (RFC 9110 section 5.6.7). Negative or past is 0; anything else is undefined.
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? ''
  const waitMs = /^-?\d+$/.test(text) ? Number(text) * 1000 : httpDateMs(text, nowMs) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX)
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const CLOCK = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`

/** IMF-fixdate, RFC 850 and asctime. The weekday is redundant, so a wrong one is no reason to lose the date. */
const FORMS = [
  String.raw`[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) ${CLOCK} (?:gmt|utc)`,
  String.raw`[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) ${CLOCK} (?:gmt|utc)`,
  String.raw`[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) ${CLOCK} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'))

function httpDateMs(text: string, nowMs: number): number {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return Number.NaN
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(parts[name]))
  if (day === undefined || hour === undefined || minute === undefined || second === undefined)
    return Number.NaN
  const month = MONTHS.indexOf(parts['month']?.toLowerCase() ?? '')
  const date = new Date(Date.UTC(fullYear(parts['year'] ?? '', nowMs), month, day))
  // Date.UTC rolls 31 February over into March; a date that does not exist is nonsense here.
  const isReal = month >= 0 && date.getUTCDate() === day && hour < 24 && minute < 60 && second <= 60
  return isReal ? date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 : Number.NaN
}

/** RFC 9110: a two-digit year that seems more than 50 years ahead is the most recent past year with those digits. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits)
  const thisYear = new Date(nowMs).getUTCFullYear()
  const guess = thisYear - (thisYear % 100) + Number(digits)
  return guess > thisYear + 50 ? guess - 100 : guess
}
