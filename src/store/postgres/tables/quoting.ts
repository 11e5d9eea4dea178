/** Names and values in the text of a statement: COPY takes no parameters. */
import type { Key, KeyRange, TableShape } from '../../portable/index.ts'

/** A name as Postgres reads it whatever it is. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as a constant; standard_conforming_strings is on in every session. */
export function constant(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Columns in the order of the shape. */
export function columnsOf(shape: TableShape): string {
  return shape.columns.map(({ name }) => quoted(name)).join(', ')
}

/** The key's columns. */
export function keyOf(shape: TableShape): string {
  return shape.key.map(quoted).join(', ')
}

/** The condition that a row is in a range. */
export function within(shape: TableShape, { after, upTo }: KeyRange): string {
  const key = `(${keyOf(shape)})`
  const conditions = [
    ...(after === null ? [] : [`${key} > ${keyConstant(shape, after)}`]),
    ...(upTo === null ? [] : [`${key} <= ${keyConstant(shape, upTo)}`]),
  ]
  return conditions.length === 0 ? 'true' : conditions.join(' AND ')
}

/** The condition that a text column has one of some values. */
export function isOneOf(column: string, ids: readonly string[]): string {
  return `${quoted(column)} = ANY (ARRAY[${ids.map(constant).join(', ')}]::text[])`
}

function keyConstant(shape: TableShape, key: Key): string {
  const values = shape.key.map((name, index) => {
    const type = shape.columns.find((column) => column.name === name)?.type === 'int' ? 'bigint' : 'text'
    return `${constant(key[index] ?? '')}::${type}`
  })
  return `(${values.join(', ')})`
}
