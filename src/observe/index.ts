/**
 * observe: turns what happens into log lines and figures that can be read by people and programs. It promises to cost
 * next to nothing when nobody looks, and knows how to be asked but never whom to call: it imports no folder but model.
 */
export { createLog, LOG_LEVELS } from './log.ts'
export type { Log, LogLevel } from './log.ts'
export { watchLoopDelay } from './loop-delay.ts'
export type { LoopDelay } from './loop-delay.ts'
export { Meter } from './meter.ts'
export type { Figures } from './meter.ts'
export type { Spread } from './spread.ts'
