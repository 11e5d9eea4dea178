/**
 * A process of its own for one SQL statement that a person wrote. Nothing bounds what such a statement does, and only
 * a process can be ended at any instant; a read-only connection that is killed harms nobody.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { openForReading } from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { toErrorMessage } from '../../../threads/index.ts'

const ROWS_A_CHUNK = 500

/** Sent to the child: the statement first, then 'next' for each further chunk. */
export type SqlRequest = { readonly path: string; readonly text: string } | 'next'

const chunks = { next: (): unknown => ({ rows: [], done: true }) }

process.on('message', (request: SqlRequest) => {
  try {
    if (request !== 'next') chunks.next = start(request.path, request.text)
    process.send?.(chunks.next())
  } catch (thrown) {
    process.send?.({ error: toErrorMessage(asUsage(thrown)) })
  }
})

interface Chunk {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly done: boolean
}

function start(path: string, text: string): () => unknown {
  const db = openForReading(path)
  const statement = prepareOne(db, text)
  const columns = statement.columns().map((column) => column.name)
  statement.setReturnArrays(true)
  statement.setReadBigInts(true)
  const rows = statement.iterate() as unknown as Iterator<readonly unknown[]>
  return () => {
    const chunk = nextChunk(columns, rows)
    // Before the last chunk is sent: who asked ends this process as soon as it has it.
    if (chunk.done) db.close()
    return chunk
  }
}

function nextChunk(columns: readonly string[], source: Iterator<readonly unknown[]>): Chunk {
  const rows: (readonly unknown[])[] = []
  while (rows.length < ROWS_A_CHUNK) {
    const step = source.next()
    if (step.done === true) return { columns, rows, done: true }
    rows.push(step.value.map(shrink))
  }
  return { columns, rows, done: false }
}

/** bigint only where a number would lose digits. */
function shrink(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function prepareOne(db: DatabaseSync, text: string): StatementSync {
  const statement = db.prepare(text)
  const rest = text
    .slice(statement.sourceSQL.length)
    .replace(/--.*$|\/\*[\s\S]*?\*\/|;/gm, '')
    .trim()
  if (rest !== '')
    throw new MillraceError('Usage', `expected one statement, got more: "${rest.slice(0, 40)}"`)
  if (statement.columns().length === 0) {
    throw new MillraceError(
      'Usage',
      'expected a SELECT: `query` only reads, and this statement gives no rows',
    )
  }
  return statement
}

/** What SQLite says of a person's statement is about the statement, unless it is about the file. */
function asUsage(thrown: unknown): MillraceError {
  const error = sqliteError(thrown)
  if (error.code === 'NoPermission') return new MillraceError('Usage', `expected a SELECT: ${error.message}`)
  return error.code === 'Fault' ? new MillraceError('Usage', `expected valid SQL: ${String(thrown)}`) : error
}
