/** HTML into a reading: links and metadata of the whole page, and its main content. */
import { sha256 } from '../../../model/index.ts'
import { fingerprintOf } from '../../duplicates/index.ts'
import { extractContent } from '../content/index.ts'
import { decodeHtml, parsePage } from '../html/index.ts'
import { EXTRACTOR_VERSION, type Reading } from './reading.ts'

/** Reads the HTML of a page found at `url`; `contentType` is the header's value. Never throws, whatever the bytes. */
export function readHtml(body: Uint8Array, url: string, contentType: string | null): Reading {
  const { html } = decodeHtml(body, contentType ?? undefined)
  const page = parsePage(html, url)
  const content = extractContent(html, url)
  const { title, text, markdown, authors, description, leadImage, wordCount } = content
  return {
    canonicalUrl: page.canonicalUrl,
    title: title === '' ? page.title : wellFormed(title),
    text,
    markdown,
    html: null,
    description: description === null ? null : wellFormed(description),
    leadImage,
    wordCount,
    language: content.language ?? page.language,
    publishedAt: content.publishedAt ?? page.publishedAt,
    modifiedAt: content.modifiedAt ?? page.modifiedAt,
    authors: authors.length === 0 ? page.authors : authors,
    categories: [],
    tags: [],
    links: page.links.map((link) => link.url),
    metadata: { ...page.metadata },
    needsJavascript: page.needsJavascript,
    sha256: sha256(text),
    fingerprint: fingerprintOf(text),
    extractor: EXTRACTOR_VERSION,
  }
}

/** What JSON gives may hold NUL and halves of characters, which nobody who reads a document expects. */
function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd').trim()
}
