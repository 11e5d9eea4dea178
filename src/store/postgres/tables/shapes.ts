/** The tables of a schema that are moved, found by looking at it. */
import type { Connection } from '../connect/index.ts'
import { isCarried, shapeOf, type TableShape } from '../../portable/index.ts'

const COLUMNS = `SELECT relname, attname, format_type(atttypid, atttypmod), NOT attnotnull,
    array_position(indkey::int2[], attnum)
  FROM pg_class AS class JOIN pg_attribute ON attrelid = class.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_index ON indrelid = class.oid AND indisprimary
  WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  ORDER BY relname COLLATE "C", attnum`

/** By name. @throws MillraceError SchemaChanged */
export async function tablesOf(connection: Connection): Promise<readonly TableShape[]> {
  const { rows } = await connection.run({ text: COLUMNS })
  const byTable = Map.groupBy(rows, ([table]) => String(table))
  return [...byTable].filter(([table]) => isCarried(table)).map(([table, columns]) => shape(table, columns))
}

function shape(table: string, columns: readonly (readonly unknown[])[]): TableShape {
  const key = columns.filter(([, , , , place]) => place !== null)
  return shapeOf({
    name: table,
    columns: columns.map(([, name, type, isNullable]) => ({
      name: String(name),
      type: String(type),
      isNullable: isNullable === 1,
    })),
    key: key.toSorted((a, b) => Number(a[4]) - Number(b[4])).map(([, name]) => String(name)),
    // What is in an index here has fitted into it.
    indexed: [],
  })
}
