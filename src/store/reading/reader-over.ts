/** The reading half of the contract over whatever runs declared queries. */
import { MillraceError } from '../../model/index.ts'
import type { Meter } from '../../observe/index.ts'
import type { Query, Reader, SqlChunk } from '../contract.ts'
import { closed } from '../queue/index.ts'
import { changesAfter, latestPosition, prunedTo } from './engine-queries.ts'

const SQL_DEADLINE_MS = 5_000

/** What a reader is made of. */
export interface ReaderParts {
  /** Runs declared queries. */
  readonly pool: { read<Row>(query: Query<Row>, deadlineMs?: number): Promise<readonly Row[]> }
  /** Runs a person's statement. */
  readonly sql: (text: string, deadlineMs: number) => AsyncIterable<SqlChunk>
  readonly meter: Meter
  readonly close: () => Promise<void>
}

/** The reader; `close` is the caller's. */
export function readerOver({ pool, sql, meter, close: end }: ReaderParts): Reader {
  let isClosed = false
  const close = (): Promise<void> => {
    isClosed = true
    return end()
  }
  return {
    meter,
    read: (query, options) => pool.read(query, options?.deadlineMs),
    async position() {
      const [row] = await pool.read(latestPosition({}))
      return row?.position ?? 0
    },
    async changes(position, limit) {
      const changes = await pool.read(changesAfter({ after: position, limit }))
      // Asked last: what was pruned since the changes were read can only refuse too much, never leave a gap.
      const [row] = await pool.read(prunedTo({}))
      if (row !== undefined && position < row.position) throw tooOld(position, row.position)
      return changes.map((change) => ({ ...change, op: change.op === 'delete' ? 'delete' : 'put' }))
    },
    async *sql(text, options) {
      if (isClosed) throw closed()
      yield* sql(text, options?.deadlineMs ?? SQL_DEADLINE_MS)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** However often it is called, and by whom: it is done once. */
export function closeOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => (closing ??= close())
}

function tooOld(asked: number, kept: number): MillraceError {
  const message = `changes after position ${asked} are no longer kept (they start after ${kept}); read the tables in full`
  return new MillraceError('PositionTooOld', message)
}
