/** Starts the writer thread. */
import { moduleBeside, ThreadCalls } from '../threads/index.ts'
import type { WriterData } from './writer-thread.ts'

/** The thread, whose operations are those of writer-thread.ts; it owns nothing before `open` is called. */
export function startWriter(data: WriterData): ThreadCalls {
  return new ThreadCalls(moduleBeside(import.meta.url, 'writer-thread'), data)
}
