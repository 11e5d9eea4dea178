/** CSV after RFC 4180, for spreadsheets: the text comes from strangers, and a spreadsheet runs what looks like a formula. */
import { stringify, type Options } from 'csv-stringify/sync'
import { EXPORT_SHAPES, type ExportKind, type ExportLines } from '../export/index.ts'

const FORMAT: Options = {
  record_delimiter: 'windows',
  // Not the default once the record delimiter is given: a lone CR or LF inside a field would go unquoted.
  quote_record_delimiter: true,
  // Puts ' before a text that begins with = + - @, their full-width forms, tab or CR; numbers stay numbers.
  escape_formulas: true,
  cast: {
    boolean: (value) => String(value),
    string: (value) => value.toWellFormed().replaceAll('\0', '\ufffd'),
  },
}

/**
 * A header, then one record a row, each ended by CR LF. null is an empty field, lists and objects are JSON text. What
 * CSV can not carry, NUL and lone surrogates, becomes U+FFFD; JSON Lines keeps it.
 */
export async function* csvLines<Kind extends ExportKind>(
  kind: Kind,
  rows: AsyncIterable<ExportLines[Kind]>,
): AsyncGenerator<string> {
  const fields = Object.keys(EXPORT_SHAPES[kind])
  yield csvLine(fields)
  for await (const row of rows) {
    const values: Readonly<Record<string, unknown>> = { ...row }
    yield csvLine(fields.map((field) => values[field]))
  }
}

/** One record of the same form, for values that are no row of an export. */
export function csvLine(values: readonly unknown[]): string {
  return stringify([values], FORMAT)
}
