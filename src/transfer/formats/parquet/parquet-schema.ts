/** Fields of an export as columns of Parquet: which type each has, and how a value becomes one of it. */
import type { ColumnSource, SchemaElement } from 'hyparquet-writer'
import { toPortable } from '../../../store/index.ts'
import type { ExportField, FieldType } from '../../export/index.ts'

type Element = Omit<SchemaElement, 'name' | 'repetition_type'>

const TEXT: Element = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }

/* The old annotation beside the new one, for readers that know only that. */
const ELEMENTS: Readonly<Record<Exclude<FieldType, 'list'>, Element>> = {
  text: TEXT,
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
}

/** The schema of a file with these fields. */
export function parquetSchema(fields: readonly ExportField[]): SchemaElement[] {
  return [{ name: 'root', num_children: fields.length }, ...fields.flatMap(elements)]
}

function elements({ name, type, isNullable }: ExportField): readonly SchemaElement[] {
  // JSON has a null of its own, which is the column's here.
  const repetition_type = isNullable || type === 'json' ? 'OPTIONAL' : 'REQUIRED'
  if (type !== 'list') return [{ name, repetition_type, ...ELEMENTS[type] }]
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...TEXT },
  ]
}

/** One column of a row group. */
export function parquetColumn(
  { name, type }: ExportField,
  rows: readonly Readonly<Record<string, unknown>>[],
): ColumnSource {
  const cell = CELLS[type]
  return { name, data: rows.map((row) => (row[name] === null ? null : cell(row[name]))) }
}

const CELLS: Readonly<Record<FieldType, (value: unknown) => unknown>> = {
  text: (value) => toPortable(String(value)),
  integer: (value) => BigInt(Number(value)),
  number: Number,
  boolean: Boolean,
  time: (value) => new Date(String(value)),
  json: (value) => value,
  list: (value) => (Array.isArray(value) ? value.map(member) : []),
}

/** What is no text in a list of text is its JSON. */
function member(value: unknown): string {
  return toPortable(typeof value === 'string' ? value : JSON.stringify(value))
}
