/** Whether what a configuration file exports is a configuration, key by key. */
import { inspect } from 'node:util'
import { MillraceError } from '../../model/index.ts'
import { parseCount, parseDuration } from '../quantity.ts'
import type { Config } from './config.ts'
import { nearestName } from './nearest-name.ts'

/** Looks at the value at a path. @throws MillraceError BadConfig */
type Rule = (value: unknown, path: string) => void

const text: Rule = (value, path) => {
  if (typeof value !== 'string' || value.trim() === '') throw unexpected(path, 'a text', value)
}

const flag: Rule = (value, path) => {
  if (typeof value !== 'boolean') throw unexpected(path, 'true or false', value)
}

const patterns: Rule = (value, path) => {
  if (!Array.isArray(value)) throw unexpected(path, 'a list of patterns', value)
  for (const [index, pattern] of value.entries()) text(pattern, `${path}[${index}]`)
}

const count = (least: number): Rule =>
  quantity((typed, path) => parseCount(typed, path, least), `a whole number of at least ${least}`)

const time = (bareUnit: 'ms' | 's'): Rule =>
  quantity(
    (typed, path) => parseDuration(typed, path, bareUnit),
    "a time such as 500, '250ms', '10s' or '5m'",
  )

const crawl: Readonly<Record<string, Rule>> = {
  concurrency: count(1),
  delay: time('ms'),
  maxPages: count(1),
  maxDepth: count(0),
  maxTime: time('s'),
  include: patterns,
  exclude: patterns,
  robots: flag,
  allowPrivate: flag,
}

const config = group({ db: text, userAgent: text, crawl: group(crawl) })

/**
 * The value as a configuration. @throws MillraceError BadConfig naming the key by its path, what was expected and what
 * came
 */
export function checkConfig(value: unknown): Config {
  config(value, '')
  return value as Config
}

function group(rules: Readonly<Record<string, Rule>>): Rule {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw unexpected(path === '' ? 'the default export' : path, 'an object', value)
    }
    for (const [name, member] of Object.entries(value)) {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
      const memberPath = path === '' ? name : `${path}.${name}`
      if (rule === undefined) throw unknownKey(memberPath, name, Object.keys(rules))
      // As if it were not there, so that a key can be set on a condition.
      if (member !== undefined) rule(member, memberPath)
    }
  }
}

/** A number, or the text that the command line takes for the same option. */
function quantity(parse: (typed: string, path: string) => number, expected: string): Rule {
  return (value, path) => {
    if (typeof value !== 'number' && typeof value !== 'string') throw unexpected(path, expected, value)
    try {
      parse(String(value), path)
    } catch (cause) {
      throw unexpected(path, expected, value, cause)
    }
  }
}

function unexpected(path: string, expected: string, value: unknown, cause?: unknown): MillraceError {
  const came = inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 }).slice(0, 80)
  return new MillraceError('BadConfig', `${path}: expected ${expected}, got ${came}`, { cause })
}

function unknownKey(path: string, name: string, known: readonly string[]): MillraceError {
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return new MillraceError('BadConfig', `${path}: expected one of ${known.join(', ')}${hint}`)
}
