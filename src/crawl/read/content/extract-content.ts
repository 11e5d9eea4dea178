/** A page's main content, and what the page says about it. */
import { chooseContent, dropUnseen } from './choose/choose-content.ts'
import { prune, pruneWays } from './choose/prune.ts'
import { pageFacts } from './evidence/page-facts.ts'
import { isArticlePage } from './evidence/page-kind.ts'
import { countWords } from './render/count-words.ts'
import { renderMarkdown } from './render/markdown/render-markdown.ts'
import { renderText } from './render/render-text.ts'
import { resolver } from './render/resolve.ts'
import { buildTree, type PageTree } from './tree/index.ts'

/** The main content of one HTML page. Times are milliseconds since 1970 in UTC; null where the page gives none. */
export interface Content {
  /** The headline; '' when none. */
  readonly title: string
  /** Plain text: paragraphs parted by a blank line, list items and table rows on lines of their own, code as it stands. */
  readonly text: string
  /** The same as markdown: headings, lists, tables, code, quotes, absolute links, images. */
  readonly markdown: string
  readonly authors: readonly string[]
  readonly publishedAt: number | null
  readonly modifiedAt: number | null
  /** BCP 47, as declared. */
  readonly language: string | null
  /** An absolute URL. */
  readonly leadImage: string | null
  readonly description: string | null
  readonly wordCount: number
}

/**
 * The main content of the page found at `url` (its final address after redirects). Where that is no address, '' say, the
 * page's canonical link or og:url stands for it; without either, relative links stay relative. Never throws, whatever the markup; time in proportion to its length.
 */
export function extractContent(html: string, url: string): Content {
  const tree = buildTree(wellFormed(html))
  const address = addressOf(url, tree)
  const resolve = resolver(address, tree.base)
  const facts = pageFacts(tree, resolve)
  const isArticle = isArticlePage(tree.metadata.metadata(), tree.root)
  const choice = chooseContent(tree.root, isArticle)
  if (isArticle) prune(choice, { host: hostOf(address), apart: facts.titles })
  else pruneWays(choice)
  const { top, dropped } = choice
  const text = renderText(top, dropped)
  return {
    title: facts.title,
    text,
    markdown: renderMarkdown(top, { dropped, resolve }),
    authors: facts.authors,
    publishedAt: facts.publishedAt,
    modifiedAt: facts.modifiedAt,
    language: facts.language,
    leadImage: facts.leadImage,
    description: facts.description,
    wordCount: countWords(text),
  }
}

/** The text and markdown of HTML that is content throughout, such as a feed entry's. */
export interface FragmentContent {
  readonly text: string
  readonly markdown: string
  readonly wordCount: number
}

/**
 * Turns HTML that is all content already into text and markdown: nothing is left out but what no reader sees. Relative
 * links are made absolute by `url`. Never throws.
 */
export function contentOfFragment(html: string, url: string): FragmentContent {
  const tree = buildTree(wellFormed(html))
  const dropped = dropUnseen(tree.root)
  const text = renderText(tree.root, dropped)
  const markdown = renderMarkdown(tree.root, { dropped, resolve: resolver(url, tree.base) })
  return { text, markdown, wordCount: countWords(text) }
}

function wellFormed(html: string): string {
  return html.toWellFormed().replaceAll('\0', '\ufffd')
}

function addressOf(url: string, tree: PageTree): string {
  const candidates = [url, tree.canonical ?? '', ...tree.metadata.texts('og:url')]
  return candidates.find((candidate) => /^https?:/i.test(candidate) && URL.canParse(candidate)) ?? ''
}

function hostOf(url: string): string {
  return (URL.parse(url)?.hostname ?? '').replace(/^www\./, '')
}
