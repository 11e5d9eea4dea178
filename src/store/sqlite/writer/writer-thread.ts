/**
 * The thread that owns this process's only write connection. It may wait for the lock and the disk as long as it
 * takes, because nobody's event loop runs here.
 */
import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { MillraceError } from '../../../model/index.ts'
import type { Compiled } from '../../catalog.ts'
import {
  BatchCommitter,
  noTimes,
  type Batch,
  type BatchBounds,
  type BatchReport,
  type Outcome,
} from './batch.ts'
import { CopyCarrier } from './copy-carrier.ts'
import { Checkpoints, FailStop, LogBound, RoomWait, syncFolder, type RoomGate } from '../disk/index.ts'
import {
  holdNamedLock,
  holdProcessLock,
  inspectFile,
  isProcessLost,
  migrate,
  prepareFile,
  type ProcessLock,
  removeProcessLock,
  sleepMs,
  sweepSideFiles,
  transactWhenFree,
} from '../file/index.ts'
import { Pulse, type PulseMemory } from '../figures/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { fromErrorMessage, serveThread } from '../threads/index.ts'

/** What the writer is started with. */
export interface WriterData {
  readonly path: string
  readonly compiled: readonly Compiled[]
  readonly process: {
    readonly id: string
    readonly pid: number
    readonly host: string
    readonly command: string
  }
  readonly now: number
  readonly bounds: BatchBounds & {
    /** Bytes of the write-ahead log from which on readers are waited for, so that it begins anew. */
    readonly logBytesMax: number
  }
  /** Where it shows what it does. */
  readonly pulse: PulseMemory
  /** Pages in the log from which on a commit also moves it into the file. */
  readonly checkpointPages: number
  /** Where a full disk is waited for; without it, a full disk refuses. */
  readonly gate: RoomGate | undefined
}

const OPEN_WAIT_MS = 30_000
/** How long the lock is left alone after a batch when others may want it: about what their wait sleeps. */
const YIELD_MS = 1

const data = workerData as WriterData
const state = { peers: 0 }
const held = new Map<string, ProcessLock>()
const room = new RoomWait(data.gate, (notice) => parentPort?.postMessage({ notice }))
let opened: ReturnType<typeof open> | undefined

serveThread({
  open() {
    opened = open()
  },
  commit: (batch: Batch) => inHand().carrier.turn(() => commit(batch)),
  hold: (name: string) => void held.set(name, holdNamedLock(data.path, name)),
  letGo: (name: string) => letGo(name),
  lost: () => lostProcesses(),
  forget: (id: string) => forget(id),
  async close() {
    await opened?.carrier.stop()
    close()
  },
})

function commit(batch: Batch): BatchReport {
  const report = commitWhenRoom(batch)
  if (state.peers > 0) sleepMs(YIELD_MS * Math.random())
  return report
}

function inHand(): NonNullable<typeof opened> {
  if (opened === undefined) throw new Error('the store is not open')
  return opened
}

function current(): NonNullable<typeof opened> {
  inHand().stop.check()
  return inHand()
}

/** A full disk refuses all of a batch from some unit on, so what is tried again is a tail and keeps its order. */
function commitWhenRoom(batch: Batch): BatchReport {
  const settled: Outcome[] = []
  let refused: readonly Outcome[] = []
  let isInDoubt = false
  let times = noTimes()
  room.run(() => {
    const report = inHand().committer.commit({ ...batch, tapes: batch.tapes.slice(settled.length) })
    times = report.times
    const { outcomes } = report
    const fitting = outcomes.findIndex((outcome) => fullOf(outcome) !== undefined)
    settled.push(...outcomes.slice(0, fitting < 0 ? outcomes.length : fitting))
    refused = fitting < 0 ? [] : outcomes.slice(fitting)
    const full = fullOf(refused[0])
    isInDoubt ||= full?.applied === 'unknown'
    return full
  })
  return { outcomes: [...settled, ...(isInDoubt ? refused.map(doubted) : refused)], times }
}

function doubted(outcome: Outcome): Outcome {
  return 'error' in outcome ? { error: { ...outcome.error, applied: 'unknown' } } : outcome
}

function fullOf(outcome: Outcome | undefined): MillraceError | undefined {
  if (outcome === undefined || !('error' in outcome) || outcome.error.code !== 'DiskFull') return undefined
  return fromErrorMessage(outcome.error)
}

function open() {
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
    const lock = register(db)
    if (inodeOf(data.path) !== inode) throw replaced(lock)
    return { db, stop, lock, committer, carrier: new CopyCarrier(db, data.path, data.process.id) }
  } catch (error) {
    stop.note(sqliteError(error))
    stop.close()
    throw error
  }
}

/** From here on nobody replaces the file; but what we opened may have lost its name to a restored one by now. */
function replaced(lock: ProcessLock): MillraceError {
  lock.release()
  return new MillraceError(
    'Busy',
    `${data.path} was replaced while it was opened; run the same command again`,
  )
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}

/** Makes this process known to the others: its lock first, so that its row never looks like that of a lost one. */
function register(db: DatabaseSync): ProcessLock {
  const { id, pid, host, command } = data.process
  const lock = holdProcessLock(data.path, id)
  try {
    const insert = db.prepare('INSERT INTO processes VALUES (?, ?, ?, ?, ?)')
    transactWhenFree(db, OPEN_WAIT_MS, () => insert.run(id, pid, host, command, data.now))
    const known = db.prepare('SELECT 1 FROM processes WHERE id = ?')
    sweepSideFiles(data.path, (other) => known.get(other) !== undefined)
    return lock
  } catch (error) {
    lock.release()
    throw error
  }
}

function letGo(name: string): void {
  held.get(name)?.release()
  held.delete(name)
}

function lostProcesses(): { id: string; pid: number }[] {
  const { db } = current()
  const others = db.prepare('SELECT id, pid FROM processes WHERE id <> ?').all(data.process.id)
  // A process that closes removes its row before its lock, so who has neither by now has not been lost.
  const isKnown = db.prepare('SELECT 1 FROM processes WHERE id = ?')
  const lost = others.filter(
    ({ id }) => isProcessLost(data.path, String(id)) && isKnown.get(String(id)) !== undefined,
  )
  state.peers = others.length - lost.length
  return lost.map((other) => ({ id: String(other['id']), pid: Number(other['pid']) }))
}

function forget(id: string): void {
  const { db, stop } = current()
  const remove = db.prepare('DELETE FROM processes WHERE id = ?')
  const full = room.run(() => {
    try {
      transactWhenFree(db, OPEN_WAIT_MS, () => remove.run(id))
      return undefined
    } catch (thrown) {
      const error = sqliteError(thrown)
      if (error.code === 'DiskFull') return error
      stop.note(error)
      throw error
    }
  })
  if (full !== undefined) throw full
  removeProcessLock(data.path, id)
}

function close(): void {
  if (opened === undefined) return
  const { db, lock, stop } = opened
  opened = undefined
  try {
    if (!stop.isStopped) leave(db)
  } catch (thrown) {
    // A full disk harms nothing: what was acknowledged is durable, and the row left behind is that of a process
    // without a lock, which the next one gives back. A disk that failed is for the caller to know.
    const error = sqliteError(thrown)
    if (stop.note(error)) throw error
  } finally {
    stop.close()
    for (const name of held.keys()) letGo(name)
    lock.release()
  }
}

function leave(db: DatabaseSync): void {
  const remove = db.prepare('DELETE FROM processes WHERE id = ?')
  transactWhenFree(db, OPEN_WAIT_MS, () => remove.run(data.process.id))
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}
