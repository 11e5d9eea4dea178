/** The structured log: JSON lines on stderr, silent below its level. */
import { pino, type Logger } from 'pino'

/** How much is said: from nothing to everything. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const

/** One of LOG_LEVELS. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A log. Each line has a message and facts; secrets and page texts never go in. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'isLevelEnabled'>

/** Opens the log on stderr, written at once so that nothing is lost when the process is killed. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }))
}
