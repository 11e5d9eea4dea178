/**
 * pool: turns a bounded number of sessions into reads of many callers. It promises that nobody waits beyond a stated time,
 * that callers are served in the order they came, and that what it hands out answered not long ago.
 */
export { ReadPool, READ_POOL_SIZE } from './read-pool.ts'
export type { ReadPoolOptions } from './read-pool.ts'
