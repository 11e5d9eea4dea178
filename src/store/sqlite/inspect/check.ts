/** What an inspection says of one thing it looked at. */
import type { MillraceError } from '../../../model/index.ts'

/** One finding. `advice` says what to do; null when nothing is to be done. */
export interface Check {
  readonly name: string
  /** warn: works, but somebody should know. fail: can not be relied on. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly advice: string | null
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
