/**
 * How a value of a declared column crosses to a database and back. A codec is a word, so a declaration stays plain
 * data; a trailing '?' admits null. What is not of the declared type is refused before it is queued.
 */
import { inspect } from 'node:util'
import { canonicalJson, MillraceError, type Json } from '../model/index.ts'
import { fromPortable, toPortable } from './portable-text.ts'

interface CodecTypes {
  text: string
  int: number
  time: number
  real: number
  bool: boolean
  json: Json
  bytes: Uint8Array
}

/**
 * text: any string; int: a safe integer; time: integer milliseconds since 1970 UTC; real: a finite number;
 * bool: stored 0 or 1; json: stored as canonical text; bytes: stored as they are. 'x?' also takes null. -0 is 0.
 */
export type Codec = keyof CodecTypes | `${keyof CodecTypes}?`

/** Named codecs: the shape of a table's row, of a command's data or of a query's result. */
export type Shape = Readonly<Record<string, Codec>>

type CodecValue<C extends Codec> = C extends `${infer Base extends keyof CodecTypes}?`
  ? CodecTypes[Base] | null
  : C extends keyof CodecTypes
    ? CodecTypes[C]
    : never

/** The plain object a shape describes. */
export type Values<S extends Shape> = { readonly [Name in keyof S]: CodecValue<S[Name]> }

/** What a database driver takes and gives. */
export type Stored = string | number | null | Uint8Array

/** The stored form of `value`. @throws MillraceError BadValue naming `name`, what was expected and what came */
export function encode(codec: Codec, value: unknown, name: string): Stored {
  // JSON has a null of its own; in a nullable column it is the column's.
  if (value === null && codec !== 'json') {
    if (codec.endsWith('?')) return null
    throw badValue(name, codec, value)
  }
  switch (codec) {
    case 'text':
    case 'text?':
      if (typeof value === 'string') return toPortable(value)
      break
    case 'int':
    case 'int?':
    case 'time':
    case 'time?':
      if (Number.isSafeInteger(value)) return (value as number) + 0
      break
    case 'real':
    case 'real?':
      // Adding 0 makes -0 to 0, which SQLite would do and Postgres would not.
      if (Number.isFinite(value)) return (value as number) + 0
      break
    case 'bool':
    case 'bool?':
      if (typeof value === 'boolean') return value ? 1 : 0
      break
    case 'json':
    case 'json?':
      return encodeJson(codec, value, name)
    case 'bytes':
    case 'bytes?':
      // A copy, so that neither its owner nor the buffer it is a part of goes along to the writer.
      if (value instanceof Uint8Array) return new Uint8Array(value)
      break
  }
  throw badValue(name, codec, value)
}

/** The value that was encoded. */
export function decode(codec: Codec, stored: Stored): unknown {
  if (stored === null) return null
  switch (codec) {
    case 'text':
    case 'text?':
      return fromPortable(stored as string)
    case 'bool':
    case 'bool?':
      return stored === 1
    case 'json':
    case 'json?':
      return JSON.parse(fromPortable(stored as string)) as Json
    default:
      return stored
  }
}

/** One row of a result, in the order of `shape`'s names, as the plain object the shape describes. */
export function decodeRow<S extends Shape>(shape: S, row: readonly Stored[]): Values<S> {
  const decoded: Record<string, unknown> = {}
  let index = 0
  for (const [name, codec] of Object.entries(shape)) decoded[name] = decode(codec, row[index++] ?? null)
  return decoded as Values<S>
}

/** Bytes that a stored value occupies in a queue or message, roughly: two a UTF-16 unit, eight a number. */
export function storedBytes(value: Stored): number {
  if (typeof value === 'string') return value.length * 2
  return value instanceof Uint8Array ? value.byteLength : 8
}

function encodeJson(codec: Codec, value: unknown, name: string): string {
  try {
    return toPortable(canonicalJson(value as Json))
  } catch (cause) {
    // Not JSON, or so deep or circular that the stack ends.
    throw badValue(name, codec, value, cause)
  }
}

function badValue(name: string, codec: Codec, value: unknown, cause?: unknown): MillraceError {
  const came = inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 10 })
  return new MillraceError('BadValue', `${name}: expected ${codec}, got ${came.slice(0, 100)}`, { cause })
}
