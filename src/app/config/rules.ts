/** The rules that a configuration is made of: each looks at one value and says by its path what is wrong with it. */
import { inspect } from 'node:util'
import { MillraceError } from '../../model/index.ts'
import { parseCount, parseDuration } from '../quantity.ts'
import { maskedUrl } from './masked.ts'
import { nearestName } from './nearest-name.ts'

/** Looks at the value at a path. @throws MillraceError BadConfig */
export type Rule = (value: unknown, path: string) => void

/** A text with something in it. */
export const text: Rule = (value, path) => {
  if (typeof value !== 'string' || value.trim() === '') throw unexpected(path, 'a text', value)
}

/** The same, never shown. */
export const secret: Rule = (value, path) => {
  if (typeof value === 'string' && value.trim() !== '') return
  const came = value === undefined || value === '' ? 'nothing' : 'something else, which is not shown'
  const hint = 'where it comes from the environment, look whether the variable is set'
  throw badConfig(`${path}: expected a text, got ${came}; ${hint}`)
}

/** true or false. */
export const flag: Rule = (value, path) => {
  if (typeof value !== 'boolean') throw unexpected(path, 'true or false', value)
}

/** A whole number. */
export const count = (least: number): Rule =>
  quantity((typed, path) => parseCount(typed, path, least), `a whole number of at least ${least}`)

/** A time; a bare number is in that unit. */
export const time = (bareUnit: 'ms' | 's'): Rule =>
  quantity(
    (typed, path) => parseDuration(typed, path, bareUnit),
    "a time such as 500, '250ms', '10s' or '5m'",
  )

/** One of some words. */
export const oneOf =
  (...words: readonly string[]): Rule =>
  (value, path) => {
    if (typeof value === 'string' && words.includes(value)) return
    throw unexpected(path, words.map((word) => `'${word}'`).join(' or '), value, hintFor(value, words))
  }

/** A list whose entries each follow a rule; `what` names them. */
export const list =
  (what: string, entry: Rule): Rule =>
  (value, path) => {
    if (!Array.isArray(value)) throw unexpected(path, `a list of ${what}`, value)
    for (const [index, each] of value.entries()) entry(each, `${path}[${index}]`)
  }

/** An object with some keys, each with its rule, of which those in `needed` must be there. */
export function group(rules: Readonly<Record<string, Rule>>, needed: readonly string[] = []): Rule {
  return (value, path) => {
    const members = membersOf(value, path)
    for (const [name, member] of members) {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
      if (rule === undefined) throw unknownKey(joined(path, name), name, Object.keys(rules))
      // As if it were not there, so that a key can be set on a condition.
      if (member !== undefined) rule(member, joined(path, name))
    }
    for (const name of needed) {
      const member = members.find(([known]) => known === name)?.[1]
      if (member === undefined) rules[name]?.(member, joined(path, name))
    }
  }
}

/** An object whose keys are names of one's own. */
export function named(name: Rule, entry: Rule): Rule {
  return (value, path) => {
    for (const [key, member] of membersOf(value, path)) {
      name(key, joined(path, key))
      entry(member, joined(path, key))
    }
  }
}

/** Several rules about one value. */
export const all =
  (...rules: readonly Rule[]): Rule =>
  (value, path) => {
    for (const rule of rules) rule(value, path)
  }

/** What was expected and what came, passwords in URLs apart; `hint` follows as it is. */
export function unexpected(
  path: string,
  expected: string,
  value: unknown,
  { hint = '', cause }: { readonly hint?: string; readonly cause?: unknown } = {},
): MillraceError {
  return badConfig(`${path}: expected ${expected}, got ${shown(value)}${hint}`, cause)
}

/** @returns the error of a configuration that is none */
export function badConfig(message: string, cause?: unknown): MillraceError {
  return new MillraceError('BadConfig', message, { cause })
}

/** "; did you mean x?", or nothing. */
export function hintFor(written: unknown, known: readonly string[]): { readonly hint: string } {
  const nearest = typeof written === 'string' ? nearestName(written, known) : undefined
  return { hint: nearest === undefined ? '' : `; did you mean ${nearest}?` }
}

function membersOf(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value)
  throw unexpected(path === '' ? 'the default export' : path, 'an object', value)
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** A number, or the text that the command line takes for the same option. */
function quantity(parse: (typed: string, path: string) => number, expected: string): Rule {
  return (value, path) => {
    if (typeof value !== 'number' && typeof value !== 'string') throw unexpected(path, expected, value)
    try {
      parse(String(value), path)
    } catch (cause) {
      throw unexpected(path, expected, value, { cause })
    }
  }
}

/** Of an object or a list nothing but that it is one: a secret may stand in it where none belongs. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const plain = typeof value === 'string' ? maskedUrl(value) : value
  return inspect(plain, { depth: 0, breakLength: Infinity, maxStringLength: 60 }).slice(0, 80)
}

function unknownKey(path: string, name: string, known: readonly string[]): MillraceError {
  return badConfig(`${path}: expected one of ${known.join(', ')}${hintFor(name, known).hint}`)
}
