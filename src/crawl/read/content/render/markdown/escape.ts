/** Text into markdown that reads back as the same text: escapes only where a reader of markdown would see more in it. */

const SUSPECT = /[\\`*[\]_<&~]/

/**
 * What starts or ends markup wherever it stands. At the end of a piece of text the next piece decides what follows, so
 * what could begin something is escaped there too. After < anything but a space may be the beginning of an address.
 */
const INLINE = /[\\`*~[\]]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?!\s)|&(?=#?[a-zA-Z0-9]{0,32}(?:;|$))/gu

/** What starts a heading, a list, a quote, a rule or a fence at the start of a line. */
const LINE_START = /^(?:#{1,6}(?=\s|$)|[-+=](?=[-+=\s]|$)|>|(\d{1,9})([.)])(?=\s|$))/

/** Under a line of text this would make a table of it. */
const TABLE_RULE = /^[|:][|: -]*$|^-[|: -]*[|:][|: -]*$/

/** Escapes a piece of running text; white space must be collapsed already. */
export function escapeInline(text: string): string {
  return SUSPECT.test(text) ? text.replace(INLINE, String.raw`\$&`) : text
}

/** Escapes what only counts at the start of a line. */
export function escapeLineStart(line: string): string {
  if (TABLE_RULE.test(line)) return `\\${line}`
  const first = line.charCodeAt(0)
  // Letters and backslashes, the common case, start nothing.
  if (first > 0x3e || first < 0x23) return line
  return line.replace(LINE_START, (start, digits?: string, sign?: string) =>
    digits === undefined || sign === undefined ? `\\${start}` : `${digits}\\${sign}`,
  )
}

/** A link's or image's address, so that brackets and spaces in it do not end it. */
export function escapeAddress(url: string): string {
  return url.replace(/[\s<>]/g, encodeURIComponent).replace(/[()\\]/g, String.raw`\$&`)
}

/** A code span: a fence longer than any run of backticks within; plain text where a span can not be written safely. */
export function codeSpan(code: string): string {
  // Within a link that begins a paragraph this would be read as the definition of a reference, and vanish.
  if (code.includes(']:')) return escapeInline(code)
  const fence = '`'.repeat(longestRun(code, '`') + 1)
  const pad = /^`|`$|^ .*[^ ].* $/.test(code) ? ' ' : ''
  return `${fence}${pad}${code}${pad}${fence}`
}

/** How often a character stands in a row at most. */
export function longestRun(text: string, character: string): number {
  let longest = 0
  let run = 0
  for (const each of text) {
    run = each === character ? run + 1 : 0
    if (run > longest) longest = run
  }
  return longest
}
