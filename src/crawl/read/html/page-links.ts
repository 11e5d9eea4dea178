/**
 * The links of a page as url keys. A page has 100 links and more, so each distinct href is resolved once, and the plain
 * relative ones, which the URL standard leaves as they are, by joining two strings: 0.04 us instead of 0.4 us. A
 * property test holds that short cut to the standard.
 */
import { urlKey } from '../../../model/index.ts'

/** Distinct links kept of one page, in document order; later ones are dropped. */
export const LINKS_MAX = 20_000

/** Longest url key taken as a link: RFC 9110 section 4.1 asks for 8,000 octets, and longer ones are traps. */
export const LINK_CHARS_MAX = 8192

/** A link of a page. `url` is an http(s) url key; `nofollow` holds only if every mention of it asks for it. */
export interface Link {
  readonly url: string
  readonly nofollow: boolean
}

/** Collects hrefs while the page streams by; they are resolved at the end because `<base>` may come late. */
export class PageLinks {
  readonly #hrefs = new Map<string, boolean>()
  #base: string | null = null

  /** `<base href>`: the first one counts. */
  setBase(href: string): void {
    this.#base ??= href
  }

  /** A link as it stands in the markup. */
  add(href: string, nofollow: boolean): void {
    const bare = withoutFragment(href)
    this.#hrefs.set(bare, nofollow && (this.#hrefs.get(bare) ?? true))
  }

  /** What relative links are relative to: the page's base, else its address; null where neither is http(s). */
  base(pageUrl: string): URL | null {
    const page = httpUrl(pageUrl, null)
    return (this.#base === null ? null : httpUrl(this.#base, page)) ?? page
  }

  /** All http(s) links, unique by url key, at most LINKS_MAX. */
  resolve(base: URL | null): Link[] {
    const resolveHref = resolver(base)
    const links = new Map<string, boolean>()
    for (const [href, nofollow] of this.#hrefs) {
      const url = resolveHref(href)
      if (url === null || url.length > LINK_CHARS_MAX) continue
      links.set(url, nofollow && (links.get(url) ?? true))
      if (links.size === LINKS_MAX) break
    }
    return [...links].map(([url, nofollow]) => ({ url, nofollow }))
  }
}

/** The url key of an href on a page, or null where it is not an http(s) URL. */
export function resolveLink(href: string, base: URL | null): string | null {
  const url = httpUrl(href, base)
  if (url === null) return null
  if (url.username !== '' || url.password !== '') return urlKey(url)
  const hash = url.href.indexOf('#')
  return hash < 0 ? url.href : url.href.slice(0, hash)
}

function withoutFragment(href: string): string {
  const hash = href.indexOf('#')
  if (hash < 0) return href
  // White space before a fragment is part of the path, while at the end it would be dropped: the "#" keeps its place.
  return href.slice(0, href.charCodeAt(hash - 1) <= 0x20 ? hash + 1 : hash)
}

function httpUrl(href: string, base: URL | null): URL | null {
  const url = base === null ? URL.parse(href) : URL.parse(href, base.href)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

// Segments that start with a letter, digit, "_", "~" or "-" can be no "." or "..", have no scheme and need no escape.
const PLAIN_PATH = /^[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*\/?(?:\?[\w.~=&%+,;:/@!*()$-]*)?$/

function resolver(base: URL | null): (href: string) => string | null {
  if (base === null) return (href) => resolveLink(href, null)
  const path = urlKey(base).split('?', 1)[0] ?? ''
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const root = path.slice(0, path.length - base.pathname.length + 1)
  return (href) => {
    if (PLAIN_PATH.test(href)) return folder + href
    if (href.startsWith('/') && PLAIN_PATH.test(href.slice(1))) return root + href.slice(1)
    return resolveLink(href, base)
  }
}
