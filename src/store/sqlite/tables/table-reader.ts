/**
 * One table of a file, read by its key into the canonical encoding. A text that is not UTF-8 would be repaired by the
 * driver without a word, and an integer beyond 2^53 refused: rows that may have such a value are read again exactly,
 * texts as bytes and integers as bigints, which is slower.
 */
import { isUtf8 } from 'node:buffer'
import { createHash, hash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import {
  CHUNK,
  type Chunk,
  type Key,
  type KeyRange,
  type Rows,
  type RowWriter,
  type TableShape,
} from '../../portable/index.ts'

type Value = string | number | bigint | null | Uint8Array
type Row = readonly Value[]

/** Rows that nobody keeps are hashed in pieces of this many bytes. */
const HASH_BYTES = 1024 * 1024
const OUT_OF_RANGE = 'ERR_OUT_OF_RANGE'
const REPLACEMENT = '\ufffd'

/** Thrown within this file only: the rows are read again exactly. */
class Inexact extends Error {}

/** Which rows end a chunk, and what becomes of the encoding. */
interface Reading {
  readonly isBounded: boolean
  readonly isKept: boolean
}

interface Selection {
  readonly where: string
  readonly binds: readonly Value[]
  readonly isExact: boolean
}

/** Reads one table. */
export class TableReader {
  readonly #db: DatabaseSync
  readonly #shape: TableShape
  readonly #keyAt: readonly number[]
  readonly #prepared = new Map<string, StatementSync>()
  readonly #writer: RowWriter
  /**
   * Ends the view of the rows that were read last. Node leaves a statement open whose value it refused, and all later
   * reads of the connection would see what that one saw.
   */
  #letGo: () => void = () => undefined

  /** `writer` is shared by the tables of a connection. */
  constructor(db: DatabaseSync, shape: TableShape, writer: RowWriter) {
    this.#db = db
    this.#shape = shape
    this.#writer = writer
    this.#keyAt = shape.key.map((name) => shape.columns.findIndex((column) => column.name === name))
  }

  /** One chunk, with its rows or only their digest. */
  chunk(range: KeyRange, isKept: boolean): Chunk {
    return this.#exactlyIfNeeded((isExact) => this.#read(range, { isBounded: true, isKept }, isExact))
  }

  /** The digest of all rows of a range. */
  digestAll(range: KeyRange): Chunk {
    return this.#exactlyIfNeeded((isExact) => this.#read(range, { isBounded: false, isKept: false }, isExact))
  }

  /** Rows by one column. */
  byIds(column: string, ids: readonly string[]): Rows {
    return this.#exactlyIfNeeded((isExact) => {
      const where = ` WHERE ${quoted(column)} IN (SELECT value FROM json_each(?))`
      let rows = 0
      for (const row of this.#select({ where, binds: [JSON.stringify(ids)], isExact }, '')) {
        this.#encode(row, isExact)
        rows++
      }
      return { rows, bytes: this.#writer.take() }
    })
  }

  #exactlyIfNeeded<T>(read: (isExact: boolean) => T): T {
    try {
      return read(false)
    } catch (error) {
      if (!(error instanceof Inexact) && (error as { code?: unknown }).code !== OUT_OF_RANGE) throw error
      this.#writer.clear()
      this.#letGo()
      return read(true)
    } finally {
      this.#writer.clear()
    }
  }

  #read(range: KeyRange, { isBounded, isKept }: Reading, isExact: boolean): Chunk {
    const digest = createHash('sha256')
    const writer = this.#writer
    let [rows, hashed] = [0, 0]
    let last: Row | undefined
    let isFull = false
    const limit = isBounded ? ` LIMIT ${CHUNK.rows}` : ''
    for (const row of this.#select({ ...this.#within(range), isExact }, limit)) {
      this.#encode(row, isExact)
      last = row
      rows++
      if (!isKept && writer.length >= HASH_BYTES) {
        digest.update(writer.written)
        hashed += writer.length
        writer.clear()
      }
      isFull = isBounded && (rows === CHUNK.rows || hashed + writer.length >= CHUNK.bytes)
      if (isFull) break
    }
    const ended = {
      rows,
      encodedBytes: hashed + writer.length,
      last: last === undefined ? null : this.#keyOf(last),
      isLast: !isFull,
    }
    if (!isKept)
      return { ...ended, sha256: digest.update(writer.written).digest('hex'), bytes: new Uint8Array() }
    return { ...ended, sha256: hash('sha256', writer.written, 'hex'), bytes: writer.take() }
  }

  #encode(row: Row, isExact: boolean): void {
    const writer = this.#writer
    const { columns } = this.#shape
    writer.row(columns.length)
    for (let index = 0; index < columns.length; index++) {
      const value = row[index] as Value
      if (typeof value === 'string') {
        if (value.includes(REPLACEMENT)) throw new Inexact()
        writer.text(value)
      } else if (typeof value === 'number') {
        if (columns[index]?.type === 'real') writer.real(value)
        else writer.int(value)
      } else if (value === null) writer.null()
      else if (typeof value === 'bigint') writer.int(value)
      else if (isExact && columns[index]?.type === 'text') writer.textBytes(value)
      else writer.bytes(value)
    }
  }

  #within({ after, upTo }: KeyRange): Omit<Selection, 'isExact'> {
    const columns = this.#shape.key.map(quoted).join(', ')
    const places = this.#shape.key.map(() => '?').join(', ')
    const conditions = [
      ...(after === null ? [] : [`(${columns}) > (${places})`]),
      ...(upTo === null ? [] : [`(${columns}) <= (${places})`]),
    ]
    return {
      where: conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`,
      binds: [after, upTo].flatMap((key) => (key === null ? [] : keyValues(this.#shape, key))),
    }
  }

  #select({ where, binds, isExact }: Selection, limit: string): Iterable<Row> {
    const columns = this.#shape.columns.map(({ name, type }) =>
      isExact && type === 'text' ? `CAST(${quoted(name)} AS BLOB)` : quoted(name),
    )
    const keys = this.#shape.key.map(quoted).join(', ')
    const sql = `SELECT ${columns.join(', ')} FROM ${quoted(this.#shape.name)}${where} ORDER BY ${keys}${limit}`
    const statement = this.#prepare(sql, isExact)
    this.#letGo = () => void statement.iterate(...binds).return?.()
    return statement.iterate(...binds) as unknown as Iterable<Row>
  }

  #prepare(sql: string, isExact: boolean): StatementSync {
    const known = this.#prepared.get(`${isExact}${sql}`)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    statement.setReturnArrays(true)
    statement.setReadBigInts(isExact)
    this.#prepared.set(`${isExact}${sql}`, statement)
    return statement
  }

  #keyOf(row: Row): Key {
    return this.#keyAt.map((at) => {
      const value = row[at] as Value
      if (!(value instanceof Uint8Array)) return String(value)
      if (isUtf8(value)) return Buffer.from(value).toString()
      const { name } = this.#shape
      const hex = Buffer.from(value.subarray(0, 60)).toString('hex')
      throw new MillraceError(
        'BadInput',
        `expected keys in UTF-8, but table ${name} has a row of key x'${hex}'`,
      )
    })
  }
}

/** A key as values of its columns. */
export function keyValues(shape: TableShape, key: Key): readonly (string | number | bigint)[] {
  return shape.key.map((name, index) => {
    const text = key[index] ?? ''
    if (shape.columns.find((column) => column.name === name)?.type !== 'int') return text
    const value = Number(text)
    return Number.isSafeInteger(value) ? value : BigInt(text)
  })
}

/** A name as SQLite reads it whatever it is. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
