/**
 * How processes on one file see each other die. Each holds an exclusive lock on a small side database of its own for
 * as long as it lives; the operating system drops that lock at kill -9 within milliseconds. Whoever can take the lock
 * knows that its owner is gone. The lock is taken through SQLite itself, never by opening the file otherwise, because
 * POSIX drops all of a process's locks on a file when any descriptor of it is closed.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { resultCode } from './sqlite-error.ts'

const SQLITE_BUSY = 5

/** The lock this process holds; `release` gives it back and removes the side file. */
export interface ProcessLock {
  release(): void
}

/** The folder of the side files of a database. */
export function lockFolder(path: string): string {
  return `${path}-processes`
}

/** Takes the lock of process `id` on the database at `path`. */
export function holdProcessLock(path: string, id: string): ProcessLock {
  mkdirSync(lockFolder(path), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(join(lockFolder(path), id))
  db.exec('BEGIN EXCLUSIVE')
  return {
    release() {
      db.close()
      removeProcessLock(path, id)
    },
  }
}

/** Whether process `id` is gone. Never ask it of a process id of one's own. */
export function isProcessLost(path: string, id: string): boolean {
  const file = join(lockFolder(path), id)
  if (!existsSync(file)) return true
  const db = new DatabaseSync(file)
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

/** Removes the side file of a process that is gone, and the folder with the last of them. */
export function removeProcessLock(path: string, id: string): void {
  rmSync(join(lockFolder(path), id), { force: true })
  rmSync(join(lockFolder(path), `${id}-journal`), { force: true })
  if (existsSync(lockFolder(path)) && readdirSync(lockFolder(path)).length === 0)
    removeIfEmpty(lockFolder(path))
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    // Another process may have put its own side file there since, or removed the folder: both are as good.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'ENOENT') throw error
  }
}
