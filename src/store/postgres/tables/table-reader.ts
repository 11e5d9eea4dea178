/**
 * One table read by its key into the canonical encoding, by binary COPY. A statement can not stop at a number of bytes,
 * so it is asked for about as many rows as have so many, and what is too much is let pass.
 */
import { createHash } from 'node:crypto'
import {
  CHUNK,
  type Chunk,
  type Key,
  type KeyRange,
  type Rows,
  type RowWriter,
  type TableShape,
} from '../../portable/index.ts'
import type { Connection } from '../connect/index.ts'
import { CopyReader } from './copy-binary.ts'
import { columnsOf, isOneOf, keyOf, quoted, within } from './quoting.ts'

/** Rows that nobody keeps are hashed in pieces of this many bytes. */
const HASH_BYTES = 1024 * 1024
const ROWS_FIRST = 128
/** Asked for beyond what the mean says, because rows differ. */
const MORE = 1.2

/** Reads one table over one connection, one read at a time. */
export class TableReader {
  readonly #connection: Connection
  readonly #shape: TableShape
  readonly #keyAt: readonly number[]
  readonly #writer: RowWriter
  #meanBytes = 0

  /** `writer` is shared by the tables of a connection. */
  constructor(connection: Connection, shape: TableShape, writer: RowWriter) {
    this.#connection = connection
    this.#writer = writer
    this.#shape = shape
    this.#keyAt = shape.key.map((name) => shape.columns.findIndex((column) => column.name === name))
  }

  /** One chunk, with its rows or only their digest. */
  async chunk(range: KeyRange, isKept: boolean): Promise<Chunk> {
    const taken = this.#taken(isKept, CHUNK.bytes)
    let after = range.after
    for (let isMore = true; isMore && !taken.isFull;) {
      const asked = this.#rowsToAsk(taken)
      const before = taken.rows
      const seen = await this.#copy(within(this.#shape, { ...range, after }), asked, taken)
      isMore = seen === asked
      after = taken.last
      if (taken.rows > before) this.#meanBytes = taken.encodedBytes / taken.rows
    }
    return taken.end()
  }

  /** The digest of all rows of a range. */
  async digestAll(range: KeyRange): Promise<Chunk> {
    const taken = this.#taken(false, Infinity)
    await this.#copy(within(this.#shape, range), Infinity, taken)
    return taken.end()
  }

  /** Rows by one column of text. */
  async byIds(column: string, ids: readonly string[]): Promise<Rows> {
    const taken = this.#taken(true, Infinity)
    await this.#copy(isOneOf(column, ids), Infinity, taken)
    return taken.end()
  }

  /** What an earlier read that failed left in the writer is forgotten. */
  #taken(isKept: boolean, bytesMax: number): Taken {
    this.#writer.clear()
    return new Taken({ shape: this.#shape, keyAt: this.#keyAt, writer: this.#writer, isKept, bytesMax })
  }

  #rowsToAsk({ rows, encodedBytes }: Taken): number {
    const left = CHUNK.rows - rows
    if (this.#meanBytes === 0) return Math.min(left, ROWS_FIRST)
    return Math.max(1, Math.min(left, Math.ceil((MORE * (CHUNK.bytes - encodedBytes)) / this.#meanBytes)))
  }

  /** Returns how many rows came, wanted or not. */
  async #copy(where: string, limit: number, taken: Taken): Promise<number> {
    const select = `SELECT ${columnsOf(this.#shape)} FROM ${quoted(this.#shape.name)} WHERE ${where} ORDER BY ${keyOf(this.#shape)}`
    const limited = limit === Infinity ? select : `${select} LIMIT ${limit}`
    const before = taken.seen
    const reader = new CopyReader(this.#shape, taken.writer)
    for await (const piece of this.#connection.copyOut(`COPY (${limited}) TO STDOUT (FORMAT binary)`))
      reader.take(piece, (bytes, start) => taken.wants(bytes, start))
    taken.settle()
    return taken.seen - before
  }
}

interface Taking {
  readonly shape: TableShape
  readonly keyAt: readonly number[]
  readonly writer: RowWriter
  readonly isKept: boolean
  readonly bytesMax: number
}

/** What is taken of the rows that come. */
class Taken {
  readonly writer: RowWriter
  readonly #shape: TableShape
  readonly #keyAt: readonly number[]
  readonly #isKept: boolean
  readonly #bytesMax: number
  readonly #digest = createHash('sha256')
  #hashed = 0
  #last: Key | null = null
  /** Where the last row that was taken begins, until its key is read. */
  #lastRow: { bytes: Buffer; start: number } = { bytes: Buffer.alloc(0), start: -1 }
  rows = 0
  seen = 0

  constructor({ shape, keyAt, writer, isKept, bytesMax }: Taking) {
    this.writer = writer
    this.#shape = shape
    this.#keyAt = keyAt
    this.#isKept = isKept
    this.#bytesMax = bytesMax
  }

  get encodedBytes(): number {
    return this.#hashed + this.writer.length
  }

  get isFull(): boolean {
    return this.#bytesMax !== Infinity && (this.rows >= CHUNK.rows || this.encodedBytes >= this.#bytesMax)
  }

  get last(): Key | null {
    return this.#last
  }

  /** Asked before each row is written. */
  wants(bytes: Buffer, start: number): boolean {
    this.seen++
    if (this.isFull) return false
    if (!this.#isKept && this.writer.length >= HASH_BYTES) this.#hash()
    this.rows++
    this.#lastRow.bytes = bytes
    this.#lastRow.start = start
    return true
  }

  /** Reads the key of the last row that was taken. */
  settle(): void {
    const { bytes, start } = this.#lastRow
    if (start >= 0) this.#last = this.#keyIn(bytes.subarray(start))
    this.#lastRow.start = -1
  }

  end(): Chunk {
    const { rows, encodedBytes, isFull, last } = this
    this.#digest.update(this.writer.written)
    const bytes = this.#isKept ? this.writer.take() : new Uint8Array()
    return { rows, bytes, encodedBytes, sha256: this.#digest.digest('hex'), last, isLast: !isFull }
  }

  #hash(): void {
    this.#digest.update(this.writer.written)
    this.#hashed += this.writer.length
    this.writer.clear()
  }

  #keyIn(row: Buffer): Key {
    const values: string[] = []
    let at = 2
    for (const { type } of this.#shape.columns) {
      const length = row.readInt32BE(at)
      at += 4
      if (length >= 0 && type === 'int') values.push(String(row.readBigInt64BE(at)))
      else values.push(length < 0 ? '' : row.toString('utf8', at, at + length))
      at += Math.max(0, length)
    }
    return this.#keyAt.map((index) => values[index] ?? '')
  }
}
