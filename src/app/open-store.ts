/** Names the concrete store: the one place that knows which backend a `--db` means and which declarations it needs. */
import { resolve } from 'node:path'
import { crawlDefinitions } from '../crawl/index.ts'
import { jobDefinitions } from '../jobs/index.ts'
import { searchDefinitions } from '../search/index.ts'
import type { Definition, Reader, Store, Upkeep } from '../store/index.ts'
import {
  isProcessLost,
  openSqlite,
  openSqliteReader,
  sqliteUpkeep,
  type Notice,
  type WaitForRoom,
} from '../store/sqlite/index.ts'
import { transferDefinitions } from '../transfer/index.ts'
import { sqlitePath } from './database-url.ts'

export type { WaitForRoom }

const definitions: readonly Definition[] = [
  ...jobDefinitions,
  ...crawlDefinitions,
  ...searchDefinitions,
  ...transferDefinitions,
]

/** Who is told of what happens to a store at work. */
export interface StoreWatchers {
  /** Told when something takes too long. */
  readonly onNotice?: (notice: Notice) => void
  /** With it a commit that finds the disk full waits for room; without it, it is refused as DiskFull. */
  readonly whenFull?: WaitForRoom
}

/**
 * Opens the store of a database URL for writing, creating it where needed. `command` is what others see of this process
 * when they look who is at work. @throws MillraceError as the backend does
 */
export function openStore(
  db: string,
  command: string = 'a program',
  watch: StoreWatchers = {},
): Promise<Store> {
  return openSqlite({ path: sqlitePath(db), definitions, command, ...watch })
}

/** Opens an existing store for reading. @throws MillraceError NotFound, and as the backend does */
export function openReader(db: string): Promise<Reader> {
  return openSqliteReader({ path: sqlitePath(db), definitions })
}

/** Whether a process that registered with the store still lives. Never to be asked of one's own id. */
export function isProcessAlive(db: string, process: string): boolean {
  return !isProcessLost(resolve(sqlitePath(db)), process)
}

/** What is done with the store of a database URL as a whole; opens nothing. @throws MillraceError BadConfig */
export function upkeepOf(db: string): Upkeep {
  return sqliteUpkeep({ path: sqlitePath(db), definitions })
}
