/** A page's main content, and what the page says about it. */
import { chooseContent } from './choose/choose-content.ts'
import { prune } from './choose/prune.ts'
import { isArticlePage } from './evidence/page-kind.ts'
import { renderText } from './render/render-text.ts'
import { buildTree } from './tree/index.ts'

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
 * The main content of the page found at `url` (its final address after redirects). Never throws, whatever the markup;
 * time in proportion to its length.
 */
export function extractContent(html: string, url: string): Content {
  const tree = buildTree(html.toWellFormed().replaceAll('\0', '\ufffd'))
  const metadata = tree.metadata.metadata()
  const isArticle = isArticlePage(metadata, tree.root)
  const choice = chooseContent(tree.root, isArticle)
  const title = tree.metadata.title()
  if (isArticle) prune(choice, { host: hostOf(url), apart: [title, tree.title ?? ''] })
  const { top, dropped } = choice
  const text = renderText(top, dropped)
  const facts = tree.metadata.facts(null)
  return {
    title: tree.title?.trim() ?? tree.metadata.title(),
    text,
    markdown: text,
    authors: facts.authors,
    publishedAt: facts.publishedAt,
    modifiedAt: facts.modifiedAt,
    language: tree.language ?? facts.language,
    leadImage: null,
    description: null,
    wordCount: countWords(text),
  }
}

/** The text and markdown of HTML that is content throughout, such as a feed entry's. */
export interface FragmentContent {
  readonly text: string
  readonly markdown: string
  readonly wordCount: number
}

/** Turns HTML that is all content already into text and markdown: nothing is left out but what no reader sees. Never throws. */
export function contentOfFragment(html: string, url: string): FragmentContent {
  void url
  const tree = buildTree(html.toWellFormed().replaceAll('\0', '\ufffd'))
  const text = renderText(tree.root, new Set())
  return { text, markdown: text, wordCount: countWords(text) }
}

function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’_-]*/gu)?.length ?? 0
}

function hostOf(url: string): string {
  return (URL.parse(url)?.hostname ?? '').replace(/^www\./, '')
}
