/** Which elements are not content, by what they are and by what they are called. */
import type { PageElement } from '../tree/index.ts'
import { judgeName, type NameVerdict } from './junk-names.ts'

const named = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements a reader of the page does not see, or sees as something other than text. */
const UNSEEN: ReadonlySet<string> = named(
  'noscript template svg select datalist object embed audio video canvas button input map iframe',
)
const BESIDE_ANYTHING: ReadonlySet<string> = named('nav footer dialog menu')
const BESIDE_ARTICLES: ReadonlySet<string> = named('aside form figcaption')
const ROLES: ReadonlySet<string> = named(
  'navigation banner contentinfo complementary search dialog alertdialog toolbar menu menubar tablist tooltip',
)

/** Whether nobody sees the element on the page. */
export function isUnseen(element: PageElement): boolean {
  return UNSEEN.has(element.name)
}

/** Whether the element is hidden until a script or a click shows it. */
export function isHidden(element: PageElement): boolean {
  const { attributes } = element
  if (attributes.size === 0) return false
  if (attributes.has('hidden') || attributes.get('aria-hidden') === 'true') return true
  const style = attributes.get('style')
  return style !== undefined && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
}

/** Judges elements by name. Keeps what it found: a page repeats its class names. */
export class Junk {
  readonly #isArticle: boolean
  readonly #verdicts = new Map<string, NameVerdict>()

  constructor(isArticle: boolean) {
    this.#isArticle = isArticle
  }

  /** Whether tag, role, class or id say that the element stands beside the content. */
  has(element: PageElement): boolean {
    const { name, attributes } = element
    if (BESIDE_ANYTHING.has(name) || (this.#isArticle && BESIDE_ARTICLES.has(name))) return true
    if (name === 'header' && isOfSite(element)) return true
    if (attributes.size === 0) return false
    const role = attributes.get('role')
    if (role !== undefined && ROLES.has(role)) return true
    const verdict = this.#verdict(attributes.get('class') ?? '', attributes.get('id') ?? '')
    return verdict === 'beside anything' || (this.#isArticle && verdict === 'beside articles')
  }

  #verdict(className: string, id: string): NameVerdict {
    if (className === '' && id === '') return 'nothing'
    const key = `${className}\n${id}`
    let verdict = this.#verdicts.get(key)
    if (verdict === undefined) {
      verdict = judgeName(className, id)
      this.#verdicts.set(key, verdict)
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
