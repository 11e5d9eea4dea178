/**
 * Paths made comparable for robots rules, after RFC 9309 section 2.2.2: what a rule and a URL may each write in several
 * ways (`~` and `%7E`, `ツ` and `%E3%83%84`, `%c3` and `%C3`) is brought to one. robots-parser does not do this, nor
 * does it always allow /robots.txt, and it ends a group at a Sitemap line; so the matcher is our own.
 */
import { compileGlob, type Match } from '../../scope/index.ts'

/** The path and query of a URL in comparable form. `*` and `$` are escaped, as rules give them a meaning. */
export function comparablePath(url: URL): string {
  return normalise(url.pathname + url.search)
    .replaceAll('*', '%2A')
    .replaceAll('$', '%24')
}

/** A rule's path compiled against comparable paths, and its length in octets, by which the most specific rule wins. */
export function compileRulePath(path: string): { readonly matches: Match; readonly octets: number } {
  const end = path.endsWith('$')
  const pattern = normalise(end ? path.slice(0, -1) : path).replaceAll('$', '%24')
  return { matches: compileGlob(pattern, { start: true, end }), octets: pattern.length + (end ? 1 : 0) }
}

function normalise(path: string): string {
  const query = path.indexOf('?')
  if (query < 0) return octets(path)
  // In a query ":", "/", "?" and "@" mean the same escaped or not (RFC 3986 section 3.4, second row of RFC 9309's table).
  const loosened = octets(path.slice(query)).replace(/%(?:3A|2F|3F|40)/g, decodeURIComponent)
  return octets(path.slice(0, query)) + loosened
}

function octets(path: string): string {
  return path
    .toWellFormed()
    .replace(/[^\x21-\x7e]+|["<>\\^`{|}]/gu, encodeURIComponent)
    .replace(/%[0-9a-f]{2}/gi, unescapeUnreserved)
}

function unescapeUnreserved(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
}
