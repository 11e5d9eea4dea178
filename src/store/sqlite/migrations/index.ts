/** The schema's history, oldest first. A released step is never edited; a change is a new step. */
import { first } from './0001-first.ts'
import { content } from './0002-content.ts'
import { recrawl } from './0003-recrawl.ts'
import { duplicates } from './0004-duplicates.ts'
import { breaker } from './0005-breaker.ts'
import { metrics } from './0006-metrics.ts'
import { wordpress } from './0007-wordpress.ts'
import type { Migration } from './migration.ts'

export type { Migration } from './migration.ts'

/** All steps. */
export const migrations: readonly Migration[] = [
  first,
  content,
  recrawl,
  duplicates,
  breaker,
  metrics,
  wordpress,
]
