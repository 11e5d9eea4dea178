/**
 * Markup to tree in one pass over htmlparser2's tokens. Its own parser and handler are not used for the reason given in
 * read/html/tag-stream.ts: time that grows with the square of the nesting. Here nesting is cut at a depth, as browsers
 * do it, so whatever walks the tree later may do so by recursion, and every tag costs at most that many steps.
 */
import {
  type Attributes,
  ENDS_SVG,
  firstLanguage,
  MetadataReader,
  RAW_TEXT,
  readTags,
} from '../../html/index.ts'
import type { TagReader } from '../../html/index.ts'
import { CLOSES, ENDS_PARAGRAPH, HEADINGS, SCOPES, STRUCTURAL, TABLE_PARTS, VOID } from './element-kinds.ts'
import { PageElement } from './element.ts'

/** Deepest nesting kept. What is nested deeper becomes content of the element at this depth. */
export const TREE_DEPTH_MAX = 400

/** Elements kept of one page; the text of later ones is kept without them. */
export const ELEMENTS_MAX = 500_000

/** A page as a tree, and what its head says. */
export interface PageTree {
  /** Stands for html and body; head, scripts and styles are not in it. */
  readonly root: PageElement
  /** The first title element's text as it stands in the markup; null without one. */
  readonly title: string | null
  readonly metadata: MetadataReader
  /** The html element's lang, else its xml:lang. */
  readonly language: string | null
  /** The first base element's href. */
  readonly base: string | null
  /** The href of the first link that is called canonical. */
  readonly canonical: string | null
}

/** Reads markup, which must be well-formed Unicode. Never throws; linear in its length. */
export function buildTree(markup: string): PageTree {
  const builder = new TreeBuilder()
  readTags(markup, 'html', builder)
  return builder.finish()
}

/** Their attributes say nothing extraction asks for. */
const PLAIN: ReadonlySet<string> = new Set('br wbr tbody thead sub sup'.split(' '))

/** They are not elements of the tree: their content, where they have any, belongs to the page. */
const TRANSPARENT: ReadonlySet<string> = new Set(
  'html head body meta link base param source track col'.split(' '),
)

const NO_ATTRIBUTES: Attributes = new Map()

class TreeBuilder implements TagReader {
  readonly #root = new PageElement('#page', NO_ATTRIBUTES, null)
  readonly #metadata = new MetadataReader()
  /** How many elements of each name are open. */
  readonly #open = new Map<string, number>()
  #current: PageElement = this.#root
  #elements = 0
  /** Start tags that were too deep to be kept and whose end tags must not close others. */
  #overflow = 0
  #text = ''
  #raw = ''
  #rawText = ''
  #keepsRaw = false
  #title: string | null = null
  #language: string | null = null
  #base: string | null = null
  #canonical: string | null = null

  wantsAttributes(name: string): boolean {
    return !PLAIN.has(name)
  }

  isForeign(): boolean {
    return this.#isOpen('svg') && !this.#isOpen('foreignobject')
  }

  openTag(name: string, attributes: Attributes, selfClosing: boolean): void {
    if (RAW_TEXT.has(name) && !this.isForeign()) {
      this.#openRaw(name, attributes)
      return
    }
    if (name === 'meta') this.#metadata.addMeta(attributes)
    else if (name === 'html')
      this.#language ??= firstLanguage([attributes.get('lang'), attributes.get('xml:lang')])
    else if (name === 'base') this.#base ??= attributes.get('href') ?? null
    else if (name === 'link' && /\bcanonical\b/i.test(attributes.get('rel') ?? ''))
      this.#canonical ??= attributes.get('href') ?? null
    if (TRANSPARENT.has(name)) return
    this.#flush()
    this.#closeImplied(name)
    this.#push(name, attributes, selfClosing)
  }

  closeTag(name: string): void {
    if (this.#raw !== '') {
      if (name === this.#raw) this.#closeRaw()
      return
    }
    if (TRANSPARENT.has(name) || VOID.has(name)) return
    this.#flush()
    if (this.#overflow > 0) this.#overflow -= 1
    else if (HEADINGS.has(name)) this.#closeFirst(HEADINGS)
    else if (this.#isOpen(name)) this.#close(name)
  }

  text(piece: string): void {
    if (this.#raw === '') this.#text += piece
    else if (this.#keepsRaw) this.#rawText += piece
  }

  finish(): PageTree {
    if (this.#raw !== '') this.#closeRaw()
    this.#flush()
    return {
      root: this.#root,
      title: this.#title,
      metadata: this.#metadata,
      language: this.#language,
      base: this.#base,
      canonical: this.#canonical,
    }
  }

  #flush(): void {
    if (this.#text === '') return
    this.#current.children.push(this.#text)
    this.#text = ''
  }

  #openRaw(name: string, attributes: Attributes): void {
    this.#raw = name
    this.#rawText = ''
    const isJsonLd = name === 'script' && /^\s*application\/ld\+json/i.test(attributes.get('type') ?? '')
    const isText = name === 'xmp' || name === 'plaintext'
    this.#keepsRaw = isJsonLd || isText || (name === 'title' && this.#title === null)
  }

  #closeRaw(): void {
    const [name, text] = [this.#raw, this.#rawText]
    this.#raw = ''
    this.#rawText = ''
    if (!this.#keepsRaw) return
    if (name === 'title') this.#title = text
    else if (name === 'script') this.#metadata.addJsonLd(text)
    else this.#addPreformatted(text)
  }

  #addPreformatted(text: string): void {
    this.openTag('pre', NO_ATTRIBUTES, false)
    this.#text += text
    this.closeTag('pre')
  }

  #push(name: string, attributes: Attributes, selfClosing: boolean): void {
    const isLeaf = VOID.has(name) || (selfClosing && this.isForeign())
    const isTooDeep =
      this.#overflow > 0 || this.#current.depth >= TREE_DEPTH_MAX || this.#elements >= ELEMENTS_MAX
    if (isTooDeep) {
      if (!isLeaf) this.#overflow += 1
      this.#text += ' '
      return
    }
    this.#elements += 1
    const element = new PageElement(name, attributes, this.#current)
    this.#current.children.push(element)
    if (element.isBlock) noteBlock(element)
    if (isLeaf) return
    this.#current = element
    this.#open.set(name, (this.#open.get(name) ?? 0) + 1)
  }

  #closeImplied(name: string): void {
    if (this.#overflow > 0) return
    if (ENDS_SVG.has(name) && this.isForeign()) this.#close('svg')
    if (ENDS_PARAGRAPH.has(name) && this.#isOpen('p')) this.#closeParagraph()
    if (HEADINGS.has(name) && HEADINGS.has(this.#current.name)) this.#pop()
    const rule = CLOSES.get(name)
    if (rule !== undefined) this.#closeFirst(rule.open, rule.within)
  }

  /** A paragraph holds inline elements only, so the search for it ends at the first that gives structure. */
  #closeParagraph(): void {
    for (let element = this.#current; element !== this.#root; element = element.parent ?? this.#root) {
      if (element.name === 'p') this.#popThrough(element)
      if (STRUCTURAL.has(element.name)) return
    }
  }

  #closeFirst(names: ReadonlySet<string>, within: ReadonlySet<string> = SCOPES): void {
    for (let element = this.#current; element !== this.#root; element = element.parent ?? this.#root) {
      if (names.has(element.name)) this.#popThrough(element)
      if (names.has(element.name) || within.has(element.name)) return
    }
  }

  #close(name: string): void {
    const isInline = !STRUCTURAL.has(name) && name !== 'svg'
    for (let element = this.#current; element !== this.#root; element = element.parent ?? this.#root) {
      if (element.name === name) {
        this.#popThrough(element)
        return
      }
      if (isInline && STRUCTURAL.has(element.name)) break
      if (!TABLE_PARTS.has(name) && SCOPES.has(element.name)) break
      // A table's own parts do not reach out of an inner table.
      if (element.name === 'table' && name !== 'table') break
    }
    if (name === 'a') this.#unlink()
  }

  /** `<a name=x>` around blocks that is closed inside one of them: what follows must not count as part of the link. */
  #unlink(): void {
    for (let element = this.#current; element !== this.#root; element = element.parent ?? this.#root) {
      if (element.name !== 'a') continue
      this.#count('a', -1)
      this.#count('span', 1)
      element.name = 'span'
      return
    }
  }

  #popThrough(last: PageElement): void {
    while (this.#current !== last) this.#pop()
    this.#pop()
  }

  #pop(): void {
    this.#count(this.#current.name, -1)
    this.#current = this.#current.parent ?? this.#root
  }

  #count(name: string, change: number): void {
    this.#open.set(name, (this.#open.get(name) ?? 0) + change)
  }

  #isOpen(name: string): boolean {
    return (this.#open.get(name) ?? 0) > 0
  }
}

/** Each ancestor is noted once, so all of this is linear. */
function noteBlock(block: PageElement): void {
  for (let element = block.parent; element !== null && !element.holdsBlocks; element = element.parent)
    element.holdsBlocks = true
}
