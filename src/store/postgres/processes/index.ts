/**
 * processes: turns sessions of the server into knowledge of who is at work. It promises that a process that ends is known
 * as lost within seconds, and that a named lock has one holder. It never decides what becomes of a lost one's work.
 */
export { Keeper } from './keeper.ts'
export type { OwnProcess } from './keeper.ts'
export { isHeld, lifeLock } from './life-lock.ts'
