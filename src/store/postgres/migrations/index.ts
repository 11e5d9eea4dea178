/**
 * The schema's history on Postgres, oldest first. A released step is never edited; a change is a new step.
 *
 * It begins with what SQLite has at its step 7, so that a number means the same on both: the same tables, columns in the
 * same order, and views. Text is COLLATE "C", so that it has one order everywhere, by the bytes of its UTF-8; integers,
 * times and truth are bigint, JSON is canonical text, as everywhere in Millrace.
 */
import { crawl } from './crawl.ts'
import { duplicates } from './duplicates.ts'
import { engine } from './engine.ts'
import { functions } from './functions.ts'
import { jobs } from './jobs.ts'
import type { Migration } from './migration.ts'
import { search } from './search.ts'
import { views } from './views.ts'
import { wordpress } from './wordpress.ts'

export { migrate, pendingMigrations } from './migrate.ts'
export type { Migration } from './migration.ts'

/** Makes an empty schema a Millrace database. */
const baseline: Migration = {
  id: 7,
  name: 'wordpress',
  sql: [functions, engine, jobs, crawl, duplicates, wordpress, search, views].join('\n'),
}

/** All steps. */
export const migrations: readonly Migration[] = [baseline]
