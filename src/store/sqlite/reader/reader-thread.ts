/**
 * A thread with one read-only connection. Every declared query is one statement and so one short snapshot; a scan that
 * asks `in_time()` for each row ends with Timeout, because node:sqlite has no way to interrupt a running statement.
 */
import type { StatementSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { MillraceError } from '../../../model/index.ts'
import type { Compiled } from '../../catalog.ts'
import type { Stored } from '../../codec.ts'
import { openForReading } from '../file/index.ts'
import { serveThread } from '../../../threads/index.ts'
import { sqliteError } from '../sqlite-error.ts'

/** What a reader is started with. */
export interface ReaderData {
  readonly path: string
  readonly compiled: readonly Compiled[]
}

/** One query to run. */
export interface ReadRequest {
  readonly index: number
  readonly params: readonly Stored[]
  readonly deadlineMs: number
}

const data = workerData as ReaderData
const db = openForReading(data.path)
db.exec('PRAGMA cache_size = -4096')
const prepared = new Map<number, StatementSync>()
const limit = { deadlineMs: 0, until: Number.POSITIVE_INFINITY }

db.function('in_time', () => {
  if (performance.now() < limit.until) return 1
  throw new MillraceError(
    'Timeout',
    `the read took over ${limit.deadlineMs} ms and was ended; ask for less at a time`,
  )
})

serveThread(
  {
    read(request: ReadRequest) {
      limit.deadlineMs = request.deadlineMs
      limit.until = performance.now() + request.deadlineMs
      const statement = data.compiled[request.index]?.statements[0]
      if (statement === undefined) throw new MillraceError('UnknownCommand', 'no such query')
      const params = statement.binds.map((bind) => request.params[bind] as Stored)
      return prepare(request.index, statement.sql).all(...params)
    },
    close: () => db.close(),
  },
  sqliteError,
)

function prepare(index: number, sql: string): StatementSync {
  const known = prepared.get(index)
  if (known !== undefined) return known
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  prepared.set(index, statement)
  return statement
}
