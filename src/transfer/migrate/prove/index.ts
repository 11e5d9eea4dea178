/**
 * prove: turns two stores into the digests of their rows, each read on its own side, and digests that differ into the
 * rows and columns they come of. It takes nothing for equal that it has not read on both sides.
 */
export { compareTables } from './compare.ts'
export type { Comparison } from './compare.ts'
export { rootOf } from './roots.ts'
