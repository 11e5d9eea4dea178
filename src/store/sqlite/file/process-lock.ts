/**
 * How processes on one file see each other die. Each holds an exclusive lock on a small side database of its own for
 * as long as it lives; the operating system drops that lock at kill -9 within milliseconds. Whoever can take the lock
 * knows that its owner is gone. The lock is taken through SQLite itself, never by opening the file otherwise, because
 * POSIX drops all of a process's locks on a file when any descriptor of it is closed.
 */
import { existsSync, mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { resultCode, sqliteError } from '../sqlite-error.ts'

const SQLITE_BUSY = 5
const SQLITE_CANTOPEN = 14
/** How often a side file is tried: its folder goes with the last process that closes, perhaps just now. */
const OPEN_ATTEMPTS = 100

/** The lock this process holds; `release` gives it back and removes the side file. */
export interface ProcessLock {
  release(): void
}

/** What the file of a process's figures is called, after its id. */
export const FIGURES_SUFFIX = '.figures'

const SIDE_SUFFIXES = ['', '-journal', FIGURES_SUFFIX, `${FIGURES_SUFFIX}.new`]

/** The folder of the side files of a database. */
export function lockFolder(path: string): string {
  return `${path}-processes`
}

/** Takes the lock of process `id` on the database at `path`. */
export function holdProcessLock(path: string, id: string): ProcessLock {
  const db = createSideFile(path, id, OPEN_ATTEMPTS)
  db.exec('BEGIN EXCLUSIVE')
  return {
    release() {
      db.close()
      removeProcessLock(path, id)
    },
  }
}

/** Takes a lock by name, whoever of this database's processes comes first. @throws MillraceError Busy */
export function holdNamedLock(path: string, name: string): ProcessLock {
  const db = createSideFile(path, name, OPEN_ATTEMPTS)
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw sqliteError(error)
  }
  return {
    release() {
      // Removed while it is held: once it is free the file may already be somebody else's.
      rmSync(join(lockFolder(path), name), { force: true })
      db.close()
      removeIfEmpty(lockFolder(path))
    },
  }
}

/** Whether process `id` is gone. Never ask it of a process id of one's own. */
export function isProcessLost(path: string, id: string): boolean {
  const db = openSideFile(path, id)
  if (db === undefined) return true
  try {
    db.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (resultCode(error) === SQLITE_BUSY) return false
    throw error
  } finally {
    db.close()
  }
}

function createSideFile(path: string, id: string, attemptsLeft: number): DatabaseSync {
  try {
    mkdirSync(lockFolder(path), { recursive: true, mode: 0o700 })
    return new DatabaseSync(join(lockFolder(path), id))
  } catch (error) {
    const isFolderGone =
      resultCode(error) === SQLITE_CANTOPEN || (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!isFolderGone || attemptsLeft <= 1) throw error
    return createSideFile(path, id, attemptsLeft - 1)
  }
}

/** The side file of another process; never makes one, because its owner may remove it at this instant. */
function openSideFile(path: string, id: string): DatabaseSync | undefined {
  const url = pathToFileURL(join(lockFolder(path), id))
  url.searchParams.set('mode', 'rw')
  try {
    return new DatabaseSync(url)
  } catch (error) {
    if (resultCode(error) === SQLITE_CANTOPEN && !existsSync(url)) return undefined
    throw error
  }
}

/** Removes the side files of a process that is gone, and the folder with the last of them. */
export function removeProcessLock(path: string, id: string): void {
  for (const suffix of SIDE_SUFFIXES) rmSync(join(lockFolder(path), `${id}${suffix}`), { force: true })
  removeIfEmpty(lockFolder(path))
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    // Others have their side files there, or have just removed the folder themselves: both are as good.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'ENOENT') throw error
  }
}
