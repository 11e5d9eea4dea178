/** What elements that hold a page's content are called, and how much that says. */
import type { PageElement } from '../tree/index.ts'

/** Weight of prose in an element that says by its markup that it is the body of an article. */
export const MARKED_BODY = 20
/** Weight of prose in an element that is called the body of something. */
export const NAMED_BODY = 6

const NAMES =
  /(?:^|[\s_-])(?:article|story|entry|post|news|blog)[-_]*(?:body|content|text)(?:$|[\s_-])|article_?body|story_?(?:body|text)|(?:^|\s)(?:e-content|body-?copy|post_?body)(?:$|\s)/i

/** 1 where nothing says that the element is the content. */
export function bodyWeight(element: PageElement): number {
  const { attributes, name } = element
  const itemprop = attributes.get('itemprop')
  if (itemprop !== undefined && /\barticleBody\b/i.test(itemprop)) return MARKED_BODY
  if (attributes.size > 0 && NAMES.test(`${attributes.get('class') ?? ''} ${attributes.get('id') ?? ''}`))
    return NAMED_BODY
  return name === 'article' || name === 'main' || attributes.get('role') === 'main' ? 2 : 1
}
