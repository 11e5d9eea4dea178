/** Opens a database of a Postgres server: as a store that can be written, or for reading only. */
import { hostname } from 'node:os'
import { type Clock, MillraceError, newId, systemClock } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import { catalogOf, type Catalog } from '../../catalog.ts'
import type { Reader, Store } from '../../contract.ts'
import type { Definition, PlainWrite } from '../../declare.ts'
import { QUEUE_LIMITS, type QueueLimits } from '../../queue/index.ts'
import { closeOnce, engineQueries, readerOver } from '../../reading/index.ts'
import { connectorOf, type Connector, type Limits } from '../connect/index.ts'
import { migrate, migrations, pendingMigrations } from '../migrations/index.ts'
import { ReadPool } from '../pool/index.ts'
import { Keeper } from '../processes/index.ts'
import { QueryReader, runPersonSql } from '../reader/index.ts'
import { refuseUnfinishedMove } from '../tables/index.ts'
import { storeOver } from './store-over.ts'

/** How to open a database. */
export interface PostgresOptions {
  /** postgres://user@host:port/database; docs/postgres.md has all forms. */
  readonly url: string
  /** Asked when the server wants a password, in place of the URL's. */
  readonly password?: () => Promise<string>
  /** Every command, guard and query that will be used. */
  readonly definitions: readonly Definition[]
  /** Default: the machine's clock. */
  readonly clock?: Clock
  /** What this process does, for others that look who is at work. */
  readonly command?: string
  /** How many positions back `changes` reaches; default 1,000,000. */
  readonly changesKept?: number
  readonly limits?: Partial<QueueLimits>
  /** Connections that read at once; default: as many as there are processors, 2 to 4. */
  readonly poolSize?: number
  readonly timeLimits?: Partial<Limits>
  /** How long other processes have after a restart of the server before they count as lost; default 15 s. */
  readonly comeBackMs?: number
}

const CHANGES_KEPT = 1_000_000
const COME_BACK_MS = 15_000

/**
 * Opens, and creates or upgrades the schema where needed.
 * @throws MillraceError StoreUnreachable, NoPermission, BadConfig, EngineTooOld, ForeignDatabase, SchemaNewer,
 *   SchemaChanged, MoveUnfinished, Busy
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { clock = systemClock, command = 'millrace', changesKept = CHANGES_KEPT } = options
  const now = clock.now()
  const { comeBackMs = COME_BACK_MS } = options
  const own = { id: newId(now), pid: process.pid, host: hostname(), command, startedAt: now, comeBackMs }
  const meter = new Meter()
  const connector = connectorFor(options, meter, own.id)
  try {
    const { catalog, plain } = catalogFor(options.definitions)
    await upgrade(connector, now)
    const keeper = new Keeper(connector, own)
    await keeper.open()
    await refuseTarget(connector, keeper)
    const pool = poolFor(options, connector, meter)
    const limits = { ...QUEUE_LIMITS, ...options.limits }
    const retryWindowMs = connector.limits.reconnectMs
    const parts = { connector, pool, catalog, plain, clock, meter, own, keeper, limits }
    return storeOver({ ...parts, changesKept, retryWindowMs })
  } catch (error) {
    await connector.close()
    throw error
  }
}

/**
 * Opens for reading only; the schema must exist. One older than this Millrace is upgraded first.
 * @throws MillraceError NotFound, and as `openPostgres`
 */
export async function openPostgresReader(options: PostgresOptions): Promise<Reader> {
  const meter = new Meter()
  const connector = connectorFor(options, meter)
  try {
    await upgradeOld(connector, (options.clock ?? systemClock).now())
    const pool = poolFor(options, connector, meter)
    const reader = new QueryReader(catalogFor(options.definitions).catalog, pool)
    const close = closeOnce(async () => {
      await reader.close()
      await pool.close()
      await connector.close()
    })
    const sql = (text: string, deadlineMs: number) => runPersonSql(connector, text, deadlineMs)
    return readerOver({ pool: reader, sql, meter, close })
  } catch (error) {
    await connector.close()
    throw error
  }
}

function connectorFor(
  { url, password, timeLimits, clock }: PostgresOptions,
  meter: Meter,
  processId?: string,
) {
  return connectorOf({
    url,
    meter,
    ...(password === undefined ? {} : { password }),
    ...(timeLimits === undefined ? {} : { limits: timeLimits }),
    ...(clock === undefined ? {} : { clock }),
    ...(processId === undefined ? {} : { processId }),
  })
}

function poolFor({ poolSize }: PostgresOptions, connector: Connector, meter: Meter): ReadPool {
  return new ReadPool(connector, { meter, ...(poolSize === undefined ? {} : { size: poolSize }) })
}

function catalogFor(given: readonly Definition[]): {
  catalog: Catalog
  plain: ReadonlyMap<number, PlainWrite>
} {
  const definitions = [...given, ...engineQueries]
  const plain = new Map<number, PlainWrite>()
  for (const [index, definition] of definitions.entries())
    if (definition.kind === 'command' && definition.plain !== undefined) plain.set(index, definition.plain)
  return { catalog: catalogOf(definitions, 'postgres'), plain }
}

/** Asked once this process is known to the others, so that a move which begins now sees it. */
async function refuseTarget(connector: Connector, keeper: Keeper): Promise<void> {
  const connection = await connector.connect('read')
  try {
    await refuseUnfinishedMove(connection, connector.name)
  } catch (error) {
    await keeper.close()
    throw error
  } finally {
    await connection.close()
  }
}

async function upgrade(connector: Connector, now: number): Promise<void> {
  const connection = await connector.connect('write')
  try {
    await migrate(connection, migrations, now)
  } finally {
    await connection.close()
  }
}

/** Nothing is made for whoever only wants to read. */
async function upgradeOld(connector: Connector, now: number): Promise<void> {
  const connection = await connector.connect('read')
  let pending: number
  try {
    pending = (await pendingMigrations(connection, migrations)).length
    await refuseUnfinishedMove(connection, connector.name)
  } finally {
    await connection.close()
  }
  if (pending === migrations.length) {
    const said = `expected a Millrace database at ${connector.name}; crawl something first, or name another --db`
    throw new MillraceError('NotFound', said)
  }
  if (pending > 0) await upgrade(connector, now)
}
