/**
 * What must be true before a file is opened for writing: an SQLite without the WAL-reset bug, a local file system,
 * a file that is ours or none at all. Looking must not change a foreign file, nor create anything beside it.
 */
import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { MillraceError } from '../../model/index.ts'

/** 'Mill' in the database header's application_id (sqlite.org/fileformat.html offset 68). */
export const APPLICATION_ID = 0x4d696c6c

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
  if (!existsSync(folder)) {
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

/**
 * Whether the file is a Millrace database; 'none' when it is missing or empty.
 * @throws MillraceError ForeignDatabase for anything else
 */
export function inspectFile(path: string): 'ours' | 'none' {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return 'none'
  if (readApplicationId(path) === APPLICATION_ID) return 'ours'
  throw foreign(path, 'was made by another program')
}

function readApplicationId(path: string): unknown {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  const db = new DatabaseSync(url, { readOnly: true })
  try {
    return db.prepare('PRAGMA application_id').get()?.['application_id']
  } catch (error) {
    throw foreign(path, 'is not an SQLite database', error)
  } finally {
    db.close()
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
