/**
 * observe: turns what happens into log lines that can be read by people and programs. It promises to cost next to
 * nothing when it is silent, and knows how to be asked but never whom to call: it imports no folder but model.
 */
export { createLog, LOG_LEVELS } from './log.ts'
export type { Log, LogLevel } from './log.ts'
