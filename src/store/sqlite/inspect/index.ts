/**
 * inspect turns a database file into findings about it: engine, file, log, schema, integrity, processes. It promises
 * never to alter the file and to report what is wrong instead of throwing it; it works beside writers and after a kill.
 */
export { inspectSqlite } from './inspect.ts'
export type { InspectOptions } from './inspect.ts'
export { watchSqlite } from './watch.ts'
export type { WatchedStore } from './watch.ts'
