/**
 * Markup as a stream of tags and text, straight from htmlparser2's tokenizer. Its Parser is not used: it keeps the
 * open elements in an array it shifts at the front, so 100,000 nested tags with as many stray end tags took 6.8 s,
 * and a page could hang a worker. Without the stack every page costs time in proportion to its length, and half of it.
 */
import { Tokenizer } from 'htmlparser2'
import type { TokenizerCallbacks } from 'htmlparser2'

/** Attributes of one tag, entities decoded; of a repeated name the first counts. */
export type Attributes = ReadonlyMap<string, string>

/** What a reader of tags answers to. End tags need not match start tags: closing implied elements is its own affair. */
export interface TagReader {
  /** Whether the attributes of a tag with this name are worth decoding; without it `openTag` sees none. */
  wantsAttributes(name: string): boolean
  openTag(name: string, attributes: Attributes, selfClosing: boolean): void
  closeTag(name: string): void
  /** A piece of text, entities decoded. One run of text may arrive in many pieces. */
  text(piece: string): void
  /** HTML only: whether the place is inside svg or math, where script, style and title hold ordinary markup. */
  isForeign?(): boolean
}

/** HTML lower-cases names and knows raw-text elements; XML does neither and passes CDATA on as text. */
export type Dialect = 'html' | 'xml'

/** Reads the whole markup to its end. Never throws by itself, whatever the markup; linear in its length. */
export function readTags(markup: string, dialect: Dialect, reader: TagReader): void {
  const tokenizer = new Tokenizer({ xmlMode: dialect === 'xml' }, new TagStream(markup, dialect, reader))
  tokenizer.write(markup)
  tokenizer.end()
}

const NO_ATTRIBUTES: Attributes = new Map()

class TagStream implements TokenizerCallbacks {
  readonly #markup: string
  readonly #isHtml: boolean
  readonly #reader: TagReader
  #tag = ''
  #attributes: Map<string, string> | null = null
  #attribute = ''
  #value = ''

  constructor(markup: string, dialect: Dialect, reader: TagReader) {
    this.#markup = markup
    this.#isHtml = dialect === 'html'
    this.#reader = reader
  }

  isInForeignContext(): boolean {
    return this.#reader.isForeign?.() ?? false
  }

  ontext(start: number, end: number): void {
    if (start < end) this.#reader.text(this.#markup.slice(start, end))
  }

  ontextentity(codePoint: number): void {
    this.#reader.text(String.fromCodePoint(codePoint))
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#name(start, end)
    this.#attributes = this.#reader.wantsAttributes(this.#tag) ? new Map() : null
  }

  onattribname(start: number, end: number): void {
    if (this.#attributes !== null) this.#attribute = this.#name(start, end)
  }

  onattribdata(start: number, end: number): void {
    if (this.#attributes !== null) this.#value += this.#markup.slice(start, end)
  }

  onattribentity(codePoint: number): void {
    if (this.#attributes !== null) this.#value += String.fromCodePoint(codePoint)
  }

  onattribend(): void {
    if (this.#attributes === null) return
    if (!this.#attributes.has(this.#attribute)) this.#attributes.set(this.#attribute, this.#value)
    this.#value = ''
  }

  onopentagend(): void {
    this.#reader.openTag(this.#tag, this.#attributes ?? NO_ATTRIBUTES, false)
  }

  onselfclosingtag(): void {
    this.#reader.openTag(this.#tag, this.#attributes ?? NO_ATTRIBUTES, true)
  }

  onclosetag(start: number, end: number): void {
    this.#reader.closeTag(this.#name(start, end))
  }

  oncdata(start: number, end: number, endOffset: number): void {
    if (!this.#isHtml) this.ontext(start, end - endOffset)
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #name(start: number, end: number): string {
    const name = this.#markup.slice(start, end)
    return this.#isHtml ? name.toLowerCase() : name
  }
}
