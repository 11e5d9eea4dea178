/**
 * store/postgres: keeps the store contract in one schema of a Postgres database. It turns units into group commits of one
 * connection that writes, and queries into reads of a few that do not. It promises the same meaning as a file: one
 * commit order for all processes, durable before it is acknowledged, applied once whatever happens to the connection. It
 * never keeps a transaction open while anyone works, and never waits without a bound.
 */
export { openPostgres, openPostgresReader } from './open/index.ts'
export type { PostgresOptions } from './open/index.ts'
export { inspectPostgres, livingAmong, watchPostgres } from './inspect/index.ts'
export type { ServerWatch, Session, WatchedProcess, WatchedServer } from './inspect/index.ts'
export { openPostgresSource, openPostgresTarget } from './tables/index.ts'
