/**
 * How processes on one file see each other die. Each holds an exclusive lock on a small side database of its own for
 * as long as it lives; the operating system drops that lock at kill -9 within milliseconds. Whoever can take the lock
 * knows that its owner is gone. The lock is taken through SQLite itself, never by opening the file otherwise, because
 * POSIX drops all of a process's locks on a file when any descriptor of it is closed.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { resultCode, sqliteError } from '../sqlite-error.ts'
import { sleepMs } from './lock-wait.ts'

const SQLITE_BUSY = 5
const SQLITE_CANTOPEN = 14
/** SQLITE_IOERR_FSTAT: what it says of a file whose name went, when it finds its journal beside it still. */
const SQLITE_IOERR_FSTAT = 1802
/** How often a side file is tried: its folder goes with the last process that closes, perhaps just now. */
const OPEN_ATTEMPTS = 100
/**
 * Whoever asks whether a lock is held holds it for an instant, and on a busy machine an instant can be a tenth of a
 * second. A process's own lock is nobody else's, so it is waited for as long as any lock of the database.
 */
const OWN_WAIT_MS = 30_000
/** A lock by name may really be somebody else's, and its caller waits to hear so. */
const NAMED_WAIT_MS = 500
/** Process ids, and digests of the names of locks. */
const SIDE_FILE = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})$/

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
  const db = lockSideFile(path, id, OWN_WAIT_MS)
  return {
    release() {
      db.close()
      removeProcessLock(path, id)
    },
  }
}

/** Takes a lock by name, whoever of this database's processes comes first. @throws MillraceError Busy */
export function holdNamedLock(path: string, name: string): ProcessLock {
  const db = lockSideFile(path, name, NAMED_WAIT_MS)
  return { release: () => removeHeld(path, name, db) }
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
    if (isNameGone(error)) return true
    throw error
  } finally {
    db.close()
  }
}

/** Somebody has just removed the file that was opened. */
function isNameGone(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === SQLITE_IOERR_FSTAT
}

/** The ids of the processes that hold their locks at this instant. */
export function liveProcesses(path: string): readonly string[] {
  return sideFiles(path).filter((name) => name.length < 64 && !isProcessLost(path, name))
}

/**
 * Removes the side files that nobody holds and nobody will ask for: of a process that died before its row was written,
 * of a lock whose holder was killed. Those for which `isKnown` stay: their work is still to be given back.
 */
export function sweepSideFiles(path: string, isKnown: (id: string) => boolean): void {
  for (const name of sideFiles(path)) {
    const db = openSideFile(path, name)
    if (db === undefined) continue
    // Asked while the lock is held: a process writes its row only once it has the lock.
    if (isFree(db) && !isKnown(name)) removeHeld(path, name, db)
    else db.close()
  }
}

/** Whatever keeps it from being locked, such as a full disk: it is then left for the next one that sweeps. */
function isFree(db: DatabaseSync): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (resultCode(error) === undefined) throw error
    return false
  }
}

/** Removed while it is held: once it is free the file may already be somebody else's. */
function removeHeld(path: string, name: string, db: DatabaseSync): void {
  removeFiles(path, name)
  db.close()
  removeIfEmpty(lockFolder(path))
}

function sideFiles(path: string): readonly string[] {
  try {
    return readdirSync(lockFolder(path)).filter((name) => SIDE_FILE.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/**
 * A connection that holds the lock. Whoever had it before may have removed the file after we opened it, and a lock on a
 * file without a name keeps nobody out: so the name must lead to one and the same file before, between and after.
 */
function lockSideFile(path: string, id: string, waitMsMax: number): DatabaseSync {
  const file = join(lockFolder(path), id)
  const start = performance.now()
  for (;;) {
    createSideFile(path, id, OPEN_ATTEMPTS).close()
    const inode = inodeOf(file)
    const db = createSideFile(path, id, OPEN_ATTEMPTS)
    try {
      const isSame = inode !== undefined && inodeOf(file) === inode
      db.exec('BEGIN EXCLUSIVE')
      if (isSame && inodeOf(file) === inode) return db
      db.close()
    } catch (error) {
      db.close()
      const isPatient = performance.now() - start < waitMsMax
      if (!isPatient || (resultCode(error) !== SQLITE_BUSY && !isNameGone(error))) throw sqliteError(error)
      sleepMs(1)
    }
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino
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
  removeFiles(path, id)
  removeIfEmpty(lockFolder(path))
}

function removeFiles(path: string, id: string): void {
  for (const suffix of SIDE_SUFFIXES) rmSync(join(lockFolder(path), `${id}${suffix}`), { force: true })
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
