/** The identity of a URL and of a host. */
import { MillraceError } from './errors.ts'

/** The rule that made a url key; stored beside each key so that a later rule can tell its own from older ones. */
export const URL_KEY_VERSION = 1

/**
 * The url key: the WHATWG href without its fragment, and without user name and password, which are secrets and never
 * stored. Query order, trailing slash and case of the path stay as they are, because a server may tell them apart.
 */
export function urlKey(url: URL | string): string {
  const key = new URL(url)
  key.hash = ''
  key.username = ''
  key.password = ''
  return key.href
}

/**
 * The longest url key that is crawled, in characters, which are bytes: it is part of keys, and a key of Postgres ends at
 * 2,704 bytes. Sitemaps allow as much, and what is longer is a trap nearly always.
 */
export const URL_CHARS_MAX = 2_048

/** The host that paces fetching: `URL.host`, port included, scheme ignored. */
export function hostOf(url: URL | string): string {
  return new URL(url).host
}

/** Reads what a person typed as an absolute http(s) URL. @throws MillraceError BadUrl */
export function parseHttpUrl(text: string): URL {
  const url = URL.parse(text.trim())
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  const guess = looksLikeHost(text.trim()) ? `; did you mean https://${text.trim()} ?` : ''
  throw new MillraceError('BadUrl', `expected an http:// or https:// URL, got "${text}"${guess}`)
}

/** `example.com/a`, and also `localhost:8080`, which parses as a URL with the scheme `localhost:`. */
function looksLikeHost(text: string): boolean {
  return /^[^\s:/?#@]+(:\d+)?([/?#]|$)/.test(text) && URL.canParse(`https://${text}`)
}
