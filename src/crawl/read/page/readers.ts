/** Which bodies can be read, and by what: one table, so that another kind of page is one line. */
import { readHtml } from './read-html.ts'
import type { Reading } from './reading.ts'

/** Reads one body of a page found at `url`. */
export type BodyReader = (body: Uint8Array, url: string, contentType: string | null) => Reading

/** By media type; '' is an answer that names none. */
const READERS: Readonly<Record<string, BodyReader>> = {
  '': readHtml,
  'text/html': readHtml,
  'application/xhtml+xml': readHtml,
}

/** The reader for a content type as a header gives it; undefined when such a body is not read. */
export function readerOf(contentType: string | null | undefined): BodyReader | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return Object.hasOwn(READERS, type) ? READERS[type] : undefined
}
