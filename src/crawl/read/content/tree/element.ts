/** The tree of a page, as small as extraction needs it: elements, their attributes, and text between them. */
import type { Attributes } from '../../html/index.ts'
import { BLOCKS } from './element-kinds.ts'

/** Either an element or the text between two tags, entities decoded, white space as it stands in the markup. */
export type Node = PageElement | string

/** How much text an element holds, in characters that are not white space; CJK ones count for several. */
export interface Figures {
  /** All visible text. */
  chars: number
  /** That part of it that lies in links. */
  linkChars: number
  /** The text of what reads like paragraphs. */
  prose: number
  /** The same, multiplied where names or markup say that it is content. */
  weighted: number
  /** The prose of the largest element here, this one included, that is called the content. */
  named: number
}

/** One element. `name` is in lower case; the root, which stands for html and body, is called `#page`. */
export class PageElement {
  name: string
  readonly attributes: Attributes
  readonly parent: PageElement | null
  readonly depth: number
  readonly children: Node[] = []
  /** Whether an element that stands on lines of its own lies within. */
  holdsBlocks = false
  /** Filled in by whoever measures the tree, before anyone asks for it. */
  figures: Figures = { chars: 0, linkChars: 0, prose: 0, weighted: 0, named: 0 }

  constructor(name: string, attributes: Attributes, parent: PageElement | null) {
    this.name = name
    this.attributes = attributes
    this.parent = parent
    this.depth = parent === null ? 0 : parent.depth + 1
  }

  /** Whether the element stands on lines of its own. */
  get isBlock(): boolean {
    return BLOCKS.has(this.name)
  }

  /** The attribute's value, or '' where it has none. */
  attribute(name: string): string {
    return this.attributes.get(name) ?? ''
  }
}
