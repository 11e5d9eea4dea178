/**
 * What must be true before a file is opened for writing: an SQLite without the WAL-reset bug, a local file system,
 * a file that is ours or none at all. Looking must not change a foreign file, nor create anything beside it.
 */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { MillraceError } from '../../../model/index.ts'
import { resultCode, sqliteError } from '../sqlite-error.ts'

/** 'Mill' in the database header's application_id (sqlite.org/fileformat.html offset 68). */
export const APPLICATION_ID = 0x4d696c6c

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/** First release with the WAL-reset bug fixed (sqlite.org/wal.html): two connections could lose committed pages. */
const SQLITE_MIN = [3, 51, 3] as const

/** statfs types of file systems whose locks other machines do not see (linux/magic.h). */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
])

/** @throws MillraceError EngineTooOld */
export function checkEngine(version: string = process.versions.sqlite ?? '0'): void {
  const parts = version.split('.').map(Number)
  for (const [index, least] of SQLITE_MIN.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return
    if (part < least) throw tooOld(version)
  }
}

/** @throws MillraceError CannotCreate when the folder is missing, NetworkFileSystem */
export function checkFolder(path: string): void {
  const folder = dirname(path)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new MillraceError(
      'CannotCreate',
      `expected the folder ${folder} to exist for ${path}; create it first`,
    )
  }
  const name = NETWORK_TYPES.get(statfsSync(folder).type >>> 0)
  if (name === undefined) return
  throw new MillraceError(
    'NetworkFileSystem',
    `${folder} is on ${name}, where SQLite's locks do not hold; use a local disk`,
  )
}

/** A writer needs the file, and the folder too, because the log is kept there. @throws MillraceError NoPermission */
export function checkWritable(path: string): void {
  const { R_OK, W_OK, X_OK } = constants
  demandAccess(dirname(path), W_OK | X_OK, `write in the folder ${dirname(path)}`)
  if (existsSync(path)) demandAccess(path, R_OK | W_OK, `read and write ${path}`)
}

/**
 * Whether the file is a Millrace database; 'none' when it is missing or empty.
 * @throws MillraceError ForeignDatabase for another program's file, CannotCreate for what is no file, NoPermission,
 *   Corrupt
 */
export function inspectFile(path: string): 'ours' | 'none' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === false) {
    throw new MillraceError('CannotCreate', `expected a file at ${path}, found a folder or a device`)
  }
  if (found === undefined || found.size === 0) return 'none'
  demandAccess(path, constants.R_OK, `read ${path}`)
  if (applicationIdOf(path) === APPLICATION_ID) return 'ours'
  throw foreign(path, 'was made by another program')
}

function applicationIdOf(path: string): unknown {
  try {
    return readApplicationId(path, true)
  } catch (error) {
    if (resultCode(error) === SQLITE_NOTADB) throw foreign(path, 'is not an SQLite database', error)
    if (resultCode(error) !== SQLITE_CORRUPT) throw sqliteError(error)
  }
  // Shorter than its header says: the log holds the rest when a checkpoint is under way, or was killed on its way.
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  try {
    return readApplicationId(path, !hasLog)
  } catch (error) {
    throw sqliteError(error)
  }
}

/** `immutable` looks at the file alone: it neither waits for locks, nor reads the log, nor makes any file. */
function readApplicationId(path: string, immutable: boolean): unknown {
  const url = pathToFileURL(path)
  if (immutable) url.searchParams.set('immutable', '1')
  const db = new DatabaseSync(url, { readOnly: true, timeout: 1_000 })
  try {
    return db.prepare('PRAGMA application_id').get()?.['application_id']
  } finally {
    db.close()
  }
}

function demandAccess(path: string, mode: number, what: string): void {
  try {
    accessSync(path, mode)
  } catch (cause) {
    const message = `no permission to ${what}; change its permissions, run as its owner, or choose another --db`
    throw new MillraceError('NoPermission', message, { cause })
  }
}

function tooOld(version: string): MillraceError {
  const message = `expected SQLite ${SQLITE_MIN.join('.')} or later, got ${version}; use Node 24.16 or later`
  return new MillraceError('EngineTooOld', message)
}

function foreign(path: string, why: string, cause?: unknown): MillraceError {
  const message = `expected a Millrace database, but ${path} ${why}; it was not touched: choose another --db`
  return new MillraceError('ForeignDatabase', message, { cause })
}
