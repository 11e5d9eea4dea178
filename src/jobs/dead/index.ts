/**
 * dead: turns jobs that gave up into lists a person can act on, and back into work. It promises that a redrive keeps the
 * attempts on record, fences every earlier try, and takes all of a chunk or none of it. It never decides whether a run
 * may be worked on again: that is its owner's guard, in the same unit.
 */
import { deadLetterDefinitions } from './dead-letters.ts'
import { redriveDefinitions } from './redrive.ts'

export { deadByCode, deadLetters } from './dead-letters.ts'
export type { DeadLetter } from './dead-letters.ts'
export { codesOfClass, ERROR_CLASSES, errorClassOf } from './error-class.ts'
export { areDead, redriveJobs } from './redrive.ts'

/** What a store must be opened with for dead letters. */
export const deadDefinitions = [...deadLetterDefinitions, ...redriveDefinitions]
