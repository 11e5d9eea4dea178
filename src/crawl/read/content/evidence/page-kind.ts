/** Whether a page says that it is one article. */
import type { Json } from '../../../../model/index.ts'
import { jsonLdNodes, type PageMetadata } from '../../html/index.ts'
import { bodyWeight, MARKED_BODY, NAMED_BODY } from '../choose/body-names.ts'
import type { PageElement } from '../tree/index.ts'

const ARTICLE_TYPE = /(?:Article|BlogPosting|Report|Review|Recipe)$/
const THREAD_TYPE = /DiscussionForumPosting$|QAPage$/

/**
 * Whether the page says it is one article: by JSON-LD, Open Graph, microdata, or a single element that is called an
 * article or the body of one.
 */
export function isArticlePage(metadata: PageMetadata, root: PageElement): boolean {
  const types = jsonLdNodes(metadata.jsonLd).flatMap((node) => typesOf(node['@type']))
  if (types.some((type) => THREAD_TYPE.test(type))) return false
  if (types.some((type) => ARTICLE_TYPE.test(type))) return true
  const { openGraph, meta } = metadata
  if ([openGraph['og:type'], meta['og:type']].flat().some((type) => /^article/i.test(type ?? ''))) return true
  if (openGraph['article:published_time'] !== undefined) return true
  return saysArticle(root)
}

function typesOf(type: Json | undefined): string[] {
  return [type].flat().filter((name) => typeof name === 'string')
}

/** What the body of a page has that speaks for or against one article. */
interface Signs {
  articles: number
  /** Elements that are called the body of something, without those within one. */
  namedBodies: number
  codeBlocks: number
  isMarked: boolean
}

function saysArticle(root: PageElement): boolean {
  const signs: Signs = { articles: 0, namedBodies: 0, codeBlocks: 0, isMarked: false }
  collect(root, signs, false)
  // Manuals put each of their pages into an article element too; what they have and articles seldom do is code.
  return signs.isMarked || (signs.codeBlocks === 0 && (signs.articles === 1 || signs.namedBodies === 1))
}

function collect(element: PageElement, signs: Signs, isInBody: boolean): void {
  for (const child of element.children) {
    if (typeof child === 'string') continue
    const weight = bodyWeight(child)
    if (weight === MARKED_BODY) signs.isMarked = true
    if (weight === NAMED_BODY && !isInBody) signs.namedBodies += 1
    if (child.name === 'article') signs.articles += 1
    if (child.name === 'pre') signs.codeBlocks += 1
    collect(child, signs, isInBody || weight === NAMED_BODY)
  }
}
