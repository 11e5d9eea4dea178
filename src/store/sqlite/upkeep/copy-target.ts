/** What is asked of a place for a copy before anything is read: told at once, not after an hour of copying. */
import { existsSync, realpathSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { MillraceError } from '../../../model/index.ts'
import { checkFolder, checkWritable, inspectFile, liveProcesses } from '../file/index.ts'

/** How the names of the files go on that SQLite keeps beside a database. */
export const LOGS = ['-wal', '-shm', '-journal']

/** The place, checked. */
export interface CopyTarget {
  /** What the copy will be called: absolute, and where it is a link, what that leads to. */
  readonly name: string
  /** What it is called until it is whole. */
  readonly part: string
}

/** @throws MillraceError NotFound when there is no database of ours to copy; ForeignDatabase */
export function checkOrigin(path: string): string {
  const origin = resolve(path)
  if (existsSync(origin) && inspectFile(origin) === 'ours') return realpathSync(origin)
  throw new MillraceError('NotFound', `expected a Millrace database at ${origin}; check the name`)
}

/**
 * @throws MillraceError CannotCreate, NoPermission, NetworkFileSystem, DiskFull when the copy can not fit, Usage when
 *   the place is the origin itself
 */
export function checkTarget(origin: string, target: string): CopyTarget {
  const path = resolve(target)
  checkFolder(path)
  const name = existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  checkFolder(name)
  const part = `${name}.part`
  if (
    [name, part].some((one) => isSameFile(origin, one)) ||
    [...LOGS, '-processes'].includes(name.replace(origin, ''))
  ) {
    throw new MillraceError('Usage', `expected a file that is not of the database ${origin}, got ${target}`)
  }
  if (liveProcesses(part).length > 0) throw new MillraceError('Busy', `${part} is a database that is open`)
  checkWritable(name)
  checkRoom(dirname(name), databaseBytes(origin), `a copy of ${origin}`)
  return { name, part }
}

/** Bytes of a database and its log. */
export function databaseBytes(path: string): number {
  return ['', '-wal'].reduce(
    (sum, end) => sum + (statSync(`${path}${end}`, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

/** @throws MillraceError DiskFull when a folder's disk has less room than that */
export function checkRoom(folder: string, bytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free >= bytes) return
  const message = `expected ${bytes} bytes free in ${folder} for ${what}, found ${free}; free some space`
  throw new MillraceError('DiskFull', message, { facts: { bytes, free } })
}

/** That nothing is there, nor a log that SQLite would play into what comes there. @throws MillraceError CannotCreate */
export function demandFree(name: string): void {
  const taken = ['', ...LOGS].map((end) => `${name}${end}`).find((path) => existsSync(path))
  if (taken === undefined) return
  throw new MillraceError(
    'CannotCreate',
    `${taken} is there already and was left as it is; --force overwrites it`,
  )
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other, { throwIfNoEntry: false })]
  return b !== undefined && a.dev === b.dev && a.ino === b.ino
}
