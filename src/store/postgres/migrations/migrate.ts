/**
 * Schema migrations on Postgres: numbered, checksummed, forward only, each applied once under an advisory lock. A
 * database that a newer Millrace wrote, or that holds what is none of ours, is refused rather than guessed at.
 */
import { MillraceError, sha256 } from '../../../model/index.ts'
import type { Answer, Connection } from '../connect/index.ts'
import type { Migration } from './migration.ts'

/** Names, in order, the columns of the table by which a database is known to be ours. */
const OURS = 'id,name,sha256,applied_at'

const HISTORY = `CREATE TABLE schema_migrations (
  id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL, sha256 text COLLATE "C" NOT NULL, applied_at bigint NOT NULL)`

/** Taken before anything is looked at, so that what is found still holds when it is acted on. */
const LOCK = `BEGIN READ WRITE; SET LOCAL statement_timeout = 0;
  SELECT pg_advisory_xact_lock(hashtextextended('millrace schema', 0))`

/** The columns of a table of that name; null where there is none. */
const COLUMNS = `SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
  WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.schema_migrations') AND attnum > 0 AND NOT attisdropped`

/** One thing of the schema that no extension brought: a table, view, sequence, index, function or type. */
const SOMETHING = `WITH here AS (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  SELECT name FROM (
    SELECT oid, 'pg_class'::regclass AS kind, relname AS name FROM pg_class WHERE relnamespace IN (SELECT oid FROM here)
    UNION ALL SELECT oid, 'pg_proc'::regclass, proname FROM pg_proc WHERE pronamespace IN (SELECT oid FROM here)
    UNION ALL SELECT oid, 'pg_type'::regclass, typname FROM pg_type
      WHERE typnamespace IN (SELECT oid FROM here) AND typcategory <> 'A'
  ) AS thing
  WHERE NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = kind AND objid = thing.oid AND deptype = 'e') LIMIT 1`

/**
 * Brings the schema up to date, all steps in one transaction; returns how many were applied. Where the connection is lost
 * nobody knows whether they were: calling it again on another finds out.
 * @throws MillraceError SchemaNewer, SchemaChanged, ForeignDatabase, Busy, NoPermission, StoreUnreachable
 */
export async function migrate(
  connection: Connection,
  steps: readonly Migration[],
  now: number,
): Promise<number> {
  try {
    await connection.run({ text: LOCK, answerMs: 0 })
    const due = await pendingMigrations(connection, steps)
    if (due.length > 0) await applyAll(connection, due, now)
    await connection.run({ text: 'COMMIT' })
    return due.length
  } catch (error) {
    await undo(connection)
    throw error
  }
}

/**
 * The steps a database lacks; all of them where it is empty.
 * @throws MillraceError SchemaNewer, SchemaChanged, ForeignDatabase
 */
export async function pendingMigrations(
  connection: Pick<Connection, 'run'>,
  steps: readonly Migration[],
): Promise<readonly Migration[]> {
  const columns = only(await connection.run({ text: COLUMNS }))
  if (columns === null) {
    const something = only(await connection.run({ text: SOMETHING }))
    if (something !== null) throw foreign(`holds "${String(something)}"`)
    return steps
  }
  if (columns !== OURS) throw foreign('has a table schema_migrations with other columns')
  const { rows } = await connection.run({
    text: 'SELECT id, name, sha256 FROM schema_migrations ORDER BY id',
  })
  for (const [id, name, digest] of rows) {
    const step = steps.find((candidate) => candidate.id === id)
    if (step === undefined) throw newer(String(name), steps)
    if (step.name !== name || sha256(step.sql) !== digest) throw changed(String(name))
  }
  return steps.filter((step) => !rows.some(([id]) => id === step.id))
}

async function applyAll(connection: Connection, due: readonly Migration[], now: number): Promise<void> {
  if (only(await connection.run({ text: COLUMNS })) === null) await connection.run({ text: HISTORY })
  for (const { id, name, sql } of due) {
    await connection.run({ text: sql, answerMs: 0 })
    await connection.run({
      text: 'INSERT INTO schema_migrations VALUES ($1, $2, $3, $4)',
      params: [id, name, sha256(sql), now],
    })
  }
}

async function undo(connection: Connection): Promise<void> {
  if (connection.isLost) return
  try {
    await connection.run({ text: 'ROLLBACK' })
  } catch {
    // The first failure is what its caller has to know; a transaction that can not be ended ends with its session.
    connection.drop()
  }
}

function only({ rows }: Answer) {
  return rows[0]?.[0] ?? null
}

function foreign(why: string): MillraceError {
  const message =
    `expected an empty schema or one made by Millrace, but it ${why}; it was not touched. ` +
    'Make a database of its own (CREATE DATABASE), or a schema (options=-csearch_path%3DNAME)'
  return new MillraceError('ForeignDatabase', message)
}

function newer(name: string, steps: readonly Migration[]): MillraceError {
  const known = `this Millrace knows schema migrations up to ${steps.at(-1)?.id ?? 0}`
  const message = `the database was written by a newer Millrace (${known}, not "${name}"); upgrade Millrace to open it`
  return new MillraceError('SchemaNewer', message)
}

function changed(name: string): MillraceError {
  const message = `schema migration "${name}" is not the one this database was made with; use a released Millrace`
  return new MillraceError('SchemaChanged', message)
}
