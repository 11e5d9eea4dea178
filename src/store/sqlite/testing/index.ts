/**
 * testing: what tests of SQLite stores share, those of other folders included: child processes that can be killed, a
 * hand on the write lock, a small disk to fill, a look at a folder that opens no file in this process, and the check that a declared table
 * is the one of the schema. Nothing of the product imports it.
 */
export { startChild } from './child.ts'
export type { Child } from './child.ts'
export { fingerprint } from './fingerprint.ts'
export { hang } from './hang.ts'
export { fillUp, mountSmallDisk } from './small-disk.ts'
export { assertTableMatches } from './table-matches.ts'
export { holdWriteLock } from './write-lock.ts'
