/**
 * test/postgres: turns a test into one that has a real Postgres server, or an empty database of one. It promises that
 * no server outlives the run that started it, however that ends, and that it needs nothing but what npm brought.
 */
export { startFaultProxy } from './fault-proxy.ts'
export type { FaultProxy } from './fault-proxy.ts'
export type { Fault, Link } from './link.ts'
export { freshDatabase, SHARED_SERVER, sharedServerUrl } from './fresh-database.ts'
export { freePort, startPostgres } from './server.ts'
export type { PostgresOptions, PostgresServer } from './server.ts'
