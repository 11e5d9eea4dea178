/** What a person's SQL statement gives, as lines: JSON and CSV for programs, a table for a terminal. */
import type { SqlChunk } from '../../store/index.ts'
import { csvLine } from '../../transfer/index.ts'
import { plainLine } from './plain-text.ts'
import { layOut } from './table.ts'

/** A value of SQLite. */
type SqlValue = SqlChunk['rows'][number][number]

/** More of a cell is not shown in a table. */
const CELL_CHARS_MAX = 80

/** The formats by name. */
export const SQL_FORMATS = { table: tableLines, jsonl: jsonLines, csv: csvLines } as const

/** One of SQL_FORMATS. */
export type SqlFormat = keyof typeof SQL_FORMATS

/**
 * One JSON object a row. Blobs are hex. What a JSON number can not carry exactly, integers beyond 2^53 and infinity,
 * is a string. A name that occurs again gets a number, because most readers keep only one member of a name.
 */
async function* jsonLines(chunks: AsyncIterable<SqlChunk>): AsyncGenerator<string> {
  for await (const { columns, rows } of chunks) {
    // Put together by hand: an object would move columns that are named by a number to its front.
    const names = distinctNames(columns).map((name) => JSON.stringify(name))
    for (const row of rows) {
      const members = names.map((name, column) => `${name}:${JSON.stringify(jsonValue(row[column] ?? null))}`)
      yield `{${members.join(',')}}\n`
    }
  }
}

/** A header, then a record a row, with the columns as they are named. */
async function* csvLines(chunks: AsyncIterable<SqlChunk>): AsyncGenerator<string> {
  let isFirst = true
  for await (const { columns, rows } of chunks) {
    if (isFirst) yield csvLine(columns)
    isFirst = false
    for (const row of rows) yield csvLine(row.map((value) => (isNumber(value) ? value : textOf(value))))
  }
}

/** Columns fit the first chunk, so that nothing is held back to measure what comes. */
async function* tableLines(chunks: AsyncIterable<SqlChunk>): AsyncGenerator<string> {
  let line: ((cells: readonly string[]) => string) | undefined
  for await (const { columns, rows } of chunks) {
    const header = columns.map((name) => plainLine(name, CELL_CHARS_MAX))
    const cells = rows.map((row) => row.map((value) => plainLine(textOf(value), CELL_CHARS_MAX)))
    if (line === undefined) {
      line = layOut(header, cells)
      yield `${line(header)}\n`
    }
    for (const row of cells) yield `${line(row)}\n`
  }
}

function jsonValue(value: SqlValue): string | number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return value === null ? null : textOf(value)
}

/** Numbers stay numbers in CSV, because a text that begins with a minus is taken for a formula. */
function isNumber(value: SqlValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}

function textOf(value: SqlValue): string {
  if (value === null) return ''
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

function distinctNames(columns: readonly string[]): readonly string[] {
  const taken = new Set(columns)
  return columns.map((name, column) => {
    if (columns.indexOf(name) === column) return name
    let number = 2
    while (taken.has(`${name}_${number}`)) number++
    taken.add(`${name}_${number}`)
    return `${name}_${number}`
  })
}
