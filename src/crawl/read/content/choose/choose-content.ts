/** Which part of a page is its content: what is beside it is dropped, then the part that holds nearly all prose is sought. */
import type { PageElement } from '../tree/index.ts'
import { bodyWeight, NAMED_BODY } from './body-names.ts'
import { isHidden, isUnseen, Junk } from './junk.ts'
import { measure } from './measure.ts'

/** The part of a page that is its content, and what within it is not. */
export interface Choice {
  readonly top: PageElement
  readonly dropped: Set<PageElement>
}

/** An element with more than this share of the page's prose is never dropped for its name. */
const NAME_SHARE_MAX = 0.4

/** The search goes down into a child that holds at least this share of its parent's prose. */
const DESCEND_SHARE_MIN = 0.75

/** The same on pages that do not say they are articles: what is left behind there may be content too. */
const DESCEND_SHARE_MIN_ELSEWHERE = 0.95

/** Chooses the content of a page. */
export function chooseContent(root: PageElement, isArticle: boolean): Choice {
  const dropped = new Set<PageElement>()
  walk(root, (element) => {
    if (!isUnseen(element) && !isHidden(element)) return true
    dropped.add(element)
    return false
  })
  measure(root, dropped)
  const junk = new Junk(isArticle)
  const { prose } = root.figures
  walk(root, (element) => {
    if (dropped.has(element)) return false
    if (!junk.has(element) || element.figures.prose > prose * NAME_SHARE_MAX || holdsPost(element))
      return true
    dropped.add(element)
    return false
  })
  measure(root, dropped)
  return { top: descend(root, dropped, isArticle ? DESCEND_SHARE_MIN : DESCEND_SHARE_MIN_ELSEWHERE), dropped }
}

/** Posts of other sites are quoted in boxes called "social"; those quotes belong to the text. */
function holdsPost(element: PageElement): boolean {
  return element.children.some(
    (child) => typeof child !== 'string' && child.name === 'blockquote' && child.attributes.size > 0,
  )
}

/** They are content as a whole or not at all. */
const WHOLE: ReadonlySet<string> = new Set('p ol dl blockquote pre li tr figure'.split(' '))

function descend(root: PageElement, dropped: ReadonlySet<PageElement>, shareMin: number): PageElement {
  let top = root
  for (;;) {
    const best = heaviest(top, dropped)
    if (best === null || best.figures.weighted < top.figures.weighted * shareMin) return top
    const isNamed = bodyWeight(top) >= NAMED_BODY
    if (isNamed && best.figures.named < top.figures.prose * shareMin) return top
    if (WHOLE.has(best.name) && best.figures.named === 0) return top
    top = best
  }
}

function heaviest(element: PageElement, dropped: ReadonlySet<PageElement>): PageElement | null {
  let best: PageElement | null = null
  for (const child of element.children) {
    if (typeof child === 'string' || dropped.has(child) || child.figures.weighted === 0) continue
    if (best === null || child.figures.weighted > best.figures.weighted) best = child
  }
  return best
}

/** Visits the elements below this one in document order; those below an element only where `enter` says so. */
export function walk(element: PageElement, enter: (element: PageElement) => boolean): void {
  for (const child of element.children) {
    if (typeof child !== 'string' && enter(child)) walk(child, enter)
  }
}
