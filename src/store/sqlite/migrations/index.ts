/** The schema's history, oldest first. A released step is never edited; a change is a new step. */
import type { Migration } from '../migrate.ts'
import { first } from './0001-first.ts'

export const migrations: readonly Migration[] = [first]
