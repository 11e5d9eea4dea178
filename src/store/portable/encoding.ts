/**
 * The canonical encoding of rows: for each row the number of its fields in 2 bytes, for each field a tag, the length in
 * 4 bytes and the value. Integers are 8 bytes with a sign, reals the 8 bytes of an IEEE double, text UTF-8; all numbers
 * begin with the highest byte. It is what digests are made of and what travels between the sides, so what is hashed is
 * what is written. Postgres' binary COPY is the same but for the tags.
 */

/** What a field holds. The tag says how the value is stored, not how its column is declared. */
export type Field = 'null' | 'int' | 'real' | 'text' | 'bytes'

const NULL = 0x6e
const INT = 0x69
const REAL = 0x72
const TEXT = 0x74
const BYTES = 0x62

const FIELDS: Readonly<Record<number, Field>> = {
  [NULL]: 'null',
  [INT]: 'int',
  [REAL]: 'real',
  [TEXT]: 'text',
  [BYTES]: 'bytes',
}

const TAGS: Readonly<Record<Field, number>> = { null: NULL, int: INT, real: REAL, text: TEXT, bytes: BYTES }

const HEAD_BYTES = 5
const TWO_32 = 0x1_0000_0000
const FIRST_BYTES = 256 * 1024
/** A buffer that one large value made larger than this is given back. */
const KEPT_BYTES = 8 * 1024 * 1024

/** Writes rows one after the other. */
export class RowWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#at
  }

  /** What was written since the last `take`, until the next write. */
  get written(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }

  /** Begins a row of so many fields. */
  row(fields: number): void {
    this.#room(2)
    this.#at = this.#buffer.writeUInt16BE(fields, this.#at)
  }

  null(): void {
    this.#head(NULL, 0)
  }

  int(value: number | bigint): void {
    this.#head(INT, 8)
    const buffer = this.#buffer
    if (typeof value === 'bigint') {
      this.#at = buffer.writeBigInt64BE(value, this.#at)
      return
    }
    this.#at = put32(buffer, Math.floor(value / TWO_32), this.#at)
    this.#at = put32(buffer, value >>> 0, this.#at)
  }

  real(value: number): void {
    this.#head(REAL, 8)
    this.#at = this.#buffer.writeDoubleBE(value, this.#at)
  }

  /** A well-formed string. */
  text(value: string): void {
    this.#room(HEAD_BYTES + value.length * 3)
    const length = this.#buffer.write(value, this.#at + HEAD_BYTES, 'utf8')
    this.#head(TEXT, length)
    this.#at += length
  }

  bytes(value: Uint8Array): void {
    this.#raw(BYTES, value)
  }

  /** Text as its bytes, whatever they are. */
  textBytes(value: Uint8Array): void {
    this.#raw(TEXT, value)
  }

  /** A field of that kind as it stands in other bytes: its length in 4 bytes, and the value. */
  sized(field: Field, bytes: Buffer, start: number, end: number): void {
    this.#room(1 + end - start)
    this.#buffer[this.#at] = TAGS[field]
    this.#at = copyBytes(this.#buffer, this.#at + 1, bytes, { start, end })
  }

  /** Forgets the rows written since the last `take`. */
  clear(): void {
    this.#at = 0
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(FIRST_BYTES)
  }

  /** The rows, in a buffer of their own that can be handed to another thread. */
  take(): Uint8Array<ArrayBuffer> {
    const rows = new Uint8Array(this.written)
    this.clear()
    return rows
  }

  #raw(tag: number, value: Uint8Array): void {
    this.#head(tag, value.byteLength)
    this.#buffer.set(value, this.#at)
    this.#at += value.byteLength
  }

  #head(tag: number, length: number): void {
    this.#room(HEAD_BYTES + length)
    this.#buffer[this.#at] = tag
    this.#at = put32(this.#buffer, length, this.#at + 1)
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.written)
    this.#buffer = larger
  }
}

/** Reads rows one after the other, field by field. */
export class RowReader {
  readonly #bytes: Buffer
  #at = 0
  #tag = NULL
  #start = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Goes to the next row; the number of its fields, or 0 after the last row. */
  nextRow(): number {
    if (this.#at >= this.#bytes.length) return 0
    const fields = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return fields
  }

  /** Goes to the next field of the row and says what it holds. */
  nextField(): Field {
    this.#tag = this.#bytes[this.#at] ?? NULL
    const length = this.#bytes.readUInt32BE(this.#at + 1)
    this.#start = this.#at + HEAD_BYTES
    this.#at = this.#start + length
    return FIELDS[this.#tag] as Field
  }

  /** Where the next field or row begins. */
  get offset(): number {
    return this.#at
  }

  /** Bytes of the field's value. */
  get size(): number {
    return this.#at - this.#start
  }

  /** The field's bytes; not a copy. */
  get raw(): Buffer {
    return this.#bytes.subarray(this.#start, this.#at)
  }

  /** The field's value as a database driver takes it; an integer beyond 2^53 as a bigint. */
  get value(): string | number | bigint | null | Uint8Array {
    switch (this.#tag) {
      case INT:
        return this.#int()
      case REAL:
        return this.#bytes.readDoubleBE(this.#start)
      case TEXT:
        return this.#bytes.toString('utf8', this.#start, this.#at)
      case BYTES:
        return this.raw
      default:
        return null
    }
  }

  #int(): number | bigint {
    const high = this.#bytes.readInt32BE(this.#start)
    const low = this.#bytes.readUInt32BE(this.#start + 4)
    const value = high * TWO_32 + low
    return Number.isSafeInteger(value) ? value : this.#bytes.readBigInt64BE(this.#start)
  }
}

/** Below this a loop is quicker than the call that copies. */
const LOOP_BYTES = 64

/** Copies a part of `from` to `at`; returns where it ends. */
export function copyBytes(
  to: Buffer,
  at: number,
  from: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
): number {
  if (end - start > LOOP_BYTES) return at + from.copy(to, at, start, end)
  for (let index = start; index < end; index++) to[at + index - start] = from[index] as number
  return at + end - start
}

function put32(buffer: Buffer, value: number, at: number): number {
  buffer[at] = value >>> 24
  buffer[at + 1] = value >>> 16
  buffer[at + 2] = value >>> 8
  buffer[at + 3] = value
  return at + 4
}
