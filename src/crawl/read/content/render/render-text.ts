/** Part of a page as plain text: paragraphs parted by a blank line, list items and table rows on lines of their own. */
import { BLOCK_GAPS, PageText } from '../../html/index.ts'
import type { Node, PageElement } from '../tree/index.ts'
import { areCodes } from './code-parts.ts'

/** The text of an element without what was dropped. */
export function renderText(top: PageElement, dropped: ReadonlySet<PageElement>): string {
  const text = new PageText(true)
  render(top, dropped, text)
  return text.finish()
}

function render(element: PageElement, dropped: ReadonlySet<PageElement>, text: PageText): void {
  const { name } = element
  const gap = BLOCK_GAPS.get(name)
  if (gap !== undefined) text.breakBlock(gap)
  open(name, text)
  let before: Node | null = null
  for (const child of element.children) {
    if (typeof child === 'string') text.add(child)
    else if (!dropped.has(child)) {
      if (name === 'pre' && areCodes(before, child)) text.add('\n')
      render(child, dropped, text)
    }
    before = child
  }
  close(name, text)
  if (gap !== undefined) text.breakBlock(gap)
}

function open(name: string, text: PageText): void {
  if (name === 'br') text.breakLine()
  else if (name === 'td' || name === 'th') text.openCell()
  else if (name === 'tr') text.openRow()
  else if (name === 'pre') text.openPreformatted()
}

function close(name: string, text: PageText): void {
  if (name === 'tr' || name === 'table') text.closeRow()
  else if (name === 'pre') text.closePreformatted()
}
