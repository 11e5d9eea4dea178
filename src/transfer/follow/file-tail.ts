/**
 * What a file that is to be continued really holds at its end. A kill leaves a torn last line; a power loss can leave
 * NUL bytes where data was not written yet, at the end or inside the last append, because file systems write blocks in
 * any order. Each append is synced before the next, so damage never reaches further back than one append: the lines of
 * a window larger than that are all looked at, and the file counts up to the first damaged one.
 */
import type { FileHandle } from 'node:fs/promises'
import { MillraceError } from '../../model/index.ts'

/** Bytes looked at first; more than one append holds, save for a single huge document, whose line is looked at anyway. */
const WINDOW_BYTES = 16_000_000
/** A file with no whole line in this many bytes at its end is not ours. */
const WINDOW_BYTES_MAX = 256_000_000
const COUNT_BYTES = 1_000_000
const NEWLINE = 0x0a

/** A whole line of the followed run. */
export interface KnownLine {
  readonly url: string
}

/** The end of a file: bytes up to `end` are whole lines, of which `last` is the last; `rest` is what follows. */
export interface Tail {
  readonly end: number
  readonly last: KnownLine | null
  readonly rest: Buffer
}

/**
 * Reads the end of the file and changes nothing.
 * @throws MillraceError BadInput when a line there is whole and not one of a document of `run`
 */
export async function readTail(handle: FileHandle, run: string): Promise<Tail> {
  const { size } = await handle.stat()
  for (let bytes = WINDOW_BYTES; ; bytes *= 2) {
    const start = Math.max(0, size - bytes)
    const tail = tailOf(await readBytes(handle, start, size), start, run)
    if (tail.last !== null || start === 0) return tail
    if (bytes * 2 > WINDOW_BYTES_MAX) throw foreign(run, `no whole line in its last ${bytes} bytes`)
  }
}

/** How many lines the file holds up to byte `end`. Reads it all, at the speed of the disk. */
export async function countLines(handle: FileHandle, end: number): Promise<number> {
  let lines = 0
  for (let at = 0; at < end; at += COUNT_BYTES) {
    const bytes = await readBytes(handle, at, Math.min(end, at + COUNT_BYTES))
    for (let found = bytes.indexOf(NEWLINE); found >= 0; found = bytes.indexOf(NEWLINE, found + 1)) lines++
  }
  return lines
}

/** The refusal of a file that is not this run's. `what` says what was found in it. */
export function foreign(run: string, what: string): MillraceError {
  const message = `expected a file with the documents of run ${run}, or a new or empty one, but found ${what}`
  return new MillraceError('BadInput', `${message}; the file was left as it is: choose another file`)
}

function tailOf(bytes: Buffer, start: number, run: string): Tail {
  // A window that starts inside the file starts inside a line.
  let at = start === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
  let sound = { end: at, last: null as KnownLine | null }
  let isSound = true
  for (let end = bytes.indexOf(NEWLINE, at); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    // Lines behind a damaged one are written again, but a stranger's line among them must still be refused.
    const line = readLine(bytes.subarray(at, end), run)
    at = end + 1
    isSound &&= line !== null
    if (isSound) sound = { end: at, last: line }
  }
  return { end: start + sound.end, last: sound.last, rest: bytes.subarray(sound.end) }
}

/** null: the line is damaged. */
function readLine(bytes: Buffer, run: string): KnownLine | null {
  let line: unknown
  try {
    line = JSON.parse(bytes.toString())
  } catch {
    return null
  }
  const fields = (line ?? {}) as Readonly<Record<string, unknown>>
  const { url } = fields
  if (typeof url !== 'string' || !URL.canParse(url) || typeof fields['sha256'] !== 'string') {
    throw foreign(run, 'a line that is no document')
  }
  if (fields['run'] === run) return { url }
  throw foreign(run, `a line of run ${String(fields['run'])}`)
}

async function readBytes(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
