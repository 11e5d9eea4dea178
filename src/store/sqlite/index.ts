/**
 * store/sqlite: keeps the store contract in one SQLite file. It turns units into group commits of one writer thread,
 * and queries into short reads of a few reader threads. It promises that the event loop never waits for disk or lock,
 * that several processes can write one file, and that a file it does not own is never altered. It never opens the
 * database, its -wal or its -shm with `fs`, because closing such a descriptor would drop SQLite's locks.
 */
export type { WaitForRoom } from './disk/index.ts'
export type { Notice, PublishedFigures } from './figures/index.ts'
export { inspectSqlite, watchSqlite } from './inspect/index.ts'
export type { WatchedStore } from './inspect/index.ts'
export { openSqlite, openSqliteReader } from './open/index.ts'
export { isProcessLost } from './file/index.ts'
export type { SqliteOptions } from './open/index.ts'
export { openSqliteSource, openSqliteTarget } from './tables/index.ts'
export { sqliteUpkeep } from './upkeep/index.ts'
