/** A post becomes a page and a document, as what was fetched anywhere else does. */
import { newId, sha256, URL_KEY_VERSION } from '../../../model/index.ts'
import { fingerprintOf, type Fingerprint } from '../../duplicates/index.ts'
import { header } from '../../fetch/index.ts'
import type { addRawBody } from '../../history/index.ts'
import { contentOfFragment } from '../../read/content/index.ts'
import { parsePage } from '../../read/html/index.ts'
import { compress } from '../../read/page/index.ts'
import type { ApiAnswer } from '../api/index.ts'
import type { Post } from './post.ts'

/** Raised when the same post would yield another document. */
const EXTRACTOR_VERSION = 1

/** What its ids stand for. */
export interface PostNames {
  readonly authors: readonly string[]
  readonly categories: readonly string[]
  readonly tags: readonly string[]
  /** Names by the field of every other taxonomy. */
  readonly others: Readonly<Record<string, readonly string[]>>
  readonly leadImage: string | null
}

/** Where a post is stored. */
export interface ArticlePlace {
  readonly run: string
  readonly source: string
  /** The collection's name. */
  readonly type: string
  /** The page's url key: the post's link, or where that is not its own, its address in the API. */
  readonly url: string
  /** What the post came with. */
  readonly answer: ApiAnswer
}

/** The rows of one post. */
export interface Article {
  readonly raw: RawRow
  readonly document: ReturnType<typeof documentRow>
  readonly fingerprint: Fingerprint
  readonly page: ReturnType<typeof pageRow>
}

type RawRow = Parameters<typeof addRawBody>[0]

/** Makes the rows. The raw body is the post's JSON. */
export function articleOf(post: Post, names: PostNames, place: ArticlePlace): Article {
  const body = new TextEncoder().encode(post.json)
  const document = documentRow(post, names, place)
  return {
    raw: { sha256: post.sha256, bytes: body.byteLength, ...compress(body) },
    document,
    fingerprint: fingerprintOf(document.text),
    page: pageRow(post, place, body.byteLength),
  }
}

function pageRow(post: Post, { run, source, url, answer }: ArticlePlace, bytes: number) {
  const { head, startedAt, durationMs } = answer
  const contentType = header(head.headers, 'content-type') ?? 'application/json'
  return {
    id: newId(startedAt),
    run,
    source,
    url,
    urlKey: url,
    urlKeyVersion: URL_KEY_VERSION,
    status: head.status,
    contentType,
    headers: [['content-type', contentType]],
    remoteAddress: head.remoteAddress,
    fetchedAt: startedAt,
    durationMs: Math.round(durationMs),
    bytes,
    rawSha256: post.sha256,
    redirectTo: null,
    note: post.isProtected ? 'needs a password' : null,
    hasDocument: true,
  }
}

function documentRow(post: Post, names: PostNames, { run, source, url, type, answer }: ArticlePlace) {
  const html = post.isProtected ? '' : post.html
  const content = contentOfFragment(html, url)
  return {
    id: newId(answer.startedAt),
    run,
    source,
    url,
    urlKey: url,
    canonicalUrl: post.link,
    title: plain(post.titleHtml, url),
    text: content.text,
    markdown: content.markdown,
    wordCount: content.wordCount,
    html,
    description: post.isProtected ? null : plain(post.excerptHtml, url) || null,
    leadImage: names.leadImage,
    language: null,
    publishedAt: post.publishedAt,
    modifiedAt: post.modifiedAt,
    authors: [...names.authors],
    categories: [...names.categories],
    tags: [...names.tags],
    links:
      html.includes('href') || html.includes('src') ? parsePage(html, url).links.map((link) => link.url) : [],
    metadata: { wordpress: { type, id: post.id, slug: post.slug, terms: { ...names.others } } },
    needsJavascript: false,
    sha256: sha256(content.text),
    rawSha256: post.sha256,
    extractor: EXTRACTOR_VERSION,
    extractedFrom: null,
    createdAt: answer.startedAt,
  }
}

/** The words of a short piece of HTML, on one line. */
export function plain(html: string, url: string): string {
  if (!/[<&]/.test(html)) return html.trim()
  return contentOfFragment(html, url).text.replaceAll(/\s+/g, ' ').trim()
}
