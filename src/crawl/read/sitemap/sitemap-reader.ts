/**
 * The XML forms of a sitemap (urlset, sitemapindex, RSS, Atom), read as they stream by. Elements are told apart by the
 * prefix of the root, not by the namespace: `image:loc` and `video:loc` are then other names than `loc`, and a sitemap
 * that writes every element as `sm:loc` is still read.
 */
import { type Attributes, parseDate, type TagReader } from '../html/index.ts'

/** An address as the file gives it, and the date beside it in milliseconds since 1970, or null. */
export interface Entry {
  readonly address: string
  readonly lastmod: number | null
}

/** Where an entry begins, and which of its elements hold its address and its dates, best first. */
interface Form {
  readonly entry: string
  readonly address: string
  readonly dates: readonly string[]
}

const SITEMAP_INDEX = 'sitemapindex'
const FORMS: ReadonlyMap<string, Form> = new Map([
  ['urlset', { entry: 'url', address: 'loc', dates: ['lastmod'] }],
  [SITEMAP_INDEX, { entry: 'sitemap', address: 'loc', dates: ['lastmod'] }],
  ['rss', { entry: 'item', address: 'link', dates: ['pubdate', 'dc:date'] }],
  ['rdf', { entry: 'item', address: 'link', dates: ['dc:date'] }],
  ['feed', { entry: 'entry', address: 'link', dates: ['updated', 'published'] }],
])

/** Collects the entries of one file; a file with any other root element has none. */
export class SitemapReader implements TagReader {
  readonly #onEntry: (entry: Entry) => void
  #root: string | null = null
  #prefix = ''
  #form: Form | undefined
  /** What the open entry holds so far, by element name; null between entries. */
  #values: Map<string, string> | null = null
  #element = ''
  #text = ''

  constructor(onEntry: (entry: Entry) => void) {
    this.#onEntry = onEntry
  }

  /** Whether the entries are sitemaps themselves. */
  isIndex(): boolean {
    return this.#root === SITEMAP_INDEX
  }

  wantsAttributes(): boolean {
    return this.#root === 'feed'
  }

  openTag(name: string, attributes: Attributes, selfClosing: boolean): void {
    if (this.#root === null) this.#openRoot(name.toLowerCase())
    const element = this.#localName(name)
    if (element === this.#form?.entry) this.#values = new Map()
    this.#element = selfClosing ? '' : element
    this.#text = ''
    if (this.#root === 'feed' && element === 'link') this.#readAtomLink(attributes)
  }

  text(piece: string): void {
    if (this.#values !== null && this.#element !== '') this.#text += piece
  }

  closeTag(name: string): void {
    const element = this.#localName(name)
    if (element === this.#element) this.#keep(element, this.#text.trim())
    this.#element = ''
    if (element === this.#form?.entry) this.#endEntry(this.#form)
  }

  #openRoot(name: string): void {
    const colon = name.indexOf(':')
    this.#root = name.slice(colon + 1)
    // The items of RSS 1.0 do not share the rdf: prefix of their root.
    this.#prefix = this.#root === 'rdf' ? '' : name.slice(0, colon + 1)
    this.#form = FORMS.get(this.#root)
  }

  #localName(name: string): string {
    const lower = name.toLowerCase()
    return this.#prefix !== '' && lower.startsWith(this.#prefix) ? lower.slice(this.#prefix.length) : lower
  }

  #readAtomLink(attributes: Attributes): void {
    const rel = attributes.get('rel') ?? 'alternate'
    if (rel === 'alternate') this.#keep('link', attributes.get('href') ?? '')
  }

  #keep(element: string, value: string): void {
    if (value !== '' && this.#values?.has(element) === false) this.#values.set(element, value)
  }

  #endEntry(form: Form): void {
    const address = this.#values?.get(form.address)
    const dates = form.dates.map((name) => this.#values?.get(name)).filter((date) => date !== undefined)
    this.#values = null
    if (address !== undefined) this.#onEntry({ address, lastmod: parseDate(dates[0] ?? '') })
  }
}
