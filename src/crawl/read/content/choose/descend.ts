/** From the page down to the smallest element that holds its content. Both ways need a tree that is measured. */
import type { PageElement } from '../tree/index.ts'
import { bodyWeight, NAMED_BODY } from './body-names.ts'

/** An article's body is sought in a child that holds at least this share of its parent's prose, names weighed in. */
const SHARE_MIN = 0.75

/** On other pages no more than this many characters outside of links, dividers say, are left behind at one step. */
const LEFT_CHARS_MAX = 5

/** A main element counts as the author's word for the content from this share of the page's text. */
const MAIN_SHARE_MIN = 0.3

/** They are content as a whole or not at all. */
const WHOLE: ReadonlySet<string> = new Set('p ol dl blockquote pre li tr figure'.split(' '))

type Dropped = ReadonlySet<PageElement>

/** The element that holds nearly all of an article's prose. */
export function descendToArticle(root: PageElement, dropped: Dropped): PageElement {
  let top = root
  for (;;) {
    const best = most(top, dropped, (child) => child.figures.weighted)
    if (best === null || best.figures.weighted < top.figures.weighted * SHARE_MIN) return top
    const isNamed = bodyWeight(top) >= NAMED_BODY
    if (isNamed && best.figures.named < top.figures.prose * SHARE_MIN) return top
    if (WHOLE.has(best.name) && best.figures.named === 0) return top
    top = best
  }
}

/** The element that holds all text of a page but a few links around it. */
export function descendToAll(root: PageElement, dropped: Dropped): PageElement {
  let top = mainElement(root, dropped) ?? root
  for (;;) {
    const best = most(top, dropped, (child) => child.figures.chars)
    if (best === null || WHOLE.has(best.name) || /^h[1-6]$|^[uo]l$|^table$/.test(best.name)) return top
    const left = top.figures.chars - best.figures.chars - (top.figures.linkChars - best.figures.linkChars)
    if (left > LEFT_CHARS_MAX || top.figures.prose > best.figures.prose) return top
    top = best
  }
}

function mainElement(root: PageElement, dropped: Dropped): PageElement | null {
  let main: PageElement | null = null
  const visit = (element: PageElement): void => {
    for (const child of element.children) {
      if (typeof child === 'string' || dropped.has(child)) continue
      if (child.name === 'main' || child.attribute('role') === 'main') main ??= child
      else visit(child)
    }
  }
  visit(root)
  return main !== null && (main as PageElement).figures.chars >= root.figures.chars * MAIN_SHARE_MIN
    ? main
    : null
}

function most(
  element: PageElement,
  dropped: Dropped,
  figure: (child: PageElement) => number,
): PageElement | null {
  let best: PageElement | null = null
  for (const child of element.children) {
    if (typeof child === 'string' || dropped.has(child) || figure(child) === 0) continue
    if (best === null || figure(child) > figure(best)) best = child
  }
  return best
}
