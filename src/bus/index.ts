/**
 * bus: turns "something changed" into a wake-up. A hint says where to look, never what is there; it may be lost, come
 * twice or come late, and costs latency only, because whoever waits also looks from time to time. It never carries data.
 */
export { createBus } from './in-process.ts'
export type { Bus } from './in-process.ts'
