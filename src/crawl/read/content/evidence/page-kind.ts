/** Whether a page says that it is one article. */
import type { Json } from '../../../../model/index.ts'
import { jsonLdNodes, type PageMetadata } from '../../html/index.ts'
import type { PageElement } from '../tree/index.ts'

const ARTICLE_TYPE = /(?:Article|BlogPosting|Report|Review|Recipe)$/
const THREAD_TYPE = /DiscussionForumPosting|QAPage|Question$/

/** Whether the page says it is one article: by JSON-LD, Open Graph, microdata or a single article element. */
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

function saysArticle(root: PageElement): boolean {
  let articles = 0
  let isMarked = false
  const visit = (element: PageElement): void => {
    for (const child of element.children) {
      if (typeof child === 'string') continue
      if (child.name === 'article') articles += 1
      if (/\barticleBody\b/.test(child.attribute('itemprop'))) isMarked = true
      visit(child)
    }
  }
  visit(root)
  return isMarked || articles === 1
}
