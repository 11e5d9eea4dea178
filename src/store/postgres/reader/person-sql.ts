/**
 * A person's SQL: one statement behind a cursor, in a transaction that can only read, on a connection of its own. A
 * cursor takes SELECT and VALUES and nothing else, and a prepared statement is one statement.
 */
import { MillraceError, toMillraceError } from '../../../model/index.ts'
import type { SqlChunk } from '../../contract.ts'
import type { Connection, Connector } from '../connect/index.ts'

const ROWS_A_CHUNK = 500

/** @throws MillraceError Usage, Timeout, StoreUnreachable */
export async function* runPersonSql(
  connector: Connector,
  text: string,
  deadlineMs: number,
): AsyncGenerator<SqlChunk> {
  const deadline = AbortSignal.timeout(deadlineMs)
  const connection = await connector.connect('sql')
  const end = (): void => void connection.cancel().then(() => connection.drop())
  deadline.addEventListener('abort', end)
  try {
    await connection.run({ text: 'BEGIN READ ONLY' })
    await connection.run({ text: `DECLARE person NO SCROLL CURSOR FOR ${text}`, name: 'person' })
    for (;;) {
      const { columns, rows } = await connection.run({ text: `FETCH ${ROWS_A_CHUNK} FROM person` })
      yield { columns, rows: rows }
      if (rows.length < ROWS_A_CHUNK) return
      if (deadline.aborted) throw late(deadlineMs)
    }
  } catch (thrown) {
    throw deadline.aborted ? late(deadlineMs, thrown) : asUsage(toMillraceError(thrown))
  } finally {
    deadline.removeEventListener('abort', end)
    await leave(connection)
  }
}

/** An open cursor is nothing to wait for. */
async function leave(connection: Connection): Promise<void> {
  if (!connection.isLost) await connection.close()
}

/** What the server says of a person's statement is about the statement, unless it is about the server. */
function asUsage(error: MillraceError): MillraceError {
  const isOurs = ['StoreUnreachable', 'Corrupt', 'InputOutput', 'Aborted', 'Usage'].includes(error.code)
  if (isOurs) return error
  return new MillraceError('Usage', `expected one SELECT: ${error.message}`, { cause: error })
}

function late(deadlineMs: number, cause?: unknown): MillraceError {
  const message = `the statement took over ${deadlineMs} ms and was ended, so that it can not hold up vacuum`
  return new MillraceError('Timeout', `${message}; select less, or allow more with --timeout`, { cause })
}
