/**
 * Where an export goes. A file appears whole or not at all:
 *
 *   write .NAME.PID-RANDOM.tmp -> fsync -> rename over NAME -> fsync the folder
 *
 * so that neither a kill nor a power loss leaves half a file under the name that was asked for.
 */
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { MillraceError } from '../../model/index.ts'
import { fileError, systemCode } from './file-error.ts'
import { syncFolder } from './sync-folder.ts'
import { sweepLeftovers, temporaryPath } from './temporary-name.ts'

/** A file to replace, or a stream to write to, which is left open. A device or FIFO named as a file is written as it is. */
export type ExportTarget = { readonly file: string } | { readonly stream: Writable }

/** How it is written. */
export interface WriteOptions {
  readonly signal?: AbortSignal | undefined
  /** Called when a file is whole and not yet in its place. */
  readonly beforePlaced?: (() => Promise<void>) | undefined
}

/** Characters gathered before they are written. */
const WRITE_CHARS = 65_536

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0')

/** What an export is written in: text, which becomes UTF-8, or bytes. */
export type Piece = string | Uint8Array

/** Takes a piece to where it goes; resolves when more is welcome. */
type Write = (piece: Piece) => Promise<unknown>

/**
 * Writes all pieces. A reader that closes the pipe (`export | head`) has seen enough: that ends quietly. When anything
 * else fails, a file is as it was before.
 * @throws MillraceError NoPermission, CannotCreate, DiskFull, InputOutput; Aborted by the signal; whatever `pieces` throws
 */
export async function writeExport(
  pieces: AsyncIterable<Piece>,
  target: ExportTarget,
  options: WriteOptions = {},
): Promise<void> {
  const { signal, beforePlaced } = options
  if ('stream' in target) return untilClosed(() => toStream(pieces, target.stream, signal), 'the stream')
  const { file } = target
  const path = await realpath(file).catch(() => file)
  // What can not be looked at can not be opened either, and opening says why.
  const known = await stat(path).catch(() => undefined)
  if (known?.isFile() === true) await refuseDatabase(path)
  if (known === undefined || known.isFile())
    return replaceFile(pieces, path, { mode: known?.mode, signal, beforePlaced })
  return untilClosed(() => toDevice(pieces, path, signal), path)
}

/** A database, be it the one that is exported, is never what somebody wants to have replaced by an export of it. */
async function refuseDatabase(path: string): Promise<void> {
  const start = Buffer.alloc(SQLITE_MAGIC.length)
  // What can not be read is no database of ours, and writing says why it can not be replaced.
  await withFile(path, 'r', async (handle) => void (await handle.read(start, 0, start.length, 0))).catch(
    () => undefined,
  )
  if (!start.equals(SQLITE_MAGIC)) return
  throw new MillraceError('CannotCreate', `can not write ${path}: it is a database; choose another name`)
}

async function pour(pieces: AsyncIterable<Piece>, write: Write, signal: AbortSignal | undefined) {
  let text = ''
  for await (const piece of pieces) {
    if (signal?.aborted === true) throw stopped(signal)
    if (typeof piece === 'string') {
      text += piece
      if (text.length < WRITE_CHARS) continue
    }
    if (text !== '') await write(text)
    text = ''
    if (typeof piece !== 'string') await write(piece)
  }
  if (text !== '') await write(text)
  if (signal?.aborted === true) throw stopped(signal)
}

async function replaceFile(
  pieces: AsyncIterable<Piece>,
  path: string,
  how: WriteOptions & { readonly mode: number | undefined },
): Promise<void> {
  const temporary = temporaryPath(path, 'tmp')
  try {
    await sweepLeftovers(path)
    await withFile(temporary, 'wx', async (handle) => {
      if (how.mode !== undefined) await handle.chmod(how.mode & 0o777)
      await pour(pieces, (piece) => handle.writeFile(piece), how.signal)
      await handle.sync()
    })
    await how.beforePlaced?.()
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    // That the remains could not be removed would hide why there are any.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw fileError(error, path)
  }
}

async function toDevice(pieces: AsyncIterable<Piece>, path: string, signal: AbortSignal | undefined) {
  await withFile(path, 'w', (handle) => pour(pieces, (piece) => handle.writeFile(piece), signal))
}

async function withFile(path: string, flags: string, use: (handle: FileHandle) => Promise<void>) {
  const handle = await open(path, flags)
  try {
    await use(handle)
  } finally {
    await handle.close()
  }
}

/**
 * The callback of a write reports its error; the 'error' event after it would end the process if nobody heard it. As it
 * comes later, the listener stays on a stream that failed.
 */
const hear = () => undefined

async function toStream(pieces: AsyncIterable<Piece>, stream: Writable, signal: AbortSignal | undefined) {
  stream.on('error', hear)
  await pour(pieces, (piece) => written(stream, piece, signal), signal)
  stream.off('error', hear)
}

/** Resolves when the stream has handed the text on, which is all the backpressure there is to obey. */
async function written(stream: Writable, piece: Piece, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = () => reject(stopped(signal))
  signal?.addEventListener('abort', stop)
  stream.write(piece, (error) => (error ? reject(error) : resolve()))
  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function untilClosed(write: () => Promise<void>, name: string): Promise<void> {
  try {
    await write()
  } catch (error) {
    const code = systemCode(error)
    // EPIPE: the reader went away; ERR_STREAM_DESTROYED: it had gone before this write.
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return
    throw fileError(error, name)
  }
}

function stopped(signal: AbortSignal | undefined): MillraceError {
  return new MillraceError('Aborted', 'the export was stopped before its end; a file is as it was before', {
    cause: signal?.reason,
  })
}
