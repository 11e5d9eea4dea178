/** What a page's body says: the part of a document that is read in it, and nothing of when and where it was fetched. */
import type { Json } from '../../../model/index.ts'
import type { Fingerprint } from '../../duplicates/index.ts'

/** Raised when the same raw body would yield another document. */
export const EXTRACTOR_VERSION = 2

/** What was read in one body. Times are milliseconds since 1970 in UTC; null where the page gives none. */
export interface Reading {
  /** The rel=canonical link as an http(s) url key. */
  readonly canonicalUrl: string | null
  /** '' when none. */
  readonly title: string
  /** The main content as plain text. */
  readonly text: string
  /** The main content as markdown. */
  readonly markdown: string
  /** The content as HTML where the source gives just that; null where the raw body is the HTML. */
  readonly html: string | null
  readonly description: string | null
  /** An absolute URL. */
  readonly leadImage: string | null
  readonly wordCount: number
  /** BCP 47, as declared. */
  readonly language: string | null
  readonly publishedAt: number | null
  readonly modifiedAt: number | null
  readonly authors: readonly string[]
  readonly categories: readonly string[]
  readonly tags: readonly string[]
  /** Url keys, in document order, each once. */
  readonly links: readonly string[]
  readonly metadata: Json
  /** Whether the page is nearly empty and looks as if scripts would fill it. */
  readonly needsJavascript: boolean
  /** Of the text. */
  readonly sha256: string
  /** Of the text: by which documents that nearly say the same are found. */
  readonly fingerprint: Fingerprint
  /** The EXTRACTOR_VERSION that read it. */
  readonly extractor: number
}
