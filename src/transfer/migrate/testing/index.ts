/**
 * testing: turns names of files into stores with something in them, and moves between them into one call. It never waits
 * for a clock.
 */
export { fillFile, rowsOf } from './fill.ts'
export { changeRow, freshFiles, moveStore, stoppedAt, undoStore, verifyStores } from './moving.ts'
