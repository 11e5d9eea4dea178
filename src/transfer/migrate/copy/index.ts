/**
 * copy: turns rows of a source into rows of a target, first all of them, then what was touched since, then again what
 * proved to differ. It promises that how far it is is committed with the rows, so that it can be ended at any instant.
 */
export { catchUp } from './catch-up.ts'
export { copyAgain } from './copy-again.ts'
export { copyTables } from './copy-tables.ts'
