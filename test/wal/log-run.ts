/**
 * The log under everything that could pin it: one process writes as fast as it can, others read without end, politely
 * and not. The size of the -wal is looked at from outside, often.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '../processes/index.ts'

/** What is asked of a run. */
export interface LogRunOptions {
  readonly durationMs: number
  /** An empty folder. */
  readonly folder: string
}

/** What a run saw. */
export interface LogRunResult {
  /** The largest -wal, in bytes. */
  readonly logBytesMax: number
  /** Units acknowledged. */
  readonly acknowledged: number
  /** Reads that ended, by the way of reading. */
  readonly reads: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
}

const WAYS = ['chunks', 'long', 'held']
const LOOK_MS = 20

/** Runs it. */
export async function logRun({ durationMs, folder }: LogRunOptions): Promise<LogRunResult> {
  const path = join(folder, 'log.db')
  const state = {
    logBytesMax: 0,
    acknowledged: 0,
    reads: {} as Record<string, number>,
    wrong: [] as string[],
  }
  const opened = Promise.withResolvers<void>()
  const writer = startChild(join(import.meta.dirname, 'write-rows.ts'), [path], (line) => {
    if (line === 'open') opened.resolve()
    else if (line.startsWith('acked ')) state.acknowledged = Number(line.slice('acked '.length))
    else state.wrong.push(line)
  })
  await Promise.race([opened.promise, writer.ended])
  const readers = WAYS.map((way) =>
    startChild(join(import.meta.dirname, 'read-rows.ts'), [path, way], (line) => {
      state.reads[way] = Number(line.slice('read '.length))
    }),
  )
  const look = () => {
    state.logBytesMax = Math.max(
      state.logBytesMax,
      statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    )
  }
  const looking = setInterval(look, LOOK_MS)
  const isOver = Promise.withResolvers<void>()
  setTimeout(isOver.resolve, durationMs)
  const early = [writer, ...readers].map((child) =>
    child.ended.then((ended) => `a process ended with ${ended}`),
  )
  const ended = await Promise.race([isOver.promise, ...early])
  if (ended !== undefined) state.wrong.push(ended)
  clearInterval(looking)
  for (const reader of readers) reader.kill('SIGKILL')
  writer.tell('end')
  const code = await writer.ended
  if (code !== 0) state.wrong.push(`the writer ended with ${code}`)
  return state
}
