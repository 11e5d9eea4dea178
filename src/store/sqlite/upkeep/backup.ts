/**
 * A backup from its request to its name:
 *
 *   FILE.part made, empty -> [ carried by a process at work | one step by ourselves ] -> sealed -> renamed to FILE
 *
 * `restore` is the same way back. Whoever dies at whatever instant: FILE is whole or is not there, and the next one
 * removes FILE.part.
 */
import { rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { isMillraceError, MillraceError } from '../../../model/index.ts'
import type { CopyOptions, CopyProgress, StoreCopy } from '../../contract.ts'
import { checkEngine, holdNamedLock, UPKEEP_LOCK } from '../file/index.ts'
import { type CarriedCopy, carriedCopy } from './carried-copy.ts'
import { ChildCalls } from './child-calls.ts'
import { checkOrigin, checkTarget, databaseBytes, demandFree, type CopyTarget } from './copy-target.ts'

const LOOK_MS = 100

/** Copies the database at `path` into the file `to`. @throws MillraceError as Upkeep.backup says */
export async function backupSqlite(path: string, to: string, options: CopyOptions = {}): Promise<StoreCopy> {
  checkEngine()
  const origin = checkOrigin(path)
  const target = checkTarget(origin, to)
  if (options.isForced !== true) demandFree(target.name)
  using _lock = holdUpkeep(origin)
  return await copyTo(origin, target, options, true)
}

/** Makes the database at `path` what the backup `from` is. @throws MillraceError as Upkeep.restore says */
export async function restoreSqlite(
  path: string,
  from: string,
  options: CopyOptions = {},
): Promise<StoreCopy> {
  checkEngine()
  const origin = checkOrigin(from)
  const target = checkTarget(origin, path)
  if (options.isForced !== true) demandFree(target.name)
  using _lock = holdUpkeep(target.name)
  return await copyTo(origin, target, options, false)
}

/** Keeps everybody else from copying, replacing or compacting this database. @throws MillraceError Busy */
export function holdUpkeep(path: string): Disposable {
  try {
    const lock = holdNamedLock(path, UPKEEP_LOCK)
    return { [Symbol.dispose]: () => lock.release() }
  } catch (cause) {
    if (!isMillraceError(cause, 'Busy')) throw cause
    const message = `another backup, restore or compact of ${resolve(path)} is at work; wait for its end`
    throw new MillraceError('Busy', message, { cause })
  }
}

async function copyTo(
  origin: string,
  { name, part }: CopyTarget,
  options: CopyOptions,
  asksOthers: boolean,
): Promise<StoreCopy> {
  using child = new ChildCalls(name, options.signal)
  const bytesTotal = databaseBytes(origin)
  const tell = (step: CopyProgress['step'], bytes: number) =>
    options.onProgress?.({ step, bytes: Math.min(bytes, bytesTotal), bytesTotal })
  try {
    tell('asking', 0)
    const inode = await child.call('create', part)
    const onBytes = (bytes: number) => tell('copying', bytes)
    const copy = { path: origin, part, inode, child, signal: options.signal, onBytes }
    const carrier = asksOthers ? await carriedCopy(copy) : null
    if (carrier === null) await copyAlone(copy)
    tell('checking', bytesTotal)
    const sealed = await child.call('seal', part)
    await child.call('place', { file: part, name, isForced: options.isForced ?? false })
    return { file: name, ...sealed, carrier }
  } catch (error) {
    child[Symbol.dispose]()
    for (const end of ['', '-journal']) rmSync(`${part}${end}`, { force: true })
    throw error
  }
}

/** Anew: whoever began it may still write into a file that it has open. */
async function copyAlone({ path, part, child, onBytes }: CarriedCopy): Promise<void> {
  await child.call('create', part)
  onBytes(0)
  const timer = setInterval(() => onBytes(statSync(part, { throwIfNoEntry: false })?.size ?? 0), LOOK_MS)
  try {
    await child.call('copy', { from: path, file: part })
  } finally {
    clearInterval(timer)
  }
}
