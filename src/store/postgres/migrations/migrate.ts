/** stand-in */
import type { Connection } from '../connect/index.ts'
import type { Migration } from './migration.ts'
export async function migrate(connection: Connection, steps: readonly Migration[], _now: number) {
  await connection.run({ text: 'BEGIN READ WRITE' })
  await connection.run({ text: 'SELECT pg_advisory_xact_lock(1)' })
  const { rows } = await connection.run({ text: "SELECT to_regclass('counters')::text" })
  if (rows[0]?.[0] === null) for (const s of steps) await connection.run({ text: s.sql })
  await connection.run({ text: 'COMMIT' })
}
export async function isSchemaOld(_c: Connection, _s: readonly Migration[]) {
  return false
}
