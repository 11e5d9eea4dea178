/** What an inspection of a store says: one finding for each thing it looked at. */
import type { MillraceError } from '../model/index.ts'

/** One finding. `advice` says what to do; null when nothing is to be done. */
export interface Check {
  readonly name: string
  /** warn: works, but somebody should know. fail: can not be relied on. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly advice: string | null
}

/** A process that registered with the store. */
export interface RegisteredProcess {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly command: string
  readonly startedAt: number
  /** Whether it holds its lock. */
  readonly isAlive: boolean
}

/** What was found. */
export interface Inspection {
  readonly checks: readonly Check[]
  readonly processes: readonly RegisteredProcess[]
  /** Whether declared queries can be run on it as it is: it is ours, and its schema is the one this Millrace knows. */
  readonly isReadable: boolean
}

/** All is well. */
export function ok(name: string, detail: string): Check {
  return { name, status: 'ok', detail, advice: null }
}

/** Works, but somebody should know. */
export function warn(name: string, detail: string, advice: string): Check {
  return { name, status: 'warn', detail, advice }
}

/** Can not be relied on. */
export function fail(name: string, detail: string, advice: string): Check {
  return { name, status: 'fail', detail, advice }
}

/** A check that could not be made, or was refused, by an error; its message says what to do. */
export function failBy(name: string, error: MillraceError): Check {
  return fail(name, `${error.message} [${error.code}]`, `see ${error.code} in docs/errors.md`)
}
