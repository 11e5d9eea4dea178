/** Opens a database file: as a store that can be written, or for reading only. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type Clock, MillraceError, newId, sha256, systemClock } from '../../model/index.ts'
import { catalogOf, encodeUnit, type Catalog } from '../catalog.ts'
import { decodeRow, type Shape } from '../codec.ts'
import type { Command, LostProcess, Reader, Receipt, Store, Unit } from '../contract.ts'
import type { Definition } from '../declare.ts'
import {
  type Applied,
  type Outcome,
  QUEUE_LIMITS,
  type QueueLimits,
  startWriter,
  WriteQueue,
  type WriterData,
} from './writer/index.ts'
import { checkEngine, checkFolder, checkWritable, inspectFile, isSchemaOld } from './file/index.ts'
import { changesAfter, engineQueries, latestPosition, prunedTo } from './engine-queries.ts'
import { ReaderPool, runSql } from './reader/index.ts'
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
  readonly limits?: Partial<QueueLimits>
}

const CHANGES_KEPT = 1_000_000
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
  const data = writerData(path, catalog, clock, options)
  const writer = startWriter(data)
  try {
    await writer.call('open')
  } catch (error) {
    await writer.stop()
    throw error
  }
  return storeOver({
    path,
    catalog,
    clock,
    writer,
    id: data.process.id,
    limits: { ...QUEUE_LIMITS, ...options.limits },
  })
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
  const pool = new ReaderPool(path, catalog)
  return readerOver(
    path,
    pool,
    closeOnce(() => pool.close()),
  )
}

function writerData(path: string, catalog: Catalog, clock: Clock, options: SqliteOptions): WriterData {
  const now = clock.now()
  const command = options.command ?? 'millrace'
  return {
    path,
    compiled: catalog.compiled,
    process: { id: newId(now), pid: process.pid, host: hostname(), command },
    now,
    changesKept: options.changesKept ?? CHANGES_KEPT,
  }
}

interface Parts {
  readonly path: string
  readonly catalog: Catalog
  readonly clock: Clock
  readonly writer: ThreadCalls
  readonly id: string
  readonly limits: QueueLimits
}

function storeOver({ path, catalog, clock, writer, id, limits }: Parts): Store {
  const queue = new WriteQueue(
    (batch) => writer.call('commit', batch) as Promise<readonly Outcome[]>,
    clock,
    limits,
  )
  const pool = new ReaderPool(path, catalog)
  const close = closeOnce(async () => {
    await queue.drain()
    await pool.close()
    try {
      await writer.call('close')
    } finally {
      await writer.stop()
    }
  })
  return {
    ...readerOver(path, pool, close),
    process: id,
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

function readerOver(path: string, pool: ReaderPool, close: () => Promise<void>): Reader {
  return {
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
