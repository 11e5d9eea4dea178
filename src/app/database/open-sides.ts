/** Names the sides of a move: the one place that knows which backend a `--from` or `--to` means. */
import { systemClock } from '../../model/index.ts'
import type { SourceSide, TargetSide } from '../../store/index.ts'
import { openSqliteSource, openSqliteTarget } from '../../store/sqlite/index.ts'
import type { DatabaseConfig } from '../config/index.ts'
import { databaseOf } from './database-url.ts'
import { loadPostgres, serverOf } from './load-postgres.ts'

/** Somebody waits at a terminal: a wrong name is told soon. A server that went away in the midst of a move gets longer. */
const FIRST_CONTACT = { firstContactMs: 3_000 }

/** Opens what is only read. @throws MillraceError BadConfig, NotFound, and as the backend does */
export async function openSource(db: DatabaseConfig): Promise<SourceSide> {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return openSqliteSource(database.path)
  const { openPostgresSource } = await loadPostgres()
  return openPostgresSource({ ...serverOf(database), limits: FIRST_CONTACT })
}

/** Opens what may be written; makes nothing yet. @throws MillraceError BadConfig, and as the backend does */
export async function openTarget(db: DatabaseConfig): Promise<TargetSide> {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return openSqliteTarget(database.path, systemClock)
  const { openPostgresTarget } = await loadPostgres()
  return openPostgresTarget({ ...serverOf(database), limits: FIRST_CONTACT })
}
