/**
 * inspect turns a Postgres database into findings about it: server, schema, sessions, locks, tables. It promises to
 * alter nothing, to read in pieces, and to report what is wrong instead of throwing it; it works beside writers.
 */
export { watchPostgres } from './watch.ts'
export type { ServerWatch, WatchedProcess, WatchedServer } from './watch.ts'
export type { Session } from './sessions.ts'
export { inspectPostgres, livingAmong } from './inspect-postgres.ts'
