/**
 * Gives a sealed copy its name, in one step: the old file is there or the new one, never a mixture. A log of the old
 * file beside the new one would be one, because SQLite would play it into it; so an old file first takes in its log and
 * goes without, while it is locked, and only then is it replaced. Runs in the process that handles files.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isMillraceError } from '../../../model/index.ts'
import { inspectFile, sweepSideFiles } from '../file/index.ts'
import { resultCode, sqliteError } from '../sqlite-error.ts'
import { demandFree, LOGS } from './copy-target.ts'
import { heldBy, livingHolders } from './holders.ts'

/** Of an SQLite database file that is damaged: SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGED = [11, 26]
const SQLITE_BUSY = 5

/**
 * @throws MillraceError CannotCreate when the name is taken and `isForced` is false, ForeignDatabase when it is that of
 *   another program's file, Busy when somebody has it open
 */
export function place({ file, name, isForced }: { file: string; name: string; isForced: boolean }): void {
  using old = isForced ? retire(name) : undefined
  if (!isForced) demandFree(name)
  renameSync(file, name)
  old?.[Symbol.dispose]()
  syncFolder(dirname(name))
}

/** Locks the old file, without a log of its own, until the new one has its name. */
function retire(name: string): DatabaseSync | undefined {
  const holders = livingHolders({ path: name })
  if (holders.length > 0) throw heldBy(name, holders)
  sweepSideFiles(name, () => false)
  const db = isSound(name) ? lockWithoutLog(name) : undefined
  if (db === undefined) for (const end of LOGS) rmSync(`${name}${end}`, { force: true })
  return db
}

/** Whether there is a file of ours that SQLite can open. @throws MillraceError ForeignDatabase */
function isSound(name: string): boolean {
  try {
    return inspectFile(name) === 'ours'
  } catch (error) {
    if (isMillraceError(error, 'Corrupt')) return false
    throw error
  }
}

function lockWithoutLog(name: string): DatabaseSync | undefined {
  const db = new DatabaseSync(name, { timeout: 1_000 })
  try {
    const mode = db.prepare('PRAGMA journal_mode = DELETE').get()?.['journal_mode']
    if (mode !== 'delete') throw heldBy(name, [])
    // The lock needs a journal, which must not be left beside the new file.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db.close()
    if (DAMAGED.includes(resultCode(error) ?? 0)) return undefined
    throw resultCode(error) === SQLITE_BUSY ? heldBy(name, []) : sqliteError(error)
  }
}

/** Makes the name survive power loss. Windows opens no folder as a file; NTFS journals its names by itself. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
