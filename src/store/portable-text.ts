/**
 * Text as scraped pages really contain it, made safe for every backend. Postgres refuses NUL, and drivers silently
 * replace lone surrogates by U+FFFD; stripping them would lose data. Both are therefore escaped reversibly, with
 * U+001A SUBSTITUTE as the escape character, because it is the rarest one in text: a doubled U+001A is itself,
 * U+001A '0' is NUL, and U+001A 'u' with four hex digits is a lone surrogate.
 */
const ESCAPE = '\u001a'
// oxlint-disable-next-line no-control-regex -- the control characters are the subject
const NEEDS_ESCAPE = /[\u0000\u001a]/
// oxlint-disable-next-line no-control-regex -- as above; the lookarounds find surrogates without their partner
const UNSAFE = /[\u0000\u001a]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const ESCAPED = new RegExp(`${ESCAPE}(${ESCAPE}|0|u[0-9a-f]{4})`, 'g')

/** The stored form of any JavaScript string. `fromPortable` undoes it exactly. */
export function toPortable(text: string): string {
  if (!NEEDS_ESCAPE.test(text) && text.isWellFormed()) return text
  return text.replace(UNSAFE, (unit) => {
    if (unit === '\0') return `${ESCAPE}0`
    return unit === ESCAPE ? ESCAPE + ESCAPE : `${ESCAPE}u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** The string that was stored. */
export function fromPortable(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored
  return stored.replace(ESCAPED, (_, escaped: string) => {
    if (escaped === '0') return '\0'
    return escaped === ESCAPE ? ESCAPE : String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
  })
}
