/** Runs a person's SQL statement in a child process and hands its rows over in chunks, until the deadline ends it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { MillraceError } from '../../../model/index.ts'
import type { SqlChunk } from '../../contract.ts'
import { type ErrorMessage, fromErrorMessage, moduleBeside } from '../../../threads/index.ts'

type ChildAnswer = { readonly error: ErrorMessage } | (SqlChunk & { readonly done: boolean })

/** @throws MillraceError Usage, Timeout, Corrupt, InputOutput */
export async function* runSql(path: string, text: string, deadlineMs: number): AsyncGenerator<SqlChunk> {
  const child = fork(moduleBeside(import.meta.url, 'sql-child'), [], { serialization: 'advanced' })
  const deadline = AbortSignal.timeout(deadlineMs)
  // Also while nobody asks for more: what reads the rows may be waiting for a person.
  deadline.addEventListener('abort', () => child.kill('SIGKILL'))
  try {
    let answer = await ask(child, { path, text }, deadline)
    while (!answer.done) {
      yield { columns: answer.columns, rows: answer.rows }
      answer = await ask(child, 'next', deadline)
    }
    yield { columns: answer.columns, rows: answer.rows }
  } catch (error) {
    throw deadline.aborted ? late(deadlineMs, error) : error
  } finally {
    child.kill('SIGKILL')
  }
}

async function ask(child: ChildProcess, request: object | string, signal: AbortSignal) {
  child.send(request)
  const [answer] = (await once(child, 'message', { signal })) as [ChildAnswer]
  if ('error' in answer) throw fromErrorMessage(answer.error)
  return answer
}

function late(deadlineMs: number, cause: unknown): MillraceError {
  const message = `the statement took over ${deadlineMs} ms and was ended, so that it can not hold up the writer's log`
  return new MillraceError('Timeout', `${message}; select less, or allow more with --timeout`, { cause })
}
