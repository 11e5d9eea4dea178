/** Which part of a page is its content: what is beside it is dropped, then the part that holds the rest is sought. */
import type { PageElement } from '../tree/index.ts'
import { descendToArticle, descendToAll } from './descend.ts'
import { isHeadingMark, isHidden, isUnseen, Junk } from './junk.ts'
import { measure } from './measure.ts'

/** The part of a page that is its content, and what within it is not. */
export interface Choice {
  readonly top: PageElement
  readonly dropped: Set<PageElement>
}

/** A page with less text than this, in characters, once hidden parts are left out may have its content in them. */
const SHOWN_CHARS_MIN = 200

/** Where names leave less than this share of an article's prose, they can not mean what they mean elsewhere. */
const LEFT_SHARE_MIN = 0.1

/** Chooses the content of a page. An article is its body alone; any other page is all that no rule calls beside it. */
export function chooseContent(root: PageElement, isArticle: boolean): Choice {
  const unseen = dropUnseen(root)
  const { prose } = root.figures
  let dropped = dropJunk(root, unseen, new Junk(isArticle, prose))
  if (root.figures.prose < prose * LEFT_SHARE_MIN) {
    measure(root, unseen)
    dropped = dropJunk(root, unseen, new Junk(false, prose))
  }
  return { top: isArticle ? descendToArticle(root, dropped) : descendToAll(root, dropped), dropped }
}

function dropJunk(root: PageElement, unseen: ReadonlySet<PageElement>, junk: Junk): Set<PageElement> {
  const dropped = new Set(unseen)
  walk(root, (element) => {
    if (dropped.has(element)) return false
    if (!junk.has(element) || quotesPost(element)) return true
    dropped.add(element)
    return false
  })
  measure(root, dropped)
  return dropped
}

/** What of a page nobody reads; the tree is measured without it. */
export function dropUnseen(root: PageElement): Set<PageElement> {
  const shown = dropWhere(root, (element) => isNoText(element) || isHidden(element))
  if (root.figures.chars >= SHOWN_CHARS_MIN) return shown
  const chars = root.figures.chars
  const all = dropWhere(root, isNoText)
  return root.figures.chars > chars * 2
    ? all
    : dropWhere(root, (element) => isNoText(element) || isHidden(element))
}

function isNoText(element: PageElement): boolean {
  return isUnseen(element) || isHeadingMark(element)
}

function dropWhere(root: PageElement, drops: (element: PageElement) => boolean): Set<PageElement> {
  const dropped = new Set<PageElement>()
  walk(root, (element) => {
    if (!drops(element)) return true
    dropped.add(element)
    return false
  })
  measure(root, dropped)
  return dropped
}

/** Posts of other sites are quoted in boxes called "social"; those quotes belong to the text. */
function quotesPost(element: PageElement): boolean {
  return element.children.some(
    (child) => typeof child !== 'string' && child.name === 'blockquote' && child.attributes.size > 0,
  )
}

/** Visits the elements below this one in document order; those below an element only where `enter` says so. */
export function walk(element: PageElement, enter: (element: PageElement) => boolean): void {
  for (const child of element.children) {
    if (typeof child !== 'string' && enter(child)) walk(child, enter)
  }
}
