/** What became of a mutant: caught by a test, or alive. */
import type { Mutant } from './mutant.ts'
import type { TestsEnded } from './run-tests.ts'

/** Whether a mutant was noticed, and by what; or why not. */
export interface Verdict {
  readonly isCaught: boolean
  readonly by: string
  readonly seconds: number
}

/** The head of the table. */
export const TABLE_HEAD =
  '| bug | what it breaks | file | caught by | seconds |\n| --- | --- | --- | --- | --- |'

/**
 * A mutant is caught when a test fails, a test that its own deadline ended included. Tests that had to be ended from
 * outside, or a file that did not even load, prove nothing.
 */
export function judge({ failed, passed, broken, seconds }: TestsEnded): Verdict {
  const [first] = failed
  if (broken !== null) return { isCaught: false, by: `NOTHING: ${broken}`, seconds }
  if (first === undefined) return { isCaught: false, by: `NOTHING: ${passed} tests passed`, seconds }
  const deadline = first.timedOutAfterMs === null ? '' : ` (by its deadline of ${first.timedOutAfterMs} ms)`
  const more = failed.length > 1 ? ` and ${failed.length - 1} more` : ''
  return { isCaught: true, by: `${first.name}${deadline}${more}`, seconds }
}

/** A line of the table. */
export function tableLine({ name, breaks, file }: Mutant, { by, seconds }: Verdict): string {
  return `| ${[name, breaks, file, by, seconds.toFixed(1)].join(' | ')} |`
}
