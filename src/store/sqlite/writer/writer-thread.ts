/**
 * The thread that owns this process's only write connection. It may wait for the lock and the disk as long as it
 * takes, because nobody's event loop runs here.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import type { Compiled } from '../../catalog.ts'
import { BatchCommitter, type Batch } from './batch.ts'
import {
  APPLICATION_ID,
  holdNamedLock,
  holdProcessLock,
  inspectFile,
  isProcessLost,
  migrate,
  type ProcessLock,
  removeProcessLock,
  execWhenFree,
  sleepMs,
  transactWhenFree,
} from '../file/index.ts'
import { Pulse, type PulseMemory } from '../figures/index.ts'
import { serveThread } from '../threads/index.ts'

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
  /** Where it shows what it does. */
  readonly pulse: PulseMemory
}

const OPEN_WAIT_MS = 30_000
/** How long the lock is left alone after a batch when others may want it: about what their wait sleeps. */
const YIELD_MS = 1

const data = workerData as WriterData
const state = { peers: 0 }
const held = new Map<string, ProcessLock>()
let opened: ReturnType<typeof open> | undefined

serveThread({
  open() {
    opened = open()
  },
  commit(batch: Batch) {
    const report = current().committer.commit(batch)
    if (state.peers > 0) sleepMs(YIELD_MS * Math.random())
    return report
  },
  hold: (name: string) => void held.set(name, holdNamedLock(data.path, name)),
  letGo: (name: string) => letGo(name),
  lost: () => lostProcesses(),
  forget: (id: string) => forget(id),
  close: () => close(),
})

function current(): NonNullable<typeof opened> {
  if (opened === undefined) throw new Error('the store is not open')
  return opened
}

function open() {
  const isNew = inspectFile(data.path) === 'none'
  const db = new DatabaseSync(data.path, { timeout: 0, enableForeignKeyConstraints: true })
  try {
    if (isNew) chmodSync(data.path, 0o600)
    prepareFile(db)
    migrate(db, data.now)
    const pulse = new Pulse(data.pulse)
    const committer = new BatchCommitter(db, data.compiled, data.changesKept, pulse)
    return { db, lock: register(db), committer }
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareFile(db: DatabaseSync): void {
  // Written in rollback mode first, so that the main file carries our mark before a WAL exists. A file that was ours
  // can lack it: SQLite has just undone a first opening that was killed.
  transactWhenFree(db, OPEN_WAIT_MS, () => {
    if (db.prepare('PRAGMA application_id').get()?.['application_id'] === APPLICATION_ID) return
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  })
  execWhenFree(db, 'PRAGMA journal_mode = WAL', OPEN_WAIT_MS)
  db.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  db.exec('PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768')
}

/** Makes this process known to the others: its lock first, so that its row never looks like that of a lost one. */
function register(db: DatabaseSync): ProcessLock {
  const { id, pid, host, command } = data.process
  const lock = holdProcessLock(data.path, id)
  try {
    const insert = db.prepare('INSERT INTO processes VALUES (?, ?, ?, ?, ?)')
    transactWhenFree(db, OPEN_WAIT_MS, () => insert.run(id, pid, host, command, data.now))
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
  const remove = current().db.prepare('DELETE FROM processes WHERE id = ?')
  transactWhenFree(current().db, OPEN_WAIT_MS, () => remove.run(id))
  removeProcessLock(data.path, id)
}

function close(): void {
  if (opened === undefined) return
  const { db, lock } = opened
  try {
    const remove = db.prepare('DELETE FROM processes WHERE id = ?')
    transactWhenFree(db, OPEN_WAIT_MS, () => remove.run(data.process.id))
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // A full disk, say: what was acknowledged is durable all the same, and the row left behind is that of a process
    // without a lock, which the next one gives back.
  }
  opened = undefined
  db.close()
  for (const name of held.keys()) letGo(name)
  lock.release()
}
