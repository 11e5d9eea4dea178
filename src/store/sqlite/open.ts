/** Opens a database file: as a store that can be written, or for reading only. */
import { existsSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type Clock, MillraceError, newId, sha256, systemClock } from '../../model/index.ts'
import { catalogOf, encodeUnit, type Catalog } from '../catalog.ts'
import { decodeRow, type Shape } from '../codec.ts'
import type { Command, LostProcess, Reader, Receipt, Store, Unit } from '../contract.ts'
import type { Definition } from '../declare.ts'
import {
  type Applied,
  type BatchReport,
  QUEUE_LIMITS,
  type QueueLimits,
  startWriter,
  WriteQueue,
} from './writer/index.ts'
import { Meter } from '../../observe/index.ts'
import { RoomPause, type WaitForRoom } from './disk/index.ts'
import { newPulseMemory, Pulse, StoreWatch, Watchdog, type Notice } from './figures/index.ts'
import {
  checkEngine,
  checkFolder,
  checkWritable,
  inspectFile,
  isSchemaOld,
  lockHolders,
} from './file/index.ts'
import { changesAfter, engineQueries, latestPosition, prunedTo, ReaderPool, runSql } from './reader/index.ts'
import type { ThreadCalls } from './threads/index.ts'

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
const SQL_DEADLINE_MS = 5_000

/**
 * Opens, and creates or upgrades where needed.
 * @throws MillraceError EngineTooOld, NetworkFileSystem, CannotCreate, NoPermission, ForeignDatabase, Corrupt,
 *   SchemaNewer, SchemaChanged, Busy, DiskFull
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
  const catalog = catalogOf([...options.definitions, ...engineQueries])
  const meter = new Meter()
  const pool = new ReaderPool(path, catalog, { meter })
  const close = closeOnce(() => pool.close())
  return readerOver({ path, pool, meter, close })
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

interface Parts {
  readonly path: string
  readonly catalog: Catalog
  readonly clock: Clock
  readonly writer: ThreadCalls
  readonly data: ReturnType<typeof writerData>
  readonly pause: RoomPause
  readonly limits: QueueLimits
  readonly onNotice: (notice: Notice) => void
}

function storeOver(parts: Parts): Store {
  const { path, catalog, clock, writer, pause } = parts
  const meter = new Meter()
  const send = (batch: unknown) => writer.call('commit', batch) as Promise<BatchReport>
  const limits = { ...parts.limits, isPaused: () => pause.isOn }
  const queue = new WriteQueue({ send, clock, limits, meter })
  const pool = new ReaderPool(path, catalog, { meter })
  const watch = watchStore(parts, meter, pool)
  const close = closeOnce(async () => {
    pause.refuse()
    await queue.drain()
    await pool.close()
    await watch.stop()
    try {
      await writer.call('close')
    } finally {
      await writer.stop()
    }
  })
  return {
    ...readerOver({ path, pool, meter, close }),
    process: parts.data.process.id,
    async commit(unit, commitOptions) {
      const applied = await queue.add(encodeUnit(catalog, unit), commitOptions?.signal)
      return receiptOf(catalog, unit, applied)
    },
    async hold(name) {
      const lock = sha256(name)
      await writer.call('hold', lock)
      return {
        async [Symbol.asyncDispose]() {
          await writer.call('letGo', lock)
        },
      }
    },
    lostProcesses: () => writer.call('lost') as Promise<readonly LostProcess[]>,
    async forgetProcess(lost) {
      await writer.call('forget', lost)
    },
  }
}

function watchStore(
  { path, catalog, clock, data, onNotice }: Parts,
  meter: Meter,
  pool: ReaderPool,
): StoreWatch {
  const pulse = new Pulse(data.pulse)
  meter.level('wal.bytes', () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  const watchdog = new Watchdog({
    beat: () => pulse.read(),
    commandName: (index) => catalog.compiled[index]?.name ?? 'none',
    oldestReadMs: () => pool.oldestMs,
    holders: () => lockHolders(path),
  })
  return new StoreWatch({ path, process: data.process, clock, meter, watchdog, onNotice })
}

interface ReaderParts {
  readonly path: string
  readonly pool: ReaderPool
  readonly meter: Meter
  readonly close: () => Promise<void>
}

function readerOver({ path, pool, meter, close }: ReaderParts): Reader {
  return {
    meter,
    read: (query, options) => pool.read(query, options?.deadlineMs),
    async position() {
      const [row] = await pool.read(latestPosition({}))
      return row?.position ?? 0
    },
    async changes(position, limit) {
      const changes = await pool.read(changesAfter({ after: position, limit }))
      // Asked last: what was pruned since the changes were read can only refuse too much, never leave a gap.
      const [row] = await pool.read(prunedTo({}))
      if (row !== undefined && position < row.position) throw tooOld(position, row.position)
      return changes.map((change) => ({ ...change, op: change.op === 'delete' ? 'delete' : 'put' }))
    },
    sql: (text, options) => runSql(path, text, options?.deadlineMs ?? SQL_DEADLINE_MS),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function receiptOf<const Commands extends readonly Command[]>(
  catalog: Catalog,
  unit: Unit<Commands>,
  applied: Applied,
): Receipt<Commands> {
  const results = applied.results.map(([changed, rows], index) => {
    const gives = givesOf(catalog, unit.commands[index])
    return { changed, rows: rows.map((row) => decodeRow(gives, row)) }
  })
  const durability = unit.durability ?? 'power-safe'
  return { position: applied.position, durability, repeated: applied.repeated, results: results as never }
}

/** A repeated unit gets the first one's results; commands that it does not have itself give nothing. */
function givesOf(catalog: Catalog, made: Command | undefined): Shape {
  const definition = made === undefined ? undefined : catalog.find(made.name).definition
  return definition?.kind === 'command' ? definition.gives : {}
}

function closeOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => (closing ??= close())
}

function tooOld(asked: number, kept: number): MillraceError {
  const message = `changes after position ${asked} are no longer kept (they start after ${kept}); read the tables in full`
  return new MillraceError('PositionTooOld', message)
}
