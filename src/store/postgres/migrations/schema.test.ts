/** Both databases have the same tables, columns, keys and views; what differs is said here. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { migrations as sqliteMigrations } from '../../sqlite/migrations/index.ts'
import { migrations } from './index.ts'
import { migrated } from './testing/index.ts'

type Row = readonly unknown[]

/** What SQLite's full text keeps for itself, and its table: on Postgres that is one of ours. */
const FULL_TEXT = 'documents_text'
/** The table of steps, which each backend's own migrator makes. */
const STEPS = 'schema_migrations'
/** Keys that are SQLite's own row numbers, which it lists under no index. */
const ROW_NUMBERS = ['fingerprints.number', 'documents.number', 'document_fingerprints.document']

function sqliteFile(t: TestContext): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  t.after(() => db.close())
  for (const step of sqliteMigrations) db.exec(step.sql)
  return db
}

function rowsOf(db: DatabaseSync, sql: string): readonly Row[] {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement.all() as unknown as readonly Row[]
}

function isCompared([table]: Row): boolean {
  return !String(table).startsWith(FULL_TEXT) && table !== STEPS
}

test('a database of the newest step has the same number on both', () => {
  assert.deepEqual([migrations.at(-1)?.id, migrations.at(-1)?.name], [7, 'wordpress'])
  assert.equal(sqliteMigrations.at(-1)?.id, migrations.at(-1)?.id)
  assert.equal(sqliteMigrations.at(-1)?.name, migrations.at(-1)?.name)
})

test('tables have the same columns in the same order, of the same type, with null where it may be', async (t) => {
  const ask = await migrated(t)
  const types: Readonly<Record<string, string>> = {
    TEXT: 'text',
    INTEGER: 'bigint',
    BLOB: 'bytea',
    REAL: 'double precision',
  }
  const here = rowsOf(
    sqliteFile(t),
    `SELECT entry.name, field.name, field.type, field."notnull" OR field.pk > 0
      FROM sqlite_schema AS entry, pragma_table_xinfo(entry.name) AS field
      WHERE entry.type = 'table' ORDER BY entry.name, field.cid`,
  )
  const there = await ask(`SELECT entry.relname, field.attname, format_type(field.atttypid, NULL),
      CASE WHEN field.attnotnull THEN 1 ELSE 0 END
    FROM pg_class AS entry JOIN pg_attribute AS field ON field.attrelid = entry.oid
    WHERE entry.relkind = 'r' AND entry.relnamespace = current_schema()::regnamespace
      AND field.attnum > 0 AND NOT field.attisdropped
    ORDER BY entry.relname COLLATE "C", field.attnum`)
  const asThere = here.map(([table, name, type, isRequired]) => [
    table,
    name,
    types[String(type)],
    isRequired,
  ])
  assert.deepEqual(there.filter(isCompared), asThere.filter(isCompared))
  assert.ok(there.length > 150)
})

test('every text has the order of its bytes', async (t) => {
  const ask = await migrated(t)
  const others = await ask(`SELECT entry.relname, field.attname
    FROM pg_class AS entry JOIN pg_attribute AS field ON field.attrelid = entry.oid
      LEFT JOIN pg_collation AS sorting ON sorting.oid = field.attcollation
    WHERE entry.relkind IN ('r', 'v') AND entry.relnamespace = current_schema()::regnamespace
      AND field.attnum > 0 AND field.atttypid = 'text'::regtype AND sorting.collname <> 'C'`)
  assert.deepEqual(others, [])
})

test('tables have the same keys, unique rules and indexes, on the same columns', async (t) => {
  const ask = await migrated(t)
  const here = rowsOf(
    sqliteFile(t),
    `SELECT entry.name, iif(kind.origin = 'c', kind.name, kind.origin), kind."unique",
        (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(kind.name) ORDER BY seqno)), kind.partial
      FROM sqlite_schema AS entry, pragma_index_list(entry.name) AS kind WHERE entry.type = 'table'
    UNION ALL SELECT entry.name, 'pk', 1, field.name, 0
      FROM sqlite_schema AS entry, pragma_table_info(entry.name) AS field
      WHERE entry.type = 'table' AND field.pk = 1 AND entry.name || '.' || field.name IN (${ROW_NUMBERS.map((name) => `'${name}'`).join(', ')})
    ORDER BY 1, 2`,
  )
  const there = await ask(`SELECT entry.relname,
      CASE WHEN indisprimary THEN 'pk' WHEN made.conname IS NOT NULL THEN 'u' ELSE kind.relname END COLLATE "C" AS what,
      CASE WHEN indisunique THEN 1 ELSE 0 END,
      (SELECT string_agg(field.attname, ',' ORDER BY place.number) FROM unnest(indkey) WITH ORDINALITY AS place (field, number)
        JOIN pg_attribute AS field ON field.attrelid = entry.oid AND field.attnum = place.field),
      CASE WHEN indpred IS NULL THEN 0 ELSE 1 END
    FROM pg_index JOIN pg_class AS entry ON entry.oid = indrelid JOIN pg_class AS kind ON kind.oid = indexrelid
      LEFT JOIN pg_constraint AS made ON made.conindid = indexrelid AND made.contype = 'u'
    WHERE entry.relnamespace = current_schema()::regnamespace
    ORDER BY entry.relname COLLATE "C", what`)
  assert.deepEqual(there.filter(isCompared), here.filter(isCompared))
})

test('rows that refer to others do so on both', async (t) => {
  const ask = await migrated(t)
  const here = rowsOf(
    sqliteFile(t),
    `SELECT entry.name, link."from", link."table", link."to", link.on_delete
      FROM sqlite_schema AS entry, pragma_foreign_key_list(entry.name) AS link ORDER BY 1`,
  )
  const there =
    await ask(`SELECT conrelid::regclass::text, own.attname, confrelid::regclass::text, other.attname,
      CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'a' THEN 'NO ACTION' ELSE confdeltype::text END
    FROM pg_constraint JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
      JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
    WHERE contype = 'f' ORDER BY 1`)
  assert.deepEqual(there, here)
})

test('views have the same names and columns', async (t) => {
  const ask = await migrated(t)
  const here = rowsOf(
    sqliteFile(t),
    `SELECT entry.name, field.name FROM sqlite_schema AS entry, pragma_table_xinfo(entry.name) AS field
      WHERE entry.type = 'view' ORDER BY entry.name, field.cid`,
  )
  const there = await ask(`SELECT entry.relname, field.attname
    FROM pg_class AS entry JOIN pg_attribute AS field ON field.attrelid = entry.oid
    WHERE entry.relkind = 'v' AND entry.relnamespace = current_schema()::regnamespace AND field.attnum > 0
    ORDER BY entry.relname COLLATE "C", field.attnum`)
  assert.deepEqual(there, here)
})
