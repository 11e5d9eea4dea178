/** Addresses as they stand in the markup into absolute ones. */

/** Schemes a reader can follow; what else stands in a page (javascript:, data:) is no address. */
const FOLLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:', 'ftp:'])

const SCHEME = /^[a-z][a-z\d+.-]*:/i

/**
 * Resolves against the page's `<base>`, else against its own address. Where neither is absolute, as for a file that is
 * read without one, relative addresses stay as they are.
 */
export function resolver(pageUrl: string, baseHref: string | null): (href: string) => string | null {
  const page = URL.parse(pageUrl)
  const base = (baseHref === null ? null : URL.parse(baseHref, page?.href)) ?? page
  return (href) => {
    const trimmed = href.trim()
    if (trimmed === '') return null
    const url = base === null ? URL.parse(trimmed) : URL.parse(trimmed, base.href)
    if (url !== null) return FOLLOWED.has(url.protocol) ? url.href : null
    return base === null && !SCHEME.test(trimmed) ? trimmed : null
  }
}
