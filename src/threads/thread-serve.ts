/** The answering side of ThreadCalls: one handler an operation, one answer a call, at once or later. */
import { parentPort, type Transferable } from 'node:worker_threads'
import { MillraceError, toMillraceError } from '../model/index.ts'
import { toErrorMessage, type Answer } from './thread-calls.ts'

interface CallMessage {
  readonly id: number
  readonly op: string
  readonly payload: unknown
}

/** What is done for each operation: the answer, or a promise of it. */
export type Handlers = Readonly<Record<string, (payload: never) => unknown>>

/**
 * Answers calls until the thread is stopped. A thrown error becomes the answer, as `toError` sees it. What `handedOver`
 * names of an answer is not copied, and gone here afterwards.
 */
export function serveThread(
  handlers: Handlers,
  toError: (thrown: unknown) => MillraceError = toMillraceError,
  handedOver: (value: unknown) => readonly Transferable[] = () => [],
): void {
  const port = parentPort
  if (port === null) throw new MillraceError('Fault', 'the code of a thread was loaded outside a worker')
  const post = (made: Answer) => port.postMessage(made, 'value' in made ? handedOver(made.value) : [])
  port.on('message', (call: CallMessage) => {
    const given = answer({ handlers, toError }, call)
    if (given instanceof Promise) void given.then(post)
    else post(given)
  })
}

interface Serving {
  readonly handlers: Handlers
  readonly toError: (thrown: unknown) => MillraceError
}

function answer({ handlers, toError }: Serving, { id, op, payload }: CallMessage): Answer | Promise<Answer> {
  const fail = (error: unknown): Answer => ({ id, error: toErrorMessage(toError(error)) })
  try {
    const handler = handlers[op]
    if (handler === undefined) throw new MillraceError('Fault', `the thread has no operation "${op}"`)
    const value = handler(payload as never)
    return value instanceof Promise
      ? value.then((made: unknown) => ({ id, value: made }), fail)
      : { id, value }
  } catch (error) {
    return fail(error)
  }
}
