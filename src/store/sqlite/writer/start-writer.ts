/** Starts the writer thread. */
import type { RoomNotice } from '../disk/index.ts'
import { moduleBeside, ThreadCalls } from '../../../threads/index.ts'
import type { WriterData } from './writer-data.ts'

/** The thread, whose operations are those of writer-thread.ts; it owns nothing before `open` is called. */
export function startWriter(data: WriterData, onNotice: (notice: RoomNotice) => void): ThreadCalls {
  const module = moduleBeside(import.meta.url, 'writer-thread')
  return new ThreadCalls(module, {
    workerData: data,
    onNotice: (notice) => onNotice(notice as RoomNotice),
  })
}
