/**
 * Where an export goes. A file appears whole or not at all:
 *
 *   write .NAME.PID-RANDOM.tmp -> fsync -> rename over NAME -> fsync the folder
 *
 * so that neither a kill nor a power loss leaves half a file under the name that was asked for. The random part keeps
 * two exports of one process, and processes with one pid in two containers, out of each other's file.
 */
import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { MillraceError } from '../../model/index.ts'
import { fileError, systemCode } from './file-error.ts'
import { syncFolder } from './sync-folder.ts'

/** A file to replace, or a stream to write to, which is left open. A device or FIFO named as a file is written as it is. */
export type ExportTarget = { readonly file: string } | { readonly stream: Writable }

/** Characters gathered before they are written. */
const WRITE_CHARS = 65_536

/** Takes text to where it goes; resolves when more is welcome. */
type Write = (text: string) => Promise<unknown>

/**
 * Writes all lines. A reader that closes the pipe (`export | head`) has seen enough: that ends quietly. When anything
 * else fails, a file is as it was before.
 * @throws MillraceError NoPermission, CannotCreate, DiskFull, InputOutput; Aborted by the signal; whatever `lines` throws
 */
export async function writeExport(
  lines: AsyncIterable<string>,
  target: ExportTarget,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { signal } = options
  if ('stream' in target) return untilClosed(() => toStream(lines, target.stream, signal), 'the stream')
  const { file } = target
  const path = await realpath(file).catch(() => file)
  // What can not be looked at can not be opened either, and opening says why.
  const known = await stat(path).catch(() => undefined)
  if (known === undefined || known.isFile()) return replaceFile(lines, path, { mode: known?.mode, signal })
  return untilClosed(() => toDevice(lines, path, signal), path)
}

async function pour(lines: AsyncIterable<string>, write: Write, signal: AbortSignal | undefined) {
  let text = ''
  for await (const line of lines) {
    if (signal?.aborted === true) throw stopped(signal)
    text += line
    if (text.length < WRITE_CHARS) continue
    await write(text)
    text = ''
  }
  if (text !== '') await write(text)
  if (signal?.aborted === true) throw stopped(signal)
}

async function replaceFile(
  lines: AsyncIterable<string>,
  path: string,
  how: { readonly mode: number | undefined; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const folder = dirname(path)
  const name = `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  const temporary = join(folder, name)
  try {
    await withFile(temporary, 'wx', async (handle) => {
      if (how.mode !== undefined) await handle.chmod(how.mode & 0o777)
      await pour(lines, (text) => handle.writeFile(text), how.signal)
      await handle.sync()
    })
    await rename(temporary, path)
    await syncFolder(folder)
  } catch (error) {
    // That the remains could not be removed would hide why there are any.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw fileError(error, path)
  }
}

async function toDevice(lines: AsyncIterable<string>, path: string, signal: AbortSignal | undefined) {
  await withFile(path, 'w', (handle) => pour(lines, (text) => handle.writeFile(text), signal))
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

async function toStream(lines: AsyncIterable<string>, stream: Writable, signal: AbortSignal | undefined) {
  stream.on('error', hear)
  await pour(lines, (text) => written(stream, text, signal), signal)
  stream.off('error', hear)
}

/** Resolves when the stream has handed the text on, which is all the backpressure there is to obey. */
async function written(stream: Writable, text: string, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = () => reject(stopped(signal))
  signal?.addEventListener('abort', stop)
  stream.write(text, (error) => (error ? reject(error) : resolve()))
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
