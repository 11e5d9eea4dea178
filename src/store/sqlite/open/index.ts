/**
 * open: turns a path and declarations into a store or a reader. It promises that a file that is not ours is not touched,
 * and that closing ends every thread. It holds no SQL.
 */
export { openSqlite, openSqliteReader } from './open-sqlite.ts'
export type { SqliteOptions } from './open-sqlite.ts'
