/** What a page says about itself in meta tags and JSON-LD, and the few facts a document takes from it. */
import type { Json } from '../../../model/index.ts'
import { jsonLdAuthors, jsonLdNodes, jsonLdTexts, parseJsonLd } from './json-ld.ts'
import { collapse } from './page-text.ts'
import { parseDate } from './parse-date.ts'
import type { Attributes } from './tag-stream.ts'

/** Distinct meta names, and distinct properties, kept of one page. */
export const META_NAMES_MAX = 1000

/** Characters kept of one meta value. */
export const META_CHARS_MAX = 16 * 1024

/** Authors kept of one page. */
export const AUTHORS_MAX = 100

/** A page's metadata as it stands in the markup; a `Json` value. */
export type PageMetadata = {
  /** Each JSON-LD script that could be parsed, in document order. */
  readonly jsonLd: readonly Json[]
  /** How many JSON-LD scripts could not. */
  readonly jsonLdBroken: number
  /** `property` metas (og:, article: ...); a list where a property is repeated. */
  readonly openGraph: Readonly<Record<string, string | readonly string[]>>
  /** `name` and `http-equiv` metas by lower-case name; the first of a name counts. */
  readonly meta: Readonly<Record<string, string>>
}

/** Facts read from the metadata. Times are milliseconds since 1970 in UTC, null where none is given or readable. */
export interface MetadataFacts {
  readonly publishedAt: number | null
  readonly modifiedAt: number | null
  /** Trimmed, unique, in order of trust: JSON-LD, meta author, article:author. */
  readonly authors: readonly string[]
  /** A BCP 47 language tag as the page's metas give it. */
  readonly language: string | null
  readonly robotsNoindex: boolean
  readonly robotsNofollow: boolean
}

const PUBLISHED = [
  'article:published_time',
  'article:published',
  'datepublished',
  'date',
  'pubdate',
  'publishdate',
  'publish-date',
  'publish_date',
  'publication_date',
  'parsely-pub-date',
  'sailthru.date',
  'citation_publication_date',
  'dc.date.issued',
  'dcterms.issued',
  'dc.date.created',
  'dcterms.created',
  'dc.date',
  'dcterms.date',
]
const MODIFIED = [
  'article:modified_time',
  'og:updated_time',
  'datemodified',
  'last-modified',
  'dc.date.modified',
  'dcterms.modified',
  'revised',
]

/** Names by which publishing systems give an author where the two that count for all pages are missing. */
const FURTHER_AUTHORS = [
  'parsely-author',
  'sailthru.author',
  'dc.creator',
  'dcterms.creator',
  'citation_author',
  'byl',
]

/** Collects meta tags and JSON-LD scripts as the page streams by. */
export class MetadataReader {
  readonly #meta = new Map<string, string>()
  readonly #properties = new Map<string, string[]>()
  readonly #jsonLd: Json[] = []
  #jsonLdBroken = 0
  #robots = ''

  /** A `<meta>` tag. */
  addMeta(attributes: Attributes): void {
    const content = attributes.get('content')?.slice(0, META_CHARS_MAX)
    if (content === undefined) return
    const property = attributes.get('property')?.trim()
    const name = attributes.get('name') ?? attributes.get('http-equiv') ?? attributes.get('itemprop')
    if (property !== undefined && property !== '') this.#addProperty(property, content)
    else if (name !== undefined && name.trim() !== '') this.#addNamed(name.trim(), content)
  }

  /** The text of an `application/ld+json` script. */
  addJsonLd(script: string): void {
    const value = parseJsonLd(script)
    if (value === undefined) this.#jsonLdBroken += 1
    else this.#jsonLd.push(value)
  }

  /** The og:title, for pages without a title of their own. */
  title(): string {
    return this.texts('og:title')[0] ?? ''
  }

  metadata(): PageMetadata {
    return {
      jsonLd: this.#jsonLd,
      jsonLdBroken: this.#jsonLdBroken,
      // fromEntries defines each name as an own property, so a page can not reach a prototype by "__proto__".
      openGraph: Object.fromEntries([...this.#properties].map(single)),
      meta: Object.fromEntries(this.#meta),
    }
  }

  /** `headerTime` is the `<time datetime>` of the article's header, the last resort for a date. */
  facts(headerTime: string | null): MetadataFacts {
    const nodes = jsonLdNodes(this.#jsonLd)
    const published = [...jsonLdTexts(nodes, 'datePublished'), ...this.texts(...PUBLISHED), headerTime ?? '']
    const modified = [...jsonLdTexts(nodes, 'dateModified'), ...this.texts(...MODIFIED)]
    const named = [...jsonLdAuthors(nodes), ...this.#names('author', 'article:author')]
    const directives = new Set(this.#robots.toLowerCase().split(/[\s,]+/))
    return {
      publishedAt: firstDate(published),
      modifiedAt: firstDate(modified),
      authors: unique(named.length > 0 ? named : this.#names(...FURTHER_AUTHORS)),
      language: firstLanguage(this.texts('content-language', 'og:locale')),
      robotsNoindex: directives.has('noindex') || directives.has('none'),
      robotsNofollow: directives.has('nofollow') || directives.has('none'),
    }
  }

  #addProperty(property: string, content: string): void {
    const values = this.#properties.get(property)
    if (values !== undefined) {
      if (values.length < META_NAMES_MAX) values.push(content)
    } else if (this.#properties.size < META_NAMES_MAX) this.#properties.set(property, [content])
  }

  #addNamed(name: string, content: string): void {
    const lower = name.toLowerCase()
    if (lower === 'robots') this.#robots += `,${content}`
    // Many sites write Open Graph with name= where it asks for property=.
    if (/^(?:og|article):/.test(lower)) this.#addProperty(lower, content)
    else if (!this.#meta.has(lower) && this.#meta.size < META_NAMES_MAX) this.#meta.set(lower, content)
  }

  /** Some sites put the address of a profile where the name belongs. */
  #names(...metas: readonly string[]): string[] {
    return this.texts(...metas).filter((name) => !/^\s*(?:https?:)?\/\//i.test(name))
  }

  /** The contents given under these names, metas and properties alike, in the order of the names. */
  texts(...names: readonly string[]): string[] {
    return names.flatMap((name) => this.#properties.get(name) ?? this.#meta.get(name) ?? [])
  }
}

/** A property given once is its value, one given more often the list of its values. */
function single([name, values]: readonly [string, readonly string[]]): [string, string | readonly string[]] {
  return [name, values.length > 1 ? values : (values[0] ?? '')]
}

/** The first text that is a language tag; "en_US" and "de, en" are read as they are meant. */
export function firstLanguage(texts: readonly (string | undefined)[]): string | null {
  for (const text of texts) {
    const tag = (text ?? '').split(',', 1)[0]?.trim().replaceAll('_', '-') ?? ''
    if (tag.length <= 35 && /^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/i.test(tag)) return tag
  }
  return null
}

function firstDate(texts: readonly string[]): number | null {
  for (const text of texts) {
    const at = parseDate(text)
    if (at !== null) return at
  }
  return null
}

function unique(names: readonly string[]): string[] {
  const clean = names.map(collapse).filter((name) => name !== '')
  return [...new Set(clean)].slice(0, AUTHORS_MAX)
}
