/** Values that survive JSON, and their one canonical text. */
import { MillraceError } from './errors.ts'

/** A value JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/**
 * The canonical text of a JSON value after RFC 8785: names sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them. Equal values have equal texts, so digests and comparisons can use the text.
 * @throws MillraceError BadValue for what JSON can not carry and JSON.stringify would change: NaN, a Date, a hole
 */
export function canonicalJson(value: Json): string {
  if (isScalar(value)) return JSON.stringify(value)
  if (Array.isArray(value)) {
    const members = Array.from<Json>(value)
    return members.every(isScalar) ? JSON.stringify(members) : `[${members.map(canonicalJson).join(',')}]`
  }
  if (!isPlainObject(value))
    throw new MillraceError('BadValue', `expected a JSON value, got ${kindOf(value)}`)
  const members = Object.entries(value as { readonly [name: string]: Json })
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/** An object literal, of this realm or another; an instance of a class is not one. */
function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function kindOf(value: unknown): string {
  if (typeof value === 'object') return `an object of class ${value?.constructor.name}`
  return typeof value === 'number' ? `the number ${value}` : typeof value
}
