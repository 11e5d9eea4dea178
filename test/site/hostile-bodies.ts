/** The bytes of the hostile pages that are wrong in themselves. */
import { gzipSync } from 'node:zlib'

const CHUNK_BYTES = 1024 * 1024

/** `bytes` copies of one character (default NUL), a megabyte at a time and never all in memory. */
export function* zeros(bytes: number, character = '\0'): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, character)
  for (let left = bytes; left > 0; left -= CHUNK_BYTES)
    yield left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk
}

/** A gzip stream cut in half: the response is whole, its content is not. */
export const TORN_GZIP: Buffer = tear(
  gzipSync(`<!doctype html><title>torn</title>${'<p>some text</p>'.repeat(200)}`),
)

/** Labelled UTF-8, written in ISO-8859-1: each umlaut is an invalid byte. */
export const LATIN1_AS_UTF8: Buffer = Buffer.from(
  '<!doctype html><title>Mühle</title><p>Das Mühlrad dreht über dem Graben, früh und spät.</p>\n',
  'latin1',
)

/**
 * Everything that text columns and JSON silently change: NUL bytes, a lone surrogate as a character reference, as raw
 * bytes (ED A0 80, not legal in UTF-8) and as a JSON escape, which unlike the other two survives a correct parser.
 */
export const NUL_AND_SURROGATES: Buffer = Buffer.concat([
  Buffer.from('<!doctype html><title>before\0after</title>'),
  Buffer.from(
    '<script type="application/ld+json">{"@type":"Article","headline":"lone \\ud800 nul \\u0000"}</script>',
  ),
  Buffer.from('<p>reference &#xD800; and &#55296; and &#0; and raw \0 byte</p><p>bytes '),
  Buffer.from([0xed, 0xa0, 0x80, 0xff, 0xfe, 0x00]),
  Buffer.from('</p>\n'),
])

function tear(whole: Buffer): Buffer {
  return whole.subarray(0, Math.floor(whole.length / 2))
}
