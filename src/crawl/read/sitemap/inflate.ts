/** Sitemaps come gzipped more often than not, and a small file may unpack to anything: the output is bounded. */
import { gunzipSync } from 'node:zlib'
import { MillraceError } from '../../../model/index.ts'

/** Most bytes a sitemap may unpack to: the 50 MiB the sitemap protocol allows. */
export const SITEMAP_BYTES_MAX = 50 * 1024 * 1024

/**
 * The bytes of a sitemap, unpacked when they begin as gzip does; the name and the headers are not believed.
 *
 * @throws MillraceError BodyTooLarge when it unpacks to more than SITEMAP_BYTES_MAX
 * @throws MillraceError BadEncoding when the gzip is torn
 */
export function inflate(body: Uint8Array, url: string): Uint8Array {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body
  try {
    return gunzipSync(body, { maxOutputLength: SITEMAP_BYTES_MAX })
  } catch (error) {
    throw unreadable(error, url)
  }
}

function unreadable(cause: unknown, url: string): MillraceError {
  if (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
    const message = `expected a sitemap of at most ${SITEMAP_BYTES_MAX} bytes, but ${url} unpacks to more; ask for it to be split`
    return new MillraceError('BodyTooLarge', message, { cause, facts: { url, bytesMax: SITEMAP_BYTES_MAX } })
  }
  const message = `expected a whole gzip file, but ${url} is torn or damaged; fetch it again`
  return new MillraceError('BadEncoding', message, { cause, facts: { url } })
}
