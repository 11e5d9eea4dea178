/** The answering side of ThreadCalls: one handler an operation, each synchronous, one answer a call. */
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
  port.on('message', (call: CallMessage) => port.postMessage(answer(handlers, call)))
}

function answer(handlers: Readonly<Record<string, (payload: never) => unknown>>, call: CallMessage): Answer {
  try {
    const handler = handlers[call.op]
    if (handler === undefined)
      throw new MillraceError('Fault', `a store thread has no operation "${call.op}"`)
    return { id: call.id, value: handler(call.payload as never) }
  } catch (error) {
    return { id: call.id, error: toErrorMessage(sqliteError(error)) }
  }
}
