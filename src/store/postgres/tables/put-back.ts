/** What is taken from a target while rows come, and put back when all are there. */
import { DERIVED } from '../../portable/index.ts'
import type { Connection } from '../connect/index.ts'
import { constant, quoted } from './quoting.ts'
import { tablesOf } from './shapes.ts'

/** Indexes that no constraint needs, and references; of each the statement that takes it and the one that puts it back. */
const LOOSE = `SELECT 'index ' || index.relname, pg_get_indexdef(indexrelid),
    'DROP INDEX ' || quote_ident(index.relname), class.relname
  FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS class ON class.oid = indrelid
  WHERE class.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
  UNION ALL
  SELECT 'reference ' || conname,
    format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid)),
    format('ALTER TABLE %I DROP CONSTRAINT %I', relname, conname), relname
  FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
  WHERE contype = 'f' AND relnamespace = current_schema()::regnamespace`

/** Takes them away. */
export async function loosen(connection: Connection): Promise<void> {
  const tables = new Set([...(await tablesOf(connection)).map(({ name }) => name), ...DERIVED])
  const { rows } = await connection.run({ text: LOOSE })
  for (const [name, sql, drop] of rows.filter(([, , , table]) => tables.has(String(table)))) {
    await connection.run({
      text: 'INSERT INTO moves_put_back VALUES ($1, $2)',
      params: [name ?? '', sql ?? ''],
    })
    await connection.run({ text: String(drop) })
  }
}

/** Puts one of them back, indexes first; its name, or undefined when none is left. */
export async function putBackNext(connection: Connection): Promise<string | undefined> {
  const { rows } = await connection.run({
    text: 'SELECT name, sql FROM moves_put_back ORDER BY name LIMIT 1',
  })
  const [name, sql] = rows[0] ?? []
  if (name === undefined) return undefined
  await connection.run({ text: String(sql) })
  await connection.run({ text: `DELETE FROM moves_put_back WHERE name = ${constant(String(name))}` })
  return String(name)
}

/** Sets what numbers new rows above the highest number there is. */
export async function setSequences(connection: Connection): Promise<void> {
  const { rows } = await connection.run({
    text: `SELECT relname, attname, pg_get_serial_sequence(quote_ident(relname), attname)
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
      WHERE relnamespace = current_schema()::regnamespace AND attidentity <> ''`,
  })
  for (const [table, column, sequence] of rows) {
    const highest = `max(${quoted(String(column))})`
    await connection.run({
      text: `SELECT setval(${constant(String(sequence))}, greatest(${highest}, 1), coalesce(${highest} >= 1, false))
        FROM ${quoted(String(table))}`,
    })
  }
}

/** Deletes every row, and makes the schema what it was before. */
export async function emptyTables(connection: Connection): Promise<void> {
  await loosen(connection)
  const names = [...(await tablesOf(connection)).map(({ name }) => name), ...DERIVED]
  const emptied = names.filter((name) => name !== 'counters').map(quoted)
  await connection.run({ text: `TRUNCATE ${emptied.join(', ')} RESTART IDENTITY` })
  await connection.run({ text: 'UPDATE counters SET value = 0' })
  while ((await putBackNext(connection)) !== undefined) continue
}
