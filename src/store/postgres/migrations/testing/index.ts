/** testing: a database as the migrations leave it, for the tests of what they make. */
export { migrated } from './migrated.ts'
export type { Ask } from './migrated.ts'
