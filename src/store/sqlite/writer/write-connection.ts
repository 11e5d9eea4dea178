/** This process's one write connection, from the opening of the file to its orderly end. */
import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { Checkpoints, FailStop, LogBound, syncFolder } from '../disk/index.ts'
import { Pulse } from '../figures/index.ts'
import {
  holdProcessLock,
  inspectFile,
  migrate,
  prepareFile,
  type ProcessLock,
  sweepSideFiles,
  transactWhenFree,
} from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { refuseUnfinishedMove } from '../tables/index.ts'
import { BatchCommitter } from './batch.ts'
import { CopyCarrier } from './copy-carrier.ts'
import type { WriterData } from './writer-data.ts'

/** The connection and what works on it. */
export interface WriteConnection {
  readonly db: DatabaseSync
  readonly stop: FailStop
  /** By which others see that this process lives. */
  readonly lock: ProcessLock
  readonly committer: BatchCommitter
  readonly carrier: CopyCarrier
}

/** How long another writer is waited for where no caller's bound applies. */
export const OPEN_WAIT_MS = 30_000

/**
 * Opens the file, creates or upgrades it where needed, and makes this process known to the others.
 * @throws MillraceError as `openSqlite`
 */
export function openConnection(data: WriterData): WriteConnection {
  const isNew = inspectFile(data.path) === 'none'
  const before = inodeOf(data.path)
  const db = new DatabaseSync(data.path, { timeout: 0, enableForeignKeyConstraints: true })
  const stop = new FailStop(db, data.path)
  const inode = before ?? inodeOf(data.path)
  const { logBytesMax } = data.bounds
  try {
    if (isNew) chmodSync(data.path, 0o600)
    prepareFile(db, { waitMsMax: OPEN_WAIT_MS, logBytesMax })
    const checkpoints = new Checkpoints(db, data.checkpointPages)
    checkpoints.settleFound(data.path)
    migrate(db, data.now)
    const pulse = new Pulse(data.pulse)
    const logBound = new LogBound(db, { bytesMax: logBytesMax, onPinned: (bytes) => pulse.pin(bytes) })
    const surroundings = { stop, checkpoints, logBound, pulse }
    const committer = new BatchCommitter(db, data.compiled, data.bounds, surroundings)
    syncFolder(dirname(data.path))
    const lock = register(db, data)
    if (inodeOf(data.path) !== inode) throw replaced(data.path, lock)
    return { db, stop, lock, committer, carrier: new CopyCarrier(db, data.path, data.process.id) }
  } catch (error) {
    stop.note(sqliteError(error))
    stop.close()
    throw error
  }
}

/** From here on nobody replaces the file; but what we opened may have lost its name to a restored one by now. */
function replaced(path: string, lock: ProcessLock): MillraceError {
  lock.release()
  return new MillraceError('Busy', `${path} was replaced while it was opened; run the same command again`)
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}

/** Makes this process known to the others: its lock first, so that its row never looks like that of a lost one. */
function register(db: DatabaseSync, { path, process, now }: WriterData): ProcessLock {
  const { id, pid, host, command } = process
  const lock = holdProcessLock(path, id)
  try {
    const insert = db.prepare('INSERT INTO processes VALUES (?, ?, ?, ?, ?)')
    transactWhenFree(db, OPEN_WAIT_MS, () => {
      refuseUnfinishedMove(db)
      insert.run(id, pid, host, command, now)
    })
    const known = db.prepare('SELECT 1 FROM processes WHERE id = ?')
    sweepSideFiles(path, (other) => known.get(other) !== undefined)
    return lock
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Ends it: its row and the log go, then the connection, then the lock. @throws MillraceError when the disk failed */
export function closeConnection({ db, lock, stop }: WriteConnection, id: string): void {
  try {
    if (!stop.isStopped) leave(db, id)
  } catch (thrown) {
    // A full disk harms nothing: what was acknowledged is durable, and the row left behind is that of a process
    // without a lock, which the next one gives back. A disk that failed is for the caller to know.
    const error = sqliteError(thrown)
    if (stop.note(error)) throw error
  } finally {
    stop.close()
    lock.release()
  }
}

function leave(db: DatabaseSync, id: string): void {
  const remove = db.prepare('DELETE FROM processes WHERE id = ?')
  transactWhenFree(db, OPEN_WAIT_MS, () => remove.run(id))
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}
