/** Which elements are not content by what they are called. */
import type { PageElement } from '../tree/index.ts'

const named = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements a reader of the page does not see, or sees as something other than text. */
const UNSEEN: ReadonlySet<string> = named(
  'noscript template svg select datalist object embed audio video canvas button input map link meta',
)
const APART: ReadonlySet<string> = named('nav footer aside form dialog menu')
const ROLES: ReadonlySet<string> = named(
  'navigation banner contentinfo complementary search dialog alertdialog toolbar menu menubar tablist tooltip',
)
const NAMES =
  /(?:^|[-_ ])(?:comments?|disqus\w*|related\w*|shar(?:e|ing)\w*|social\w*|promo\w*|newsletter\w*|sidebar\w*|breadcrumbs?|cookies?|nav|navbar|navigation|footer|menu|advert\w*|ads?|sponsor\w*|popup|modal|subscri\w+|recommend\w*|trending|popular|outbrain|taboola|byline|tags?|caption|wp-caption-text|credits?|pagination|pager|widget|login|signup|masthead|toolbar|print|ratings?|hidden|teasers?|meta|author\w*|bio)(?:$|[-_ ])/i

/** Elements dropped on sight. */
export function isUnseen(element: PageElement): boolean {
  if (UNSEEN.has(element.name)) return true
  const { attributes } = element
  if (attributes.size === 0) return false
  if (attributes.has('hidden') || attributes.get('aria-hidden') === 'true') return true
  const style = attributes.get('style')
  return style !== undefined && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
}

/** Elements whose name, role, class or id says that they stand beside the content. */
export function looksLikeJunk(element: PageElement): boolean {
  if (APART.has(element.name)) return true
  const { attributes } = element
  if (attributes.size === 0) return false
  const role = attributes.get('role')
  if (role !== undefined && ROLES.has(role)) return true
  return NAMES.test(`${attributes.get('class') ?? ''} ${attributes.get('id') ?? ''}`)
}
