/** A declared table is a promise about the schema; this check holds it. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import type { Codec, Shape } from '../../codec.ts'
import { sqlName, type Table } from '../../declare.ts'
import { migrate } from '../file/index.ts'

const TYPES: Readonly<Record<string, string>> = {
  text: 'TEXT',
  int: 'INTEGER',
  time: 'INTEGER',
  real: 'REAL',
  bool: 'INTEGER',
  json: 'TEXT',
  bytes: 'BLOB',
}

/**
 * Fails unless the table declares every column of the schema that must be given, each with its type and nullability,
 * and its key is unique there. A column that the database fills in by itself may be left out.
 */
export function assertTableMatches<S extends Shape>(declared: Table<S>): void {
  const db = new DatabaseSync(':memory:')
  try {
    migrate(db, 0)
    const { schema, optional } = schemaOf(db, declared.name)
    const columns = Object.entries({ ...declared.columns, position: 'int' as const })
    const expected = new Map(columns.map(([name, codec]) => [sqlName(name), describeCodec(codec)]))
    for (const name of optional) if (!expected.has(name)) schema.delete(name)
    assert.deepEqual(expected, schema, `table ${declared.name}`)
    assert.ok(
      isUnique(db, declared.name, sqlName(declared.key)),
      `${declared.name}.${declared.key} is not unique`,
    )
  } finally {
    db.close()
  }
}

function describeCodec(codec: Codec): string {
  const isNullable = codec.endsWith('?')
  return `${TYPES[isNullable ? codec.slice(0, -1) : codec]}${isNullable ? '' : ' NOT NULL'}`
}

function schemaOf(db: DatabaseSync, name: string) {
  const columns = db
    .prepare('SELECT name, type, "notnull", pk, dflt_value FROM pragma_table_info(?)')
    .all(name)
  const isFilledIn = (column: (typeof columns)[number]) =>
    column['dflt_value'] !== null || (column['pk'] === 1 && column['type'] === 'INTEGER')
  return {
    schema: new Map(
      columns.map((column) => {
        const isRequired = column['notnull'] === 1 || column['pk'] !== 0
        return [String(column['name']), `${String(column['type'])}${isRequired ? ' NOT NULL' : ''}`]
      }),
    ),
    optional: columns.filter(isFilledIn).map((column) => String(column['name'])),
  }
}

function isUnique(db: DatabaseSync, table: string, column: string): boolean {
  const indexes = db
    .prepare('SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial')
    .all(table)
  return indexes.some((index) => {
    const columns = db.prepare('SELECT name FROM pragma_index_info(?)').all(String(index['name']))
    return columns.length === 1 && columns[0]?.['name'] === column
  })
}
