/**
 * Bytes to text. The order of evidence is the WHATWG one (byte order mark, header, meta prescan, windows-1252), but
 * every declaration is tested against the bytes first: servers add "charset=iso-8859-1" or "utf-8" to pages they never
 * looked at, and one wrong label garbles a whole site without any error.
 */
import { isUtf8 } from 'node:buffer'
import sniffEncoding from 'html-encoding-sniffer'

/** A page's text and the WHATWG name, in lower case, of the encoding it was read in. */
export interface DecodedHtml {
  readonly html: string
  readonly charset: string
}

/** Of a declared encoding's non-ASCII characters this share may be malformed: one torn byte must not discard it. */
const MALFORMED_SHARE_MAX = 0.1

/**
 * East Asian text is valid UTF-8 by chance about once in ten characters to the power of its length, so beyond this
 * many non-ASCII bytes validity decides against the declaration.
 */
const CHANCE_BYTES_MAX = 16

const SINGLE_BYTE = /^(?:windows-|iso-8859-|koi8-|macintosh|x-mac|ibm866)/

/**
 * Decodes a page's bytes; malformed sequences become U+FFFD and a byte order mark is dropped. It never throws: a
 * declaration that is unknown or contradicted by the bytes yields to the next evidence, and in the end to UTF-8 where
 * the bytes are (nearly) valid UTF-8, else to windows-1252.
 *
 * Source: https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
 */
export function decodeHtml(body: Uint8Array, contentType: string | undefined): DecodedHtml {
  const marked = markedCharset(body)
  if (marked !== null) return decodeAs(marked, body)
  const valid = isUtf8(body)
  const header = charsetOf(/charset\s*=\s*["']?\s*([^\s"';,]+)/i.exec(contentType ?? '')?.[1])
  if (header !== null && fits(header, body, valid)) return decodeAs(header, body)
  const meta = charsetOf(sniffEncoding(body, { defaultEncoding: '' }))
  if (meta !== null && fits(meta, body, valid)) return decodeAs(meta, body)
  return decodeAs(fits('utf-8', body, valid) ? 'utf-8' : 'windows-1252', body)
}

function decodeAs(charset: string, body: Uint8Array): DecodedHtml {
  return { html: decode(charset, body), charset }
}

function markedCharset(body: Uint8Array): string | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8'
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be'
  return null
}

function fits(charset: string, body: Uint8Array, valid: boolean): boolean {
  if (charset === 'utf-8') return valid || mostlyDecodes(charset, body)
  // UTF-16 markup always holds zero bytes, and almost any bytes "decode" as UTF-16.
  if (charset.startsWith('utf-16')) return body.includes(0)
  if (!valid) return mostlyDecodes(charset, body)
  const foreign = nonAsciiBytes(body)
  if (foreign === 0) return true
  return (
    !SINGLE_BYTE.test(charset) && foreign <= CHANCE_BYTES_MAX && !decode(charset, body).includes('\ufffd')
  )
}

function mostlyDecodes(charset: string, body: Uint8Array): boolean {
  let nonAscii = 0
  let malformed = 0
  for (const character of decode(charset, body)) {
    if (character > '\u007f') nonAscii += 1
    if (character === '\ufffd') malformed += 1
  }
  return malformed <= nonAscii * MALFORMED_SHARE_MAX
}

/** Counts no further than it has to for the comparison with CHANCE_BYTES_MAX. */
function nonAsciiBytes(body: Uint8Array): number {
  let count = 0
  for (const byte of body) {
    if (byte > 0x7f) count += 1
    if (count > CHANCE_BYTES_MAX) break
  }
  return count
}

// Both tables are bounded by the encodings that exist: an unknown label is looked up again and never kept.
const decoders = new Map<string, InstanceType<typeof TextDecoder>>()
const charsets = new Map<string, string>()

function decode(charset: string, body: Uint8Array): string {
  let decoder = decoders.get(charset)
  if (decoder === undefined) {
    decoder = new TextDecoder(charset)
    decoders.set(charset, decoder)
  }
  return decoder.decode(body)
}

function charsetOf(label: string | undefined): string | null {
  if (label === undefined || label === '') return null
  const known = charsets.get(label)
  if (known !== undefined) return known
  const charset = lookUp(label)
  if (charset !== null && charsets.size < 1000) charsets.set(label, charset)
  return charset
}

function lookUp(label: string): string | null {
  try {
    return new TextDecoder(label).encoding
  } catch {
    // TextDecoder answers an unknown label only by throwing; "no such encoding" is the answer wanted here.
    return null
  }
}
