/**
 * Postgres' binary COPY format, to and from the canonical encoding: the same lengths and values, without the tags. A
 * stream begins with a signature and ends with a count of -1.
 */
import { copyBytes, RowReader, type Rows, type RowWriter, type TableShape } from '../../portable/index.ts'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
/** Flags, and the length of an extension there is none of. */
const HEAD = Buffer.concat([SIGNATURE, Buffer.alloc(8)])
const END = Buffer.from([0xff, 0xff])
const NOTHING: Buffer = Buffer.alloc(0)
const NULL_LENGTH = 0xffff_ffff

/** Rows as what COPY ... FROM takes, in `space` where they fit into it. */
export function copyOfRows({ bytes }: Pick<Rows, 'bytes'>, space: Buffer = NOTHING): Buffer {
  // Each field is a byte shorter, also where it is null.
  const needed = HEAD.length + bytes.byteLength + END.length
  const copy = needed <= space.length ? space : Buffer.allocUnsafe(needed)
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader = new RowReader(bytes)
  let at = HEAD.copy(copy)
  for (let fields = reader.nextRow(); fields > 0; fields = reader.nextRow()) {
    at = copy.writeUInt16BE(fields, at)
    for (let index = 0; index < fields; index++) {
      const start = reader.offset + 1
      if (reader.nextField() === 'null') at = copy.writeUInt32BE(NULL_LENGTH, at)
      else at = copyBytes(copy, at, source, { start, end: reader.offset })
    }
  }
  at += END.copy(copy, at)
  return copy.subarray(0, at)
}

/** Reads what COPY ... TO gives, piece by piece, wherever the pieces end. */
export class CopyReader {
  readonly #shape: TableShape
  readonly #writer: RowWriter
  #held = NOTHING
  #hasBegun = false

  /** Rows are written to `writer` with the tags of the shape's columns. */
  constructor(shape: TableShape, writer: RowWriter) {
    this.#shape = shape
    this.#writer = writer
  }

  /** Takes a piece; `onRow` hears of each row that is whole, before it is written, and says whether it is wanted. */
  take(piece: Uint8Array, onRow: (row: Buffer, start: number) => boolean): void {
    const given = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const bytes = this.#held.length === 0 ? given : Buffer.concat([this.#held, given])
    let at = 0
    if (!this.#hasBegun) {
      if (bytes.length < HEAD.length) {
        this.#held = bytes
        return
      }
      at = HEAD.length
      this.#hasBegun = true
    }
    for (;;) {
      const end = rowEnd(bytes, at)
      if (end === undefined) break
      if (onRow(bytes, at)) this.#write(bytes, at)
      at = end
    }
    this.#held = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at))
  }

  #write(bytes: Buffer, start: number): void {
    const { columns } = this.#shape
    this.#writer.row(columns.length)
    let at = start + 2
    for (const { type } of columns) {
      const length = bytes.readUInt32BE(at)
      const end = length === NULL_LENGTH ? at + 4 : at + 4 + length
      if (length === NULL_LENGTH) this.#writer.null()
      else this.#writer.sized(type, bytes, at, end)
      at = end
    }
  }
}

/** Where the row that begins at `start` ends; undefined when it is not whole, or there is none. */
function rowEnd(bytes: Buffer, start: number): number | undefined {
  if (start + 2 > bytes.length) return undefined
  const fields = bytes.readInt16BE(start)
  if (fields < 0) return undefined
  let at = start + 2
  for (let index = 0; index < fields; index++) {
    if (at + 4 > bytes.length) return undefined
    const length = bytes.readUInt32BE(at)
    at += length === NULL_LENGTH ? 4 : 4 + length
  }
  return at <= bytes.length ? at : undefined
}
