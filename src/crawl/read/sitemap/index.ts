/**
 * sitemap turns the bytes of a sitemap, in any of the forms in use, into page addresses and further sitemaps. It
 * promises bounded memory and output whatever the file claims to be, and only http(s) url keys. It never fetches and
 * never follows an index by itself.
 */
export { parseSitemap } from './parse-sitemap.ts'
export type { Sitemap, SitemapUrl } from './parse-sitemap.ts'
