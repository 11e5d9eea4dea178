/**
 * Values that would not survive on the other side, found in the encoding. Whatever is found here is told before anything
 * is written, with the row it stands in; nothing is ever cleaned on the way, or both sides could not be compared.
 */
import { isUtf8 } from 'node:buffer'
import { RowReader, type Field, type Rows, type TableShape } from '../../../store/index.ts'
import type { Trap } from '../report.ts'

/** Postgres' rows of a B-tree end at 2,704 bytes, with a head of their own. */
const INDEX_BYTES_MAX = 2_600
/** What either database takes as one value. */
const VALUE_BYTES_MAX = 1_000_000_000
/** How many are told by name; all are counted. */
const LISTED_MAX = 20

/** What the scan of a store found. */
export interface Traps {
  readonly listed: readonly Trap[]
  readonly count: number
  readonly bigIntegers: number
}

/** Looks at rows, chunk by chunk. */
export class TrapFinder {
  readonly #target: 'sqlite' | 'postgres'
  readonly #listed: Trap[] = []
  #count = 0
  #bigIntegers = 0

  constructor(target: 'sqlite' | 'postgres') {
    this.#target = target
  }

  get found(): Traps {
    return { listed: this.#listed, count: this.#count, bigIntegers: this.#bigIntegers }
  }

  /** Looks at the rows of one table. */
  look(shape: TableShape, { bytes }: Pick<Rows, 'bytes'>): void {
    const reader = new RowReader(bytes)
    const sizes = shape.columns.map(() => 0)
    const indexed = shape.indexed.map((names) => names.map((name) => columnAt(shape, name)))
    for (let fields = reader.nextRow(), start = 2; fields > 0; fields = reader.nextRow()) {
      for (let index = 0; index < fields; index++) {
        const why = this.#fault(reader, reader.nextField(), shape.columns[index]?.type ?? '')
        sizes[index] = reader.size
        if (why !== undefined) this.#tell(shape, index, why, bytes.subarray(start - 2))
      }
      const long =
        this.#target === 'postgres' ? indexed.find((at) => sum(sizes, at) > INDEX_BYTES_MAX) : undefined
      if (long !== undefined)
        this.#tell(
          shape,
          long[0] ?? 0,
          `over ${INDEX_BYTES_MAX} bytes in an index`,
          bytes.subarray(start - 2),
        )
      start = reader.offset + 2
    }
  }

  #fault(reader: RowReader, field: Field, type: string): string | undefined {
    if (field === 'null') return undefined
    if (field !== type) return `${field} in a column of type ${type}`
    if (reader.size > VALUE_BYTES_MAX) return `a value of ${reader.size} bytes`
    if (field === 'text') return this.#textFault(reader.raw)
    if (field === 'int' && typeof reader.value === 'bigint') this.#bigIntegers++
    return field === 'real' ? this.#realFault(reader.value as number) : undefined
  }

  #textFault(text: Buffer): string | undefined {
    let isAscii = true
    let hasNul = false
    for (let at = 0; at < text.length; at++) {
      const byte = text[at] as number
      if (byte >= 0x80) isAscii = false
      if (byte === 0) hasNul = true
    }
    if (!isAscii && !isUtf8(text)) return 'text that is not UTF-8'
    return hasNul && this.#target === 'postgres' ? 'text with a NUL, which Postgres refuses' : undefined
  }

  #realFault(value: number): string | undefined {
    if (this.#target === 'postgres') return undefined
    if (Number.isNaN(value)) return 'NaN, which SQLite makes NULL'
    return Object.is(value, -0) ? '-0, which SQLite makes 0' : undefined
  }

  #tell(shape: TableShape, index: number, why: string, row: Uint8Array): void {
    this.#count++
    if (this.#listed.length >= LISTED_MAX) return
    const column = shape.columns[index]?.name ?? ''
    this.#listed.push({ table: shape.name, key: keyOfRow(shape, row), column, why })
  }
}

/** The key of the row that an encoding begins with. */
export function keyOfRow(shape: TableShape, encoded: Uint8Array): readonly string[] {
  const reader = new RowReader(encoded)
  reader.nextRow()
  const values = shape.columns.map(() => {
    reader.nextField()
    return String(reader.value)
  })
  return shape.key.map((name) => values[columnAt(shape, name)] ?? '')
}

function columnAt(shape: TableShape, name: string): number {
  return shape.columns.findIndex((column) => column.name === name)
}

function sum(sizes: readonly number[], at: readonly number[]): number {
  let total = 0
  for (const index of at) total += sizes[index] ?? 0
  return total
}
