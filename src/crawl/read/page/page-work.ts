/** What is done with the bytes of one page, in whichever thread. */
import { sha256 } from '../../../model/index.ts'
import { compress, decompress, type Compressed } from './compress.ts'
import { readerOf } from './readers.ts'
import type { Reading } from './reading.ts'

/** A body as it came from the network, content codings undone. */
export interface FetchedBody {
  /** Where it came from. */
  readonly url: string
  /** The header's value. */
  readonly contentType: string | null
  readonly body: Uint8Array
  /** false: it is kept and not read, as that of an error page. */
  readonly isDocument: boolean
}

/** A body as the store keeps it. */
export interface StoredBody {
  readonly url: string
  readonly contentType: string | null
  readonly compression: string
  readonly body: Uint8Array
}

/** A body and its name. */
export interface RawBody extends Compressed {
  readonly sha256: string
  /** Before compression. */
  readonly bytes: number
}

/** A body made ready to be kept, and what it says; null where it is not to be read. */
export interface ReadBody {
  readonly raw: RawBody
  readonly reading: Reading | null
}

/** Reads a body that was fetched. */
export function readFetched({ url, contentType, body, isDocument }: FetchedBody): ReadBody {
  const reader = isDocument ? readerOf(contentType) : undefined
  return {
    raw: { sha256: sha256(body), bytes: body.byteLength, ...compress(body) },
    reading: reader?.(body, url, contentType) ?? null,
  }
}

/** Reads a stored body again; null where no reader takes its type. @throws MillraceError Corrupt */
export function readStored({ url, contentType, ...stored }: StoredBody): Reading | null {
  return readerOf(contentType)?.(decompress(stored), url, contentType) ?? null
}
