/** Chunks bounded by rows and by bytes: a document can hold 5 MB, and a file or a pipe can be slow to take it. */

/** Keys read at a time. */
export const KEYS_MAX = 200
/** Bytes of text read at a time; a single row may be larger. */
export const CHUNK_OCTETS_MAX = 4_000_000

/** Cuts a list into chunks of at most CHUNK_OCTETS_MAX each, or of one entry that is larger. */
export function* chunksOf<Entry extends { readonly octets: number }>(
  entries: readonly Entry[],
): Generator<readonly Entry[]> {
  let chunk: Entry[] = []
  let octets = 0
  for (const entry of entries) {
    if (chunk.length > 0 && octets + entry.octets > CHUNK_OCTETS_MAX) {
      yield chunk
      chunk = []
      octets = 0
    }
    chunk.push(entry)
    octets += entry.octets
  }
  if (chunk.length > 0) yield chunk
}
