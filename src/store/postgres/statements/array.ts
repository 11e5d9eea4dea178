/**
 * Columns of many rows as Postgres arrays in their binary form, each in one piece of memory: nothing is escaped, bytes
 * are not doubled, and neither side parses digits. The layout is that of array_recv (src/backend/utils/adt/arrayfuncs.c).
 */
import type { Stored } from '../../codec.ts'
import type { postgresType } from '../../portable/index.ts'

/** What elements can be. */
export type ElementType = ReturnType<typeof postgresType>

/** The numbers by which Postgres knows the types (pg_type.dat); they never change. */
const TYPE_NUMBERS: Readonly<Record<ElementType, number>> = { bytea: 17, bigint: 20, text: 25, float8: 701 }

/** Dimensions, whether there are nulls, element type, length, first index: four bytes each. */
const HEADER_BYTES = 20
const LENGTH_BYTES = 4
const NUMBER_BYTES = 8
/** The length of what is null. */
const NULL_LENGTH = -1
const HIGH_WORD = 2 ** 32

/** The array; to be bound to a placeholder that is cast to the array type. */
export function binaryArray(type: ElementType, values: readonly Stored[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + sizeOf(values))
  const header = [1, values.includes(null) ? 1 : 0, TYPE_NUMBERS[type], values.length, 1]
  let at = 0
  for (const word of header) at = bytes.writeInt32BE(word, at)
  for (const value of values) at = writeElement(bytes, at, { type, value })
  return bytes
}

function sizeOf(values: readonly Stored[]): number {
  let size = values.length * LENGTH_BYTES
  for (const value of values) if (value !== null) size += elementBytes(value)
  return size
}

function elementBytes(value: string | number | Uint8Array): number {
  if (typeof value === 'number') return NUMBER_BYTES
  return typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength
}

interface Element {
  readonly type: ElementType
  readonly value: Stored
}

function writeElement(bytes: Buffer, at: number, { type, value }: Element): number {
  if (value === null) return bytes.writeInt32BE(NULL_LENGTH, at)
  const from = at + LENGTH_BYTES
  const end = from + writeValue(bytes, from, { type, value })
  bytes.writeInt32BE(end - from, at)
  return end
}

function writeValue(bytes: Buffer, at: number, { type, value }: Element): number {
  if (typeof value === 'string') return bytes.write(value, at)
  if (typeof value !== 'number') {
    bytes.set(value as Uint8Array, at)
    return (value as Uint8Array).byteLength
  }
  if (type === 'float8') bytes.writeDoubleBE(value, at)
  else writeInteger(bytes, at, value)
  return NUMBER_BYTES
}

/** A safe integer as two words: a BigInt for each would cost more than all the rest. */
function writeInteger(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / HIGH_WORD)
  bytes.writeInt32BE(high, at)
  bytes.writeUInt32BE(value - high * HIGH_WORD, at + LENGTH_BYTES)
}
