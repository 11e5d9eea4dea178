/**
 * Parquet, one row group at a time. A group is bounded by rows and by text, so that a million documents are written in
 * the memory of a few thousand; what is left at the end is the list of groups. zstd is what Node has natively: it is
 * faster than Snappy in JavaScript and smaller. Strings are escaped as the store escapes them, because Parquet's UTF-8
 * has no lone surrogates and many of its readers stop at NUL; `escape` in the file's metadata says so.
 */
import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { exportFields } from '../../export/index.ts'
import type { FormatInput } from '../format.ts'
import { parquetColumn, parquetSchema } from './parquet-schema.ts'

/** Rows of a group. */
export const GROUP_ROWS_MAX = 10_000
/** Characters of text in a group; a single row may hold more. */
export const GROUP_CHARS_MAX = 8_000_000

const ESCAPE =
  'U+001A followed by U+001A is U+001A, by 0 is NUL, by u and four hex digits is the lone surrogate of that number'

/** The file, a row group a piece. */
export async function* parquetPieces(
  input: Pick<FormatInput, 'kind' | 'rows' | 'run' | 'position' | 'millrace'>,
): AsyncGenerator<Uint8Array> {
  const { kind, run, position, millrace } = input
  const fields = exportFields(kind)
  const bytes = new ByteWriter()
  const about = { 'millrace.kind': kind, 'millrace.run': run ?? '', 'millrace.position': String(position) }
  const file = new ParquetWriter({
    writer: bytes,
    schema: parquetSchema(fields),
    codec: 'ZSTD',
    compressors: { ZSTD: (page) => zstdCompressSync(page) },
    createdBy: `millrace version ${millrace}`,
    kvMetadata: Object.entries({ ...about, 'millrace.escape': ESCAPE }).map(([key, value]) => ({
      key,
      value,
    })),
  })
  for await (const rows of groups(input.rows)) {
    const columnData = fields.map((field) => parquetColumn(field, rows))
    await file.write({ columnData, rowGroupSize: GROUP_ROWS_MAX })
    yield taken(bytes)
  }
  await file.finish()
  yield taken(bytes)
}

type Row = Readonly<Record<string, unknown>>

async function* groups(rows: AsyncIterable<object>): AsyncGenerator<readonly Row[]> {
  let group: Row[] = []
  let chars = 0
  for await (const row of rows) {
    const more = charsOf(row)
    if (group.length === GROUP_ROWS_MAX || (group.length > 0 && chars + more > GROUP_CHARS_MAX)) {
      yield group
      group = []
      chars = 0
    }
    group.push(row as Row)
    chars += more
  }
  if (group.length > 0) yield group
}

/** About how much a value holds: what is small counts as little, so that nothing is free. */
function charsOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce((sum: number, member: unknown) => sum + charsOf(member), 8)
}

/** What was written since the last time, a copy: the writer goes on in the same memory. */
function taken(bytes: ByteWriter): Uint8Array {
  const copy = bytes.getBytes().slice()
  bytes.index = 0
  return copy
}
