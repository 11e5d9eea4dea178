/** The schema's history, oldest first. A released step is never edited; a change is a new step. */
import { first } from './0001-first.ts'
import { duplicates } from './0004-duplicates.ts'
import type { Migration } from './migration.ts'

export type { Migration } from './migration.ts'

/** All steps. */
export const migrations: readonly Migration[] = [first, duplicates]
