/** A range whose digests differ, read on both sides: which rows, which columns, which values. */
import {
  type Chunk,
  type Field,
  type Key,
  type KeyRange,
  RowReader,
  type SourceSide,
  type TableShape,
} from '../../../store/index.ts'
import { checkGoingOn } from '../chunks.ts'
import type { Difference } from '../report.ts'

const SHOWN_CHARACTERS = 60
/** How many are told by name; all are counted. */
export const DIFFERENCES_LISTED = 20

type Value = string | number | bigint | null | Uint8Array
interface Cell {
  readonly field: Field
  readonly raw: Uint8Array
  readonly value: Value
}

interface Row {
  readonly key: Key
  readonly cells: readonly Cell[]
}

/** Finds all differences of a range and hands each to `tell`. */
export async function findDifferences(
  sides: { readonly from: SourceSide; readonly to: SourceSide },
  shape: TableShape,
  range: KeyRange,
  told: { readonly tell: (difference: Difference) => void; readonly signal: AbortSignal },
): Promise<void> {
  const one = rowsOf(sides.from, shape, range, told.signal)
  const other = rowsOf(sides.to, shape, range, told.signal)
  let [left, right] = [await take(one), await take(other)]
  while (left !== undefined || right !== undefined) {
    const order = left === undefined ? 1 : right === undefined ? -1 : compareKeys(shape, left.key, right.key)
    if (order < 0 && left !== undefined) told.tell({ ...whole(shape, left), from: 'the row', to: null })
    else if (order > 0 && right !== undefined)
      told.tell({ ...whole(shape, right), from: null, to: 'the row' })
    else if (left !== undefined && right !== undefined) compareRows(shape, left, right, told.tell)
    if (order <= 0) left = await take(one)
    if (order >= 0) right = await take(other)
  }
}

function compareRows(shape: TableShape, one: Row, other: Row, tell: (difference: Difference) => void): void {
  for (const [index, { name }] of shape.columns.entries()) {
    const [from, to] = [one.cells[index] as Cell, other.cells[index] as Cell]
    if (from.field === to.field && Buffer.compare(from.raw, to.raw) === 0) continue
    tell({ table: shape.name, key: one.key, column: name, ...shown(from.value, to.value) })
  }
}

/** Both from where they begin to differ, or the difference would be cut off. */
function shown(one: Value, other: Value): { readonly from: string; readonly to: string } {
  const [from, to] = [textOf(one), textOf(other)]
  let at = 0
  while (at < from.length && from[at] === to[at]) at++
  const start = Math.max(0, at - SHOWN_CHARACTERS / 3)
  const cut = (text: string) => {
    const part = text.slice(start, start + SHOWN_CHARACTERS)
    return `${start > 0 ? '...' : ''}${part}${start + SHOWN_CHARACTERS < text.length ? '...' : ''}`
  }
  return { from: cut(from), to: cut(to) }
}

function textOf(value: Value): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value)
  return `x'${Buffer.from(value).toString('hex')}'`
}

function whole(shape: TableShape, row: Row): Pick<Difference, 'table' | 'key' | 'column'> {
  return { table: shape.name, key: row.key, column: null }
}

/** As both databases order keys: texts by their bytes, numbers by value. */
function compareKeys(shape: TableShape, one: Key, other: Key): number {
  for (const [index, name] of shape.key.entries()) {
    const [a, b] = [one[index] ?? '', other[index] ?? '']
    if (a === b) continue
    const isInt = shape.columns.find((column) => column.name === name)?.type === 'int'
    if (isInt) return BigInt(a) < BigInt(b) ? -1 : 1
    return Buffer.compare(Buffer.from(a), Buffer.from(b))
  }
  return 0
}

async function* rowsOf(
  side: SourceSide,
  shape: TableShape,
  { after, upTo }: KeyRange,
  signal: AbortSignal,
): AsyncGenerator<Row> {
  let from = after
  for (let isLast = false; !isLast;) {
    checkGoingOn(signal)
    const chunk: Chunk = await side.read(shape.name, { after: from, upTo })
    yield* decoded(shape, chunk.bytes)
    from = chunk.last
    isLast = chunk.isLast
  }
}

function* decoded(shape: TableShape, bytes: Uint8Array): Generator<Row> {
  const reader = new RowReader(bytes)
  const keyAt = shape.key.map((name) => shape.columns.findIndex((column) => column.name === name))
  for (let fields = reader.nextRow(); fields > 0; fields = reader.nextRow()) {
    const cells = Array.from({ length: fields }, () => {
      const field = reader.nextField()
      return { field, raw: reader.raw, value: reader.value }
    })
    yield { key: keyAt.map((at) => String(cells[at]?.value)), cells }
  }
}

async function take(rows: AsyncGenerator<Row>): Promise<Row | undefined> {
  const { value, done } = await rows.next()
  return done === true ? undefined : value
}
