/**
 * threads: turns calls into messages to a worker thread and its answers back. It promises that each call is settled,
 * also when the thread dies. It knows nothing of what is asked, and never starts a thread again by itself.
 */
export { moduleBeside } from './module-beside.ts'
export { ThreadCalls, fromErrorMessage, toErrorMessage } from './thread-calls.ts'
export type { ErrorMessage, ThreadOptions } from './thread-calls.ts'
export { serveThread } from './thread-serve.ts'
