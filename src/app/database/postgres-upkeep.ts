/** What Postgres does with a store as a whole by tools of its own: refused here, and they are named. */
import { MillraceError } from '../../model/index.ts'
import type { Upkeep } from '../../store/index.ts'

/** Refuses each with Usage. */
export const postgresUpkeep: Upkeep = {
  backup: () => refused('backup copies a file; on Postgres pg_dump does it, also beside running crawls'),
  restore: () =>
    refused(
      'restore replaces a file; on Postgres pg_restore fills an empty database, and migrate moves a file into one',
    ),
  compact: () =>
    refused(
      'compact rewrites a file; on Postgres autovacuum keeps space in use, and VACUUM FULL gives it back',
    ),
}

function refused(why: string): Promise<never> {
  return Promise.reject(new MillraceError('Usage', `${why}: docs/postgres.md has the commands`))
}
