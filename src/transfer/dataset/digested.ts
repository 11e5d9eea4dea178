/** Counts and digests what flows by. */
import { createHash } from 'node:crypto'
import type { Piece } from '../files/index.ts'

/** What has flowed by so far. */
export interface Digested {
  readonly pieces: AsyncIterable<Piece>
  /** To be asked once, at the end. */
  readonly sum: () => { readonly bytes: number; readonly sha256: string }
}

/** The same pieces, looked at. */
export function digested(pieces: AsyncIterable<Piece>): Digested {
  const hash = createHash('sha256')
  let bytes = 0
  async function* look() {
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += Buffer.byteLength(piece)
      yield piece
    }
  }
  return { pieces: look(), sum: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/** The same items, each shown to `see` as it is asked for. */
export async function* seen<Item>(
  items: AsyncIterable<Item>,
  see: (item: Item) => void,
): AsyncGenerator<Item> {
  for await (const item of items) {
    see(item)
    yield item
  }
}
