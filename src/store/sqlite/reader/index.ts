/**
 * reader: turns queries into rows, on read-only connections in a few threads, and a person's SQL in a process of its
 * own. It promises an end at the deadline. It never writes and never holds a snapshot over several calls.
 */
export { ReaderPool } from './reader-pool.ts'
export { runSql } from './sql-session.ts'
