/**
 * The head of an answer as an archive keeps it: the stored headers in their order, byte for byte, but for those that
 * speak of a coding which the stored body no longer has. They are renamed, as other archives do, so that no reader
 * undoes the coding again.
 */
import type { Json } from '../../../model/index.ts'

/** Header fields in order; each character is one byte. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[]

const CODINGS: ReadonlySet<string> = new Set(['content-encoding', 'transfer-encoding'])
const ORIGINAL = 'X-Archive-Orig-'

/** The status line and the headers, with the empty line after them. `bytes`: of the body; null when it is not there. */
export function httpHead(status: number, stored: Json, bytes: number | null): Buffer {
  const pairs = headerPairs(stored)
  const fits = pairs.every(
    ([name, value]) => name.toLowerCase() !== 'content-length' || value === String(bytes),
  )
  const isLengthWrong = bytes !== null && (!fits || pairs.some(isCoding))
  const kept = pairs.map((pair) => {
    const isRenamed = isCoding(pair) || (isLengthWrong && pair[0].toLowerCase() === 'content-length')
    return isRenamed ? ([ORIGINAL + pair[0], pair[1]] as const) : pair
  })
  const headers = isLengthWrong ? [...kept, ['Content-Length', String(bytes)] as const] : kept
  // The reason phrase was not kept, and may be empty (RFC 9112 section 4).
  const lines = [`HTTP/1.1 ${status} `, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${lines.map(oneLine).join('\r\n')}\r\n\r\n`, 'latin1')
}

/** A header's first value. */
export function headerValue(stored: Json, name: string): string | undefined {
  return headerPairs(stored).find(([given]) => given.toLowerCase() === name)?.[1]
}

function headerPairs(stored: Json): HeaderPairs {
  const entries: readonly unknown[] = Array.isArray(stored) ? stored : Object.entries(stored ?? {})
  return entries.filter(
    (entry): entry is [string, string] =>
      Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string',
  )
}

function isCoding([name]: readonly [string, string]): boolean {
  return CODINGS.has(name.toLowerCase())
}

/** A line end within a value would begin a header of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, ' ')
}
