/** A table as chunks, the next one read while the last one is used. */
import { MillraceError } from '../../model/index.ts'
import type { Chunk, Key, SourceSide } from '../../store/index.ts'

/** From after a key to the last row. Each chunk is a short read of its own. @throws MillraceError Aborted */
export async function* chunksOf(
  source: SourceSide,
  table: string,
  after: Key | null,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  let next = ahead(source.read(table, { after, upTo: null }))
  for (;;) {
    checkGoingOn(signal)
    const chunk = await next
    const { last, isLast } = chunk
    if (!isLast) next = ahead(source.read(table, { after: last, upTo: null }))
    yield chunk
    if (isLast) return
  }
}

/** @throws MillraceError Aborted when somebody stopped it */
export function checkGoingOn(signal: AbortSignal): void {
  if (!signal.aborted) return
  const message = 'stopped before the end; run the same command again'
  throw new MillraceError('Aborted', message, { cause: signal.reason })
}

/** A promise whose failure is heard when it is awaited, or never when nobody needs it any more. */
export function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
