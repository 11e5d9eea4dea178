/** Names the concrete store: the one place that knows which backend a `--db` means and which declarations it needs. */
import { resolve } from 'node:path'
import { crawlDefinitions } from '../crawl/index.ts'
import { jobDefinitions } from '../jobs/index.ts'
import { searchDefinitions } from '../search/index.ts'
import type { Definition, Inspection, Reader, Store, Upkeep } from '../store/index.ts'
import {
  inspectSqlite,
  isProcessLost,
  openSqlite,
  openSqliteReader,
  sqliteUpkeep,
  type WaitForRoom,
} from '../store/sqlite/index.ts'
import { transferDefinitions } from '../transfer/index.ts'
import type { DatabaseConfig } from './config/index.ts'
import { databaseOf, shownDatabase } from './database/database-url.ts'
import { loadPostgres, serverOf } from './database/load-postgres.ts'
import { postgresUpkeep } from './database/postgres-upkeep.ts'

export type { WaitForRoom }

/** Who only reads does not want to wait until a server may be there. */
const READER_RECONNECT_MS = 3_000
const SERVER_WAIT_MS = 2_000

const definitions: readonly Definition[] = [
  ...jobDefinitions,
  ...crawlDefinitions,
  ...searchDefinitions,
  ...transferDefinitions,
]

/** Something that takes too long. */
export interface StoreNotice {
  readonly kind: string
  readonly message: string
  /** Milliseconds it had lasted when this was written. */
  readonly lastedMs: number
}

/** Who is told of what happens to a store at work. */
export interface StoreWatchers {
  /** Told when something takes too long. */
  readonly onNotice?: (notice: StoreNotice) => void
  /** With it a commit that finds the disk full waits for room; without it, it is refused as DiskFull. */
  readonly whenFull?: WaitForRoom
}

/**
 * Opens the store of a database URL for writing, creating it where needed. `command` is what others see of this process
 * when they look who is at work. @throws MillraceError as the backend does
 */
export async function openStore(
  db: string | DatabaseConfig,
  command: string = 'a program',
  watch: StoreWatchers = {},
): Promise<Store> {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return openSqlite({ path: database.path, definitions, command, ...watch })
  const { openPostgres } = await loadPostgres()
  using _ = tellOfWait(database.url, watch)
  return await openPostgres({ ...serverOf(database), definitions, command, ...watch })
}

/** Opens an existing store for reading. @throws MillraceError NotFound, and as the backend does */
export async function openReader(db: string | DatabaseConfig): Promise<Reader> {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return openSqliteReader({ path: database.path, definitions })
  const { openPostgresReader } = await loadPostgres()
  return openPostgresReader({
    ...serverOf(database),
    definitions,
    timeLimits: { reconnectMs: READER_RECONNECT_MS },
  })
}

/** What writes waits half a minute for a server that starts; somebody should know. */
function tellOfWait(url: string, { onNotice }: StoreWatchers): Disposable {
  const message = `${shownDatabase(url)} gives no session yet; it is tried again for half a minute`
  const timer = setTimeout(
    () => onNotice?.({ kind: 'server-wait', message, lastedMs: SERVER_WAIT_MS }),
    SERVER_WAIT_MS,
  )
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

/** Those of the processes with these ids that live: they hold their lock. Never to be asked of one's own id. */
export async function livingProcesses(
  db: string | DatabaseConfig,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const database = databaseOf(db)
  if (database.kind === 'sqlite') {
    const file = resolve(database.path)
    return new Set(ids.filter((id) => !isProcessLost(file, id)))
  }
  const { livingAmong } = await loadPostgres()
  return livingAmong(serverOf(database), ids)
}

/** Looks at the store of a database URL without altering it. @throws MillraceError NotFound, and as the backend does */
export async function inspectStore(
  db: string | DatabaseConfig,
  options: { readonly isFull: boolean },
): Promise<Inspection> {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return inspectSqlite(database.path, options)
  const { inspectPostgres } = await loadPostgres()
  return inspectPostgres(serverOf(database), options)
}

/** What is done with the store of a database URL as a whole; opens nothing. @throws MillraceError BadConfig */
export function upkeepOf(db: string | DatabaseConfig): Upkeep {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return sqliteUpkeep({ path: database.path, definitions })
  return postgresUpkeep
}
