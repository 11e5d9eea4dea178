/** Values as they cross to the server and back, in its text form; bytes alone go as they are. */
import type { CustomTypesConfig } from 'pg'
import type { Stored } from '../../../codec.ts'
import type { Param } from '../types.ts'

const BOOL = 16
const BYTEA = 17
const VOID = 2278
const NUMERIC = 1700
/** int8, int2, int4, oid */
const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23, 26])
/** float4, float8 */
const FLOATS: ReadonlySet<number> = new Set([700, 701])

type Parser = (text: string) => Stored | bigint

/** What the driver asks how to read a column. */
export const TYPES: CustomTypesConfig = { getTypeParser: parserOf }

/** The form the driver sends: text, bytes or null. */
export function sendable(param: Param): string | Buffer | null {
  if (param === null || typeof param === 'string') return param
  if (param instanceof Uint8Array) return Buffer.from(param.buffer, param.byteOffset, param.byteLength)
  return Array.isArray(param) ? arrayText(param as readonly (Stored | bigint)[]) : String(param)
}

/** An array in the text form of Postgres, which every element type reads. */
function arrayText(values: readonly (Stored | bigint)[]): string {
  return `{${values.map(elementText).join(',')}}`
}

function elementText(value: Stored | bigint): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`
  if (value instanceof Uint8Array) {
    return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`
  }
  return String(value)
}

function parserOf(type: number): Parser {
  if (INTEGERS.has(type)) return integerOf
  if (FLOATS.has(type)) return Number
  switch (type) {
    case BOOL:
      return (text) => (text === 't' ? 1 : 0)
    case BYTEA:
      return bytesOf
    case NUMERIC:
      return (text) => (/^-?\d+$/.test(text) ? integerOf(text) : Number(text))
    case VOID:
      return () => null
    default:
      return (text) => text
  }
}

function integerOf(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

/** Into memory of its own: the driver's buffers are shared by all that is read. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2)
  Buffer.from(bytes.buffer).write(text.slice(2), 'hex')
  return bytes
}
