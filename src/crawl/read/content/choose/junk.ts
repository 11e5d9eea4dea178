/** Which elements are not content, by what they are and by what they are called. */
import type { PageElement } from '../tree/index.ts'
import { bodyWeight, NAMED_BODY } from './body-names.ts'
import { judgeName, type NameVerdict } from './junk-names.ts'

const named = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements a reader of the page does not see, or sees as something other than text. */
const UNSEEN: ReadonlySet<string> = named(
  'noscript template svg select datalist object embed audio video canvas button input map iframe',
)
const EDGES: ReadonlySet<string> = named('nav footer dialog menu')
const BESIDE_ARTICLES: ReadonlySet<string> = named('aside form figcaption')
const ROLES: ReadonlySet<string> = named(
  'navigation banner contentinfo search dialog alertdialog toolbar menu menubar tablist tooltip',
)

/** An element with more than this share of the page's prose is not dropped for its name. */
const PROSE_SHARE_MAX = 0.4

/** What stands at the edge of a page may, on a short one, outweigh its content. */
const EDGE_SHARE_MAX = 0.8

/** On a page that is no article, an element that only asks for something is short or full of links. */
const ASKING_CHARS_MAX = 300
const ASKING_LINK_SHARE_MIN = 0.3

/** Whether nobody sees the element on the page. */
export function isUnseen(element: PageElement): boolean {
  return UNSEEN.has(element.name)
}

/** Whether the element is the sign at the end of a heading that links to it. */
export function isHeadingMark(element: PageElement): boolean {
  if (element.name !== 'a' || element.children.length !== 1) return false
  const [text] = element.children
  return typeof text === 'string' && /^\s*[¶#§🔗]\s*$/u.test(text) && element.attribute('href').includes('#')
}

/** Whether the element is hidden until a script or a click shows it, or is there for printing only. */
export function isHidden(element: PageElement): boolean {
  const { attributes } = element
  if (attributes.size === 0) return false
  if (attributes.has('hidden') || attributes.get('aria-hidden') === 'true') return true
  const style = attributes.get('style')
  if (style !== undefined && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)) return true
  const classes = attributes.get('class')
  // Bootstrap's way to say so: hidden at every width.
  return (
    classes !== undefined &&
    /(?:^|\s)d-none(?:\s|$)/.test(classes) &&
    !/(?:^|\s)d-(?:sm|md|lg|xl|xxl)-/.test(classes)
  )
}

/** Judges elements by name. Keeps what it found: a page repeats its class names. */
export class Junk {
  readonly #isArticle: boolean
  readonly #pageProse: number
  readonly #verdicts = new Map<string, NameVerdict>()

  /** `pageProse` is the prose of the whole page; elements must be measured. */
  constructor(isArticle: boolean, pageProse: number) {
    this.#isArticle = isArticle
    this.#pageProse = pageProse
  }

  /** Whether tag, role, class or id say that the element stands beside the content. */
  has(element: PageElement): boolean {
    const verdict = this.#judge(element)
    if (verdict === 'nothing') return false
    const { prose, chars, linkChars } = element.figures
    if (verdict === 'edge')
      return prose <= this.#pageProse * (holdsContent(element) ? PROSE_SHARE_MAX : EDGE_SHARE_MAX)
    if (prose > this.#pageProse * PROSE_SHARE_MAX) return false
    if (this.#isArticle) return bodyWeight(element) < NAMED_BODY
    return (chars < ASKING_CHARS_MAX || linkChars > chars * ASKING_LINK_SHARE_MIN) && !holdsContent(element)
  }

  #judge(element: PageElement): NameVerdict {
    const { name, attributes } = element
    if (EDGES.has(name) || (name === 'header' && isOfSite(element))) return 'edge'
    if (this.#isArticle && BESIDE_ARTICLES.has(name)) return 'beside articles'
    if (attributes.size === 0) return 'nothing'
    const role = attributes.get('role')
    if (role !== undefined && ROLES.has(role)) return 'edge'
    const byClass = this.#judgeName(attributes.get('class'))
    if (byClass !== 'nothing' || !this.#trustsId(element)) return byClass
    return this.#judgeName(attributes.get('id'))
  }

  /** Manuals make ids of their headings: a section "cookie-objects" is no notice about cookies. */
  #trustsId(element: PageElement): boolean {
    return (
      this.#isArticle || (element.name === 'div' && element.figures.linkChars > element.figures.chars * 0.5)
    )
  }

  #judgeName(text: string | undefined): NameVerdict {
    if (text === undefined || text === '') return 'nothing'
    let verdict = this.#verdicts.get(text)
    if (verdict === undefined) {
      verdict = judgeName(text)
      if (verdict === 'beside articles' && !this.#isArticle) verdict = 'nothing'
      this.#verdicts.set(text, verdict)
    }
    return verdict
  }
}

function isOfSite(header: PageElement): boolean {
  for (let element = header.parent; element !== null; element = element.parent) {
    if (element.name === 'article' || element.name === 'main' || element.name === 'section') return false
  }
  return true
}

function holdsContent(element: PageElement): boolean {
  return element.children.some(
    (child) =>
      typeof child !== 'string' && (/^(?:h1|article|main|pre)$/.test(child.name) || holdsContent(child)),
  )
}
