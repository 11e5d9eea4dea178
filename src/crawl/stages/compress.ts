/** Raw bodies as they are kept: zstd where it helps, named in the row so that a reader need not guess. */
import { promisify } from 'node:util'
import { zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib'
import { MillraceError } from '../../model/index.ts'

const compressAsync = promisify(zstdCompress)
const decompressAsync = promisify(zstdDecompress)

/** Below this many bytes a frame's own header eats the gain. */
const WORTH_BYTES_MIN = 256

/**
 * Up to this many bytes a body is compressed at once, here: for a page of 14 kB that takes 55 us, against 160 us of
 * processor time by way of libuv's threads.
 */
const AT_ONCE_BYTES_MAX = 64 * 1024

/** A body in its stored form. */
export interface Compressed {
  readonly compression: 'none' | 'zstd'
  readonly body: Uint8Array
}

/** Compresses; what is large off the event loop, in libuv's threads. */
export async function compress(body: Uint8Array): Promise<Compressed> {
  if (body.byteLength < WORTH_BYTES_MIN) return { compression: 'none', body }
  const isSmall = body.byteLength <= AT_ONCE_BYTES_MAX
  // With its size known, zstd sets up tables that fit it, which is an eighth of the time of a page.
  const options = { chunkSize: Math.max(1024, body.byteLength), pledgedSrcSize: body.byteLength }
  return {
    compression: 'zstd',
    body: isSmall ? zstdCompressSync(body, options) : await compressAsync(body),
  }
}

/** The body again. @throws MillraceError Corrupt for a compression this Millrace does not know */
export async function decompress(stored: {
  readonly compression: string
  readonly body: Uint8Array
}): Promise<Uint8Array> {
  if (stored.compression === 'none') return stored.body
  if (stored.compression === 'zstd') return decompressAsync(stored.body)
  throw new MillraceError('Corrupt', `expected compression none or zstd, got "${stored.compression}"`)
}
