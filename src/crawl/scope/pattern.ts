/** A person's --include and --exclude patterns: what may be written, and how it matches. */
import { MillraceError } from '../../model/index.ts'
import { compileGlob } from './glob.ts'
import type { Match } from './glob.ts'

/** Longest pattern taken, in characters. */
export const PATTERN_CHARS_MAX = 2000

/** A url key taken apart for matching. `path` is path and query, from the first slash after the host. */
export interface UrlParts {
  readonly host: string
  readonly path: string
}

/** A pattern ready to match. `host` is the host, or glob of hosts, it names; null where it holds for any host. */
export interface Pattern {
  readonly source: string
  readonly host: string | null
  matches(url: UrlParts): boolean
}

/**
 * Reads one pattern. `*` stands for any run of characters and all else for itself, so `?` is a plain question mark.
 * - `/blog/*` is held against path and query from first to last character;
 * - `https://docs.example.org/*` also names a host, in which `*` stays within the host; http and https are the same,
 *   and without a path the whole host is meant;
 * - anything else, such as `print=1`, matches anywhere in path and query.
 *
 * @throws MillraceError Usage when it is empty, too long, has a fragment or user name, or names no possible host.
 */
export function parsePattern(text: string): Pattern {
  const source = text.trim()
  if (source === '') throw unusable(text, 'is empty', 'write for example /blog/*')
  if (source.length > PATTERN_CHARS_MAX) {
    throw unusable(
      `${source.slice(0, 40)}...`,
      `has ${source.length} characters`,
      `use at most ${PATTERN_CHARS_MAX}`,
    )
  }
  if (source.includes('#'))
    throw unusable(source, 'has a fragment', 'leave out # and what follows: urls are compared without it')
  const absolute = /^([a-z*?]+):\/\/([^/?]*)([^]*)$/i.exec(source)
  if (absolute !== null) return hostPattern(source, absolute)
  const anchored = source.startsWith('/')
  const match = compileGlob(escape(source), { start: anchored, end: anchored })
  return { source, host: null, matches: ({ path }) => match(path) }
}

function hostPattern(source: string, [, scheme = '', authority = '', rest = '']: RegExpExecArray): Pattern {
  if (!/^https?$/i.test(scheme)) {
    throw unusable(
      source,
      `starts with ${scheme}://`,
      'start it with https:// (http is then meant too) or with /',
    )
  }
  const host = hostGlob(source, scheme, authority)
  const matchHost = compileGlob(host, { start: true, end: true })
  const matchPath = pathGlob(rest)
  return { source, host, matches: (url) => matchHost(url.host) && matchPath(url.path) }
}

function pathGlob(rest: string): Match {
  if (rest === '') return () => true
  return compileGlob(escape(rest.startsWith('/') ? rest : `/${rest}`), { start: true, end: true })
}

function hostGlob(source: string, scheme: string, authority: string): string {
  const advice = 'write a host as in https://docs.example.org/* or https://*.example.org/*'
  if (authority === '' || authority.includes('@')) throw unusable(source, 'names no host', advice)
  if (authority.includes('*')) {
    if (/^[a-z0-9.*:-]+$/i.test(authority)) return authority.toLowerCase()
    throw unusable(source, `names the impossible host "${authority}"`, advice)
  }
  const url = URL.parse(`${scheme}://${authority}/`)
  if (url === null) throw unusable(source, `names the impossible host "${authority}"`, advice)
  return url.host
}

/** Writes what a URL can not hold as the URL would: a person types /über/*, the url key has /%C3%BCber/. */
function escape(pattern: string): string {
  return pattern.toWellFormed().replace(/[^\x21-\x7e]+|["<>]/gu, encodeURIComponent)
}

function unusable(pattern: string, got: string, advice: string): MillraceError {
  return new MillraceError('Usage', `expected a URL pattern, but "${pattern}" ${got}; ${advice}`, {
    facts: { pattern },
  })
}
