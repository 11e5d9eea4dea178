/**
 * How large the write-ahead log is, who keeps it from being emptied, and who holds the write lock. Only for a process
 * that has no connection to the database: it opens the -shm file.
 */
import { readFileSync, statSync } from 'node:fs'
import { describeHolder, lockHolders, sleepMs, type LockHolder } from '../file/index.ts'
import { ok, warn, type Check, type RegisteredProcess } from '../../finding.ts'

/** A log that stays above this is one that checkpoints can not empty. */
const WAL_BYTES_HIGH = 128 * 1024 * 1024
/** A short read or commit is over by then; what is still there holds on. */
const LOOKS_APART_MS = 250

/** The size of the log and who reads so old a state that it can not be emptied. */
export function checkLog(path: string): Check {
  const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const pinning = lasting(() => readersBehind(path))
  const who = pinning.map(
    ({ holder, behind }) => `${describeHolder(holder)} reads a state ${behind} pages back`,
  )
  const detail = [`${bytes} bytes`, ...who].join('; ')
  if (bytes <= WAL_BYTES_HIGH) return ok('wal', detail)
  const advice =
    who.length > 0
      ? 'end what reads for long: until then the log can not be emptied'
      : 'the next crawl that closes empties it'
  return warn('wal', detail, `${advice}; docs/troubleshooting.md, "The log grows"`)
}

/** Whether another program than Millrace keeps the write lock; one of our own takes it again and again. */
export function checkWriteLock(path: string, ours: readonly RegisteredProcess[]): Check {
  const [kept] = lasting(() => {
    const writer = lockHolders(path)?.writer ?? null
    return writer === null ? [] : [{ holder: writer }]
  })
  if (kept === undefined) return ok('lock', 'nobody keeps the write lock')
  const detail = `${describeHolder(kept.holder)} holds the write lock`
  if (ours.some(({ pid, isAlive }) => isAlive && pid === kept.holder.pid)) return ok('lock', detail)
  return warn('lock', detail, 'let it end, or end it; docs/troubleshooting.md, "Still locked?"')
}

/** Those that are found twice, a while apart. */
function lasting<T extends { readonly holder: LockHolder }>(look: () => readonly T[]): readonly T[] {
  const first = look()
  if (first.length === 0) return first
  sleepMs(LOOKS_APART_MS)
  const again = new Set(look().map(({ holder }) => holder.pid))
  return first.filter(({ holder }) => again.has(holder.pid))
}

/** Where the numbers are in the -shm file (sqlite.org/walformat.html, section 2.1). */
const LAST_FRAME_AT = 16
const READ_MARKS_AT = 100

function readersBehind(path: string) {
  const readers = lockHolders(path)?.readers ?? []
  if (readers.length === 0) return []
  const header = new DataView(readFileSync(`${path}-shm`).buffer.slice(0, 136))
  const isLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
  const lastFrame = header.getUint32(LAST_FRAME_AT, isLittle)
  return readers.flatMap(({ marks, ...holder }) => {
    // Mark 0 is that of a reader that needs nothing of the log.
    const frames = marks
      .filter((mark) => mark > 0)
      .map((mark) => header.getUint32(READ_MARKS_AT + 4 * mark, isLittle))
    const behind = lastFrame - Math.min(lastFrame, ...frames)
    return behind > 0 ? [{ holder, behind }] : []
  })
}
