/** A sitemap's bytes to its addresses, whichever of the forms in use it has. */
import { decodeHtml, readTags } from '../html/index.ts'
import { URL_CHARS_MAX, urlKey } from '../../../model/index.ts'
import { inflate } from './inflate.ts'
import { SitemapReader } from './sitemap-reader.ts'
import type { Entry } from './sitemap-reader.ts'

/** Distinct addresses taken from one file: the sitemap protocol's own limit. */
export const SITEMAP_URLS_MAX = 50_000

/** A page a sitemap names. `url` is a url key; `lastmod` is milliseconds since 1970 in UTC, null if not given. */
export interface SitemapUrl {
  readonly url: string
  readonly lastmod: number | null
}

/** What a sitemap names, in its order and each once: pages, or in an index further sitemaps (as url keys). */
export interface Sitemap {
  readonly urls: readonly SitemapUrl[]
  readonly sitemaps: readonly string[]
}

/**
 * Reads a sitemap: urlset, sitemap index, RSS or Atom in XML, or one URL a line as plain text, each gzipped or not.
 * `url` is where it was found and serves errors only: relative addresses are skipped, as are those not http(s). What
 * is no sitemap at all (an HTML page, say) names nothing. Costs about 3 us an address and holds the file in memory.
 *
 * Source: https://www.sitemaps.org/protocol.html
 *
 * @throws MillraceError BodyTooLarge when a gzipped file unpacks to more than 50 MiB
 * @throws MillraceError BadEncoding when the gzip is torn
 */
export function parseSitemap(body: Uint8Array, url: string): Sitemap {
  const text = decodeHtml(inflate(body, url), undefined).html
  const found = new Map<string, number | null>()
  const isIndex = /^\s*</.test(text) ? readXml(text, found) : readLines(text, found)
  if (isIndex) return { urls: [], sitemaps: [...found.keys()] }
  return { urls: [...found].map(([url, lastmod]) => ({ url, lastmod })), sitemaps: [] }
}

function readXml(text: string, found: Map<string, number | null>): boolean {
  const reader = new SitemapReader((entry) => keep(entry, found))
  readTags(text, 'xml', reader)
  return reader.isIndex()
}

function readLines(text: string, found: Map<string, number | null>): boolean {
  for (const line of text.split(/[\r\n]+/)) {
    const address = line.trim()
    if (/^https?:\/\/\S+$/i.test(address)) keep({ address, lastmod: null }, found)
  }
  return false
}

function keep({ address, lastmod }: Entry, found: Map<string, number | null>): void {
  if (found.size >= SITEMAP_URLS_MAX) return
  const url = URL.parse(address)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return
  const key = urlKey(url)
  // The sitemap protocol allows no longer ones.
  if (key.length > URL_CHARS_MAX) return
  found.set(key, found.get(key) ?? lastmod)
}
