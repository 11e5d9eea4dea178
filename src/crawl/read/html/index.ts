/**
 * html turns the bytes of a page into text, links and metadata, in one streaming pass. It promises never to throw and
 * never to take more than time in proportion to the page's length, whatever a server sends, and that every link is an
 * http(s) url key. It never fetches, never builds a tree and never judges what on the page is the main content.
 */
export { decodeHtml } from './decode-html.ts'
export type { DecodedHtml } from './decode-html.ts'
export { parsePage } from './parse-page.ts'
export type { ParsedPage } from './parse-page.ts'
export type { Link } from './page-links.ts'
export type { PageMetadata } from './page-metadata.ts'
export { jsonLdNodes } from './json-ld.ts'
export type { JsonLdNode } from './json-ld.ts'
export { firstLanguage, MetadataReader } from './page-metadata.ts'
export { BLOCK_GAPS, ENDS_SVG, RAW_TEXT } from './page-elements.ts'
export { collapse, PageText } from './page-text.ts'
export { parseDate } from './parse-date.ts'
export { readTags } from './tag-stream.ts'
export type { Attributes, TagReader } from './tag-stream.ts'
