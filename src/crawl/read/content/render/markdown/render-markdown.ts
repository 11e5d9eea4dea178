/** Part of a page as markdown: CommonMark with the tables of GitHub. */
import type { PageElement } from '../../tree/index.ts'
import { BlockWriter } from './block-writer.ts'
import { escapeLineStart } from './escape.ts'
import { fenceOf } from './code-block.ts'
import { writeInline } from './inline.ts'
import { InlineRun } from './inline-run.ts'
import type { Rendering } from './rendering.ts'
import { isDataTable, tableLines } from './table.ts'

/** The markdown of an element without what was dropped. */
export function renderMarkdown(top: PageElement, rendering: Rendering): string {
  const renderer = new Renderer(rendering)
  renderer.element(top)
  return renderer.finish()
}

/** Made of what is no list marker, or "- - ---" would be one long rule. */
const RULE = '___'

class Renderer {
  readonly #rendering: Rendering
  readonly #writer = new BlockWriter()
  #listDepth = 0
  /** The bullet of the list written last, where nothing was written since: a list right after it takes the other. */
  #lastList = ''

  constructor(rendering: Rendering) {
    this.#rendering = rendering
  }

  finish(): string {
    return this.#writer.finish()
  }

  element(element: PageElement): void {
    const { name } = element
    if (name === 'pre' || name === 'listing' || name === 'xmp') this.#block(fenceOf(element))
    else if (name === 'ul' || name === 'ol' || name === 'menu' || name === 'dir') this.#list(element)
    else if (name === 'blockquote') this.#quote(element)
    else if (name === 'table') this.#table(element)
    else if (name === 'hr') this.#block([RULE])
    else if (/^h[1-6]$/.test(name) && !element.holdsBlocks) this.#heading(element)
    else if (element.holdsBlocks) this.#children(element)
    else this.#paragraph([element])
  }

  /** Blocks one by one; the text between them as paragraphs. */
  #children(element: PageElement): void {
    let inline: (PageElement | string)[] = []
    for (const child of element.children) {
      const isText = typeof child === 'string'
      if (!isText && this.#rendering.dropped.has(child)) continue
      if (isText || !(child.isBlock || child.holdsBlocks)) {
        inline.push(child)
        continue
      }
      this.#paragraph(inline)
      inline = []
      this.element(child)
    }
    this.#paragraph(inline)
  }

  #paragraph(nodes: readonly (PageElement | string)[]): void {
    if (nodes.length === 0) return
    for (const text of this.#inline(nodes).split(/\n{2,}/)) this.#block(linesOf(text))
  }

  #heading(element: PageElement): void {
    const text = this.#inline([element]).replace(/\n+/g, ' ')
    const level = Number(element.name.charAt(1))
    // A run of # at the end would be read as the heading's closing.
    if (text !== '') this.#block([`${'#'.repeat(level)} ${text.replace(/(^|\s)(#+)$/, String.raw`$1\$2`)}`])
  }

  #inline(nodes: readonly (PageElement | string)[]): string {
    const run = new InlineRun()
    for (const node of nodes) writeInline(node, run, this.#rendering)
    return run.finish()
  }

  #quote(element: PageElement): void {
    this.#lastList = ''
    this.#writer.quote(() => {
      this.#children(element)
    })
    this.#lastList = ''
  }

  #list(list: PageElement): void {
    const isOrdered = list.name === 'ol'
    const sign = isOrdered ? (this.#lastList === '.' ? ')' : '.') : this.#lastList === '-' ? '*' : '-'
    let number = isOrdered ? startOf(list) : 0
    let isFirst = true
    for (const child of list.children) {
      if (typeof child === 'string') {
        if (child.trim() !== '') this.#paragraph([child])
      } else if (this.#rendering.dropped.has(child)) continue
      else if (child.name === 'li') {
        // Within a paragraph only a list that begins with 1 would be taken for one.
        const isParted = isFirst && (this.#listDepth === 0 || (isOrdered && number !== 1))
        if (this.#item(child, isOrdered ? `${number}${sign} ` : `${sign} `, isParted)) isFirst = false
        number += 1
      } else this.element(child)
    }
    this.#lastList = sign
  }

  #item(item: PageElement, marker: string, isParted: boolean): boolean {
    this.#listDepth += 1
    this.#lastList = ''
    const isWritten = this.#writer.item(marker, isParted, () => {
      this.#children(item)
    })
    this.#listDepth -= 1
    return isWritten
  }

  #table(table: PageElement): void {
    if (!isDataTable(table, this.#rendering.dropped)) {
      this.#children(table)
      return
    }
    for (const child of table.children) {
      if (typeof child !== 'string' && child.name === 'caption' && !this.#rendering.dropped.has(child))
        this.element(child)
    }
    this.#block(tableLines(table, (cell) => this.#inline([cell]), this.#rendering.dropped))
  }

  #block(lines: readonly string[]): void {
    this.#writer.block(lines)
    this.#lastList = ''
  }
}

function linesOf(text: string): string[] {
  if (text === '') return []
  const lines = text.split('\n').map(escapeLineStart)
  return lines.map((line, index) => (index < lines.length - 1 ? `${line}\\` : line))
}

/** Numbers CommonMark allows in front of an item. */
const NUMBER_MAX = 999_999_999

function startOf(list: PageElement): number {
  const start = Number(list.attribute('start') || 1)
  return Number.isInteger(start) && start >= 0 && start + list.children.length <= NUMBER_MAX ? start : 1
}
