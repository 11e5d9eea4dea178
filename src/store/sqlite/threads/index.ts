/**
 * threads: turns calls into messages to a worker thread and its answers back. It promises that each call is settled,
 * also when the thread dies. It knows nothing of what is asked.
 */
export { moduleBeside } from './module-beside.ts'
export { ThreadCalls, closed, fromErrorMessage, toErrorMessage } from './thread-calls.ts'
export type { ErrorMessage } from './thread-calls.ts'
export { serveThread } from './thread-serve.ts'
