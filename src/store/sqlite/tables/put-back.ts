/** What is taken from a target while rows come, and put back when all are there. */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { tablesOf } from './shapes.ts'
import { quoted } from './table-reader.ts'

/** Takes away every index but those of keys and constraints, which have no SQL of their own. */
export function loosenIndexes(db: DatabaseSync): void {
  const tables = new Set(tablesOf(db).map(({ name }) => name))
  const found = db
    .prepare("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    .all()
  const keep = db.prepare('INSERT INTO moves_put_back VALUES (?, ?)')
  for (const index of found.filter((row) => tables.has(String(row['tbl_name'])))) {
    keep.run(String(index['name']), String(index['sql']))
    db.exec(`DROP INDEX ${quoted(String(index['name']))}`)
  }
}

/** Puts one of them back; its name, or undefined when none is left. */
export function putBackNext(db: DatabaseSync): string | undefined {
  const next = db.prepare('SELECT name, sql FROM moves_put_back ORDER BY name LIMIT 1').get()
  if (next === undefined) return undefined
  db.exec(String(next['sql']))
  db.prepare('DELETE FROM moves_put_back WHERE name = ?').run(String(next['name']))
  return String(next['name'])
}

/** That every reference leads to a row. @throws MillraceError Corrupt */
export function checkReferences(db: DatabaseSync): void {
  const broken = db
    .prepare('SELECT "table", parent, rowid AS number FROM pragma_foreign_key_check LIMIT 1')
    .get()
  if (broken === undefined) return
  const { table, parent } = broken
  throw new MillraceError(
    'Corrupt',
    `a row of ${String(table)} refers to a row of ${String(parent)} that is not there`,
  )
}

/** Deletes every row, and makes the schema what it was before. */
export function emptyTables(db: DatabaseSync): void {
  for (const { name } of tablesOf(db)) {
    if (name === 'counters') db.exec('UPDATE counters SET value = 0')
    else db.exec(`DELETE FROM ${quoted(name)}`)
  }
  while (putBackNext(db) !== undefined) continue
}
