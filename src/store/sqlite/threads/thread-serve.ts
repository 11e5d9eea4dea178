/** The answering side of ThreadCalls: one handler an operation, one answer a call, at once or later. */
import { parentPort } from 'node:worker_threads'
import { MillraceError } from '../../../model/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { toErrorMessage, type Answer } from './thread-calls.ts'

interface CallMessage {
  readonly id: number
  readonly op: string
  readonly payload: unknown
}

/** Answers calls until the thread is stopped. A thrown error becomes the answer. */
export function serveThread(handlers: Readonly<Record<string, (payload: never) => unknown>>): void {
  const port = parentPort
  if (port === null) throw new MillraceError('Fault', 'a store thread was loaded outside a worker')
  port.on('message', (call: CallMessage) => {
    const given = answer(handlers, call)
    if (given instanceof Promise) void given.then((later: Answer) => port.postMessage(later))
    else port.postMessage(given)
  })
}

function answer(
  handlers: Readonly<Record<string, (payload: never) => unknown>>,
  { id, op, payload }: CallMessage,
): Answer | Promise<Answer> {
  const fail = (error: unknown): Answer => ({ id, error: toErrorMessage(sqliteError(error)) })
  try {
    const handler = handlers[op]
    if (handler === undefined) throw new MillraceError('Fault', `a store thread has no operation "${op}"`)
    const value = handler(payload as never)
    return value instanceof Promise
      ? value.then((made: unknown) => ({ id, value: made }), fail)
      : { id, value }
  } catch (error) {
    return fail(error)
  }
}
