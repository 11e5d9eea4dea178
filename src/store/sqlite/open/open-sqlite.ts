/** Opens a database file: as a store that can be written, or for reading only. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type Clock, MillraceError, newId, systemClock } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import { catalogOf, type Catalog } from '../../catalog.ts'
import type { Reader, Store } from '../../contract.ts'
import type { Definition } from '../../declare.ts'
import { RoomPause, type WaitForRoom } from '../disk/index.ts'
import { newPulseMemory, type Notice } from '../figures/index.ts'
import {
  checkEngine,
  checkFolder,
  checkWritable,
  inspectFile,
  isSchemaOld,
  openForReading,
} from '../file/index.ts'
import { QUEUE_LIMITS, type QueueLimits } from '../../queue/index.ts'
import { closeOnce, engineQueries, readerOver } from '../../reading/index.ts'
import { ReaderPool, runSql } from '../reader/index.ts'
import { startWriter } from '../writer/index.ts'
import { refuseUnfinishedMove } from '../tables/index.ts'
import { storeOver } from './store-over.ts'

/** How to open a database. */
export interface SqliteOptions {
  /** The file; it is created, readable by its owner only, when it does not exist. */
  readonly path: string
  /** Every command, guard and query that will be used. */
  readonly definitions: readonly Definition[]
  /** Default: the machine's clock. */
  readonly clock?: Clock
  /** What this process does, for others that look who holds the lock. */
  readonly command?: string
  /** How many positions back `changes` reaches; default 1,000,000. */
  readonly changesKept?: number
  /** How long a commit waits for the write lock of another process before it is refused as Busy; default 30 s. */
  readonly lockWaitMs?: number
  /** How far the -wal may grow before the writer waits for readers to end; default 64 MiB. */
  readonly logBytesMax?: number
  readonly limits?: Partial<QueueLimits>
  /** Told when something takes too long: a transaction of this process, or another one that holds the write lock. */
  readonly onNotice?: (notice: Notice) => void
  /** Pages in the log from which on a commit also moves it into the file; default 1,000 (4 MB). */
  readonly checkpointPages?: number
  /** Default: a commit that finds the disk full is refused as DiskFull. */
  readonly whenFull?: WaitForRoom
}

const CHECKPOINT_PAGES = 1_000
const CHANGES_KEPT = 1_000_000
const LOCK_WAIT_MS = 30_000
const LOG_BYTES_MAX = 64 * 1024 * 1024

/**
 * Opens, and creates or upgrades where needed.
 * @throws MillraceError EngineTooOld, NetworkFileSystem, CannotCreate, NoPermission, ForeignDatabase, Corrupt,
 *   SchemaNewer, SchemaChanged, MoveUnfinished, Busy, DiskFull
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  checkEngine()
  const path = resolve(options.path)
  checkFolder(path)
  checkWritable(path)
  const clock = options.clock ?? systemClock
  const catalog = catalogOf([...options.definitions, ...engineQueries])
  const pause = new RoomPause(options.whenFull)
  const data = { ...writerData(path, catalog, clock, options), gate: pause.gate }
  const writer = startWriter(data, (notice) => pause.hear(notice))
  try {
    await writer.call('open')
  } catch (error) {
    await writer.stop()
    throw error
  }
  const limits = { ...QUEUE_LIMITS, ...options.limits }
  const onNotice = options.onNotice ?? (() => undefined)
  return storeOver({ path, catalog, clock, writer, data, pause, limits, onNotice })
}

/**
 * Opens for reading only; the file must exist. A schema older than this Millrace is upgraded first.
 * @throws MillraceError NotFound, and as `openSqlite`
 */
export async function openSqliteReader(options: SqliteOptions): Promise<Reader> {
  checkEngine()
  const path = resolve(options.path)
  if (!existsSync(path) || inspectFile(path) === 'none') {
    throw new MillraceError(
      'NotFound',
      `expected a Millrace database at ${path}; crawl something first, or name another --db`,
    )
  }
  if (isSchemaOld(path)) await (await openSqlite(options)).close()
  refuseUnfinished(path)
  const catalog = catalogOf([...options.definitions, ...engineQueries])
  const meter = new Meter()
  const pool = new ReaderPool(path, catalog, { meter })
  const close = closeOnce(() => pool.close())
  return readerOver({ pool, sql: (text, deadlineMs) => runSql(path, text, deadlineMs), meter, close })
}

/** @throws MillraceError MoveUnfinished */
function refuseUnfinished(path: string): void {
  using db = openForReading(path)
  refuseUnfinishedMove(db)
}

function writerData(path: string, catalog: Catalog, clock: Clock, options: SqliteOptions) {
  const now = clock.now()
  const { command = 'millrace', changesKept = CHANGES_KEPT } = options
  const { lockWaitMs = LOCK_WAIT_MS, logBytesMax = LOG_BYTES_MAX } = options
  return {
    path,
    compiled: catalog.compiled,
    process: { id: newId(now), pid: process.pid, host: hostname(), command },
    now,
    pulse: newPulseMemory(),
    bounds: { changesKept, lockWaitMs, logBytesMax },
    checkpointPages: options.checkpointPages ?? CHECKPOINT_PAGES,
  }
}
