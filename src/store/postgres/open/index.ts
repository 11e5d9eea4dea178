/**
 * open: turns a URL and declarations into a store or a reader. It promises that a database that is not ours is not
 * touched, and that closing ends every connection. It holds no SQL.
 */
export { openPostgres, openPostgresReader } from './open-postgres.ts'
export type { PostgresOptions } from './open-postgres.ts'
