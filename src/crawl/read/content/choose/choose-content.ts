/** Which part of a page is its content: what is beside it is dropped, and then the part that holds nearly all prose is sought. */
import type { PageElement } from '../tree/index.ts'
import { isUnseen, looksLikeJunk } from './junk.ts'
import { measure } from './measure.ts'

/** The part of a page that is its content, and what within it is not. */
export interface Choice {
  readonly top: PageElement
  readonly dropped: ReadonlySet<PageElement>
}

/** An element with more than this share of the page's prose is never dropped for its name. */
const NAME_SHARE_MAX = 0.4

/** The search goes down into a child that holds at least this share of its parent's prose. */
const DESCEND_SHARE_MIN = 0.75

/** Chooses the content of a page. */
export function chooseContent(root: PageElement): Choice {
  const dropped = new Set<PageElement>()
  walk(root, (element) => {
    if (!isUnseen(element)) return true
    dropped.add(element)
    return false
  })
  measure(root, dropped)
  const { prose } = root.figures
  walk(root, (element) => {
    if (dropped.has(element)) return false
    if (element === root || !looksLikeJunk(element) || element.figures.prose > prose * NAME_SHARE_MAX)
      return true
    dropped.add(element)
    return false
  })
  measure(root, dropped)
  return { top: descend(root, dropped), dropped }
}

function descend(root: PageElement, dropped: ReadonlySet<PageElement>): PageElement {
  let top = root
  for (;;) {
    let best: PageElement | null = null
    for (const child of top.children) {
      if (typeof child === 'string' || dropped.has(child)) continue
      if (best === null || child.figures.prose > best.figures.prose) best = child
    }
    if (
      best === null ||
      best.figures.prose < top.figures.prose * DESCEND_SHARE_MIN ||
      best.figures.prose === 0
    )
      return top
    if (best.name === 'p' || best.name === 'li' || best.name === 'tr') return top
    top = best
  }
}

function walk(element: PageElement, enter: (element: PageElement) => boolean): void {
  for (const child of element.children) {
    if (typeof child !== 'string' && enter(child)) walk(child, enter)
  }
}
