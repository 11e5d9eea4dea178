/** The tables of a file that are moved, found by looking at it. */
import type { DatabaseSync } from 'node:sqlite'
import { isCarried, shapeOf, type TableShape } from '../../portable/index.ts'
import { quoted } from './table-reader.ts'

/** By name. Views, virtual tables and the parts of those are none. @throws MillraceError SchemaChanged */
export function tablesOf(db: DatabaseSync): readonly TableShape[] {
  const found = db
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name")
    .all()
  const names = found.map((row) => String(row['name']))
  return names.filter((name) => !name.startsWith('sqlite_') && isCarried(name)).map((name) => shape(db, name))
}

function shape(db: DatabaseSync, table: string): TableShape {
  const columns = db.prepare(`PRAGMA table_info(${quoted(table)})`).all()
  const key = columns.filter((column) => Number(column['pk']) > 0)
  return shapeOf({
    name: table,
    columns: columns.map((column) => ({
      name: String(column['name']),
      type: String(column['type']),
      isNullable: column['notnull'] === 0,
    })),
    key: key.toSorted((a, b) => Number(a['pk']) - Number(b['pk'])).map((column) => String(column['name'])),
    indexed: indexesOf(db, table),
  })
}

function indexesOf(db: DatabaseSync, table: string): readonly (readonly string[])[] {
  const indexes = db.prepare(`SELECT name FROM pragma_index_list(?) WHERE origin <> 'pk'`).all(table)
  const columns = db.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
  return indexes.map((index) => columns.all(String(index['name'])).map((column) => String(column['name'])))
}
