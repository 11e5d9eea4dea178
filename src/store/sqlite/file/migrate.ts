/**
 * Schema migrations: numbered, checksummed, forward only, each applied once under the write lock. A database that a
 * newer Millrace wrote is refused rather than guessed at.
 */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError, sha256 } from '../../../model/index.ts'
import { migrations, type Migration } from '../migrations/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { transactWhenFree } from './lock-wait.ts'
import { openForReading } from './open-for-reading.ts'

export type { Migration } from '../migrations/index.ts'

const LOCK_WAIT_MS = 30_000

/**
 * Brings the schema up to date; returns how many migrations were applied.
 * @throws MillraceError SchemaNewer, SchemaChanged, Busy
 */
export function migrate(db: DatabaseSync, now: number, steps: readonly Migration[] = migrations): number {
  return transactWhenFree(db, LOCK_WAIT_MS, () => {
    db.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`)
    const due = pendingMigrations(db, steps)
    for (const step of due) apply(db, step, now)
    return due.length
  })
}

/** The migrations a database lacks. @throws MillraceError SchemaNewer, SchemaChanged */
export function pendingMigrations(
  db: DatabaseSync,
  steps: readonly Migration[] = migrations,
): readonly Migration[] {
  const applied = db.prepare('SELECT id, name, sha256 FROM schema_migrations ORDER BY id').all()
  for (const row of applied) {
    const step = steps.find((candidate) => candidate.id === row['id'])
    if (step === undefined) throw newer(String(row['name']), steps)
    if (sha256(step.sql) !== row['sha256']) throw changed(step.name)
  }
  return steps.filter((step) => !applied.some((row) => row['id'] === step.id))
}

/** Whether the database at `path` lacks a migration. @throws MillraceError SchemaNewer, SchemaChanged, Corrupt */
export function isSchemaOld(path: string): boolean {
  const db = openForReading(path)
  try {
    const hasHistory =
      db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get() !== undefined
    return !hasHistory || pendingMigrations(db).length > 0
  } catch (error) {
    throw sqliteError(error)
  } finally {
    db.close()
  }
}

function apply(db: DatabaseSync, step: Migration, now: number): void {
  db.exec(step.sql)
  db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)').run(
    step.id,
    step.name,
    sha256(step.sql),
    now,
  )
}

function newer(name: string, steps: readonly Migration[]): MillraceError {
  const known = `this Millrace knows ${steps.length} schema migrations`
  const message = `the database was written by a newer Millrace (${known}, not "${name}"); upgrade Millrace to open it`
  return new MillraceError('SchemaNewer', message)
}

function changed(name: string): MillraceError {
  const message = `schema migration "${name}" is not the one this database was made with; use a released Millrace`
  return new MillraceError('SchemaChanged', message)
}
