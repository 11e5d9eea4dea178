/**
 * The thread that owns this process's only write connection. It may wait for the lock and the disk as long as it
 * takes, because nobody's event loop runs here.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import type { Compiled } from '../catalog.ts'
import { BatchCommitter, type Batch } from './batch.ts'
import { APPLICATION_ID, inspectFile } from './engine-gate.ts'
import { execWhenFree, sleepMs } from './lock-wait.ts'
import { migrate } from './migrate.ts'
import { holdProcessLock, isProcessLost, removeProcessLock } from './process-lock.ts'
import { serveThread } from './thread-serve.ts'

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
  readonly changesKept: number
}

const OPEN_WAIT_MS = 30_000
/** How long the lock is left alone after a batch when others may want it: about what their wait sleeps. */
const YIELD_MS = 1

const data = workerData as WriterData
const state = { peers: 0 }
let opened: ReturnType<typeof open> | undefined

serveThread({
  open() {
    opened = open()
  },
  commit(batch: Batch) {
    const outcomes = current().committer.commit(batch)
    if (state.peers > 0) sleepMs(YIELD_MS * Math.random())
    return outcomes
  },
  lost: () => lostProcesses(),
  forget: (id: string) => forget(id),
  close: () => close(),
})

function current(): NonNullable<typeof opened> {
  if (opened === undefined) throw new Error('the store is not open')
  return opened
}

function open() {
  const db = openFile(data.path)
  migrate(db, data.now)
  const lock = holdProcessLock(data.path, data.process.id)
  const { id, pid, host, command } = data.process
  execWhenFree(db, 'BEGIN IMMEDIATE', OPEN_WAIT_MS)
  db.prepare('INSERT INTO processes VALUES (?, ?, ?, ?, ?)').run(id, pid, host, command, data.now)
  db.exec('COMMIT')
  return { db, lock, committer: new BatchCommitter(db, data.compiled, data.changesKept) }
}

function openFile(path: string): DatabaseSync {
  const isNew = inspectFile(path) === 'none'
  const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true })
  if (isNew) {
    chmodSync(path, 0o600)
    // Written in rollback mode first, so that the main file carries our mark before a WAL exists.
    execWhenFree(db, `PRAGMA application_id = ${APPLICATION_ID}`, OPEN_WAIT_MS)
  }
  execWhenFree(db, 'PRAGMA journal_mode = WAL', OPEN_WAIT_MS)
  db.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  db.exec('PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768')
  return db
}

function lostProcesses(): { id: string; pid: number }[] {
  const { db } = current()
  const others = db.prepare('SELECT id, pid FROM processes WHERE id <> ?').all(data.process.id)
  const lost = others.filter((other) => isProcessLost(data.path, String(other['id'])))
  state.peers = others.length - lost.length
  return lost.map((other) => ({ id: String(other['id']), pid: Number(other['pid']) }))
}

function forget(id: string): void {
  const { db } = current()
  execWhenFree(db, 'BEGIN IMMEDIATE', OPEN_WAIT_MS)
  db.prepare('DELETE FROM processes WHERE id = ?').run(id)
  db.exec('COMMIT')
  removeProcessLock(data.path, id)
}

function close(): void {
  if (opened === undefined) return
  const { db, lock } = opened
  forget(data.process.id)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  lock.release()
  opened = undefined
}
