/** What a page says about itself, ranked: JSON-LD, microdata, Open Graph and other metas, then what readers see. */
import { collapse, firstLanguage, jsonLdNodes, type JsonLdNode, parseDate } from '../../html/index.ts'
import type { PageTree } from '../tree/index.ts'
import { authorsOf } from './authors.ts'
import { type Marks, readMarks } from './marks.ts'
import { plainText } from './plain-text.ts'
import { chooseTitle } from './title.ts'

/** What is known of a page beside its content. Times are milliseconds since 1970 in UTC. */
export interface PageFacts {
  readonly title: string
  /** Every text by which the page names itself or sums itself up: none of them is part of an article's body. */
  readonly titles: readonly string[]
  readonly authors: readonly string[]
  readonly publishedAt: number | null
  readonly modifiedAt: number | null
  readonly language: string | null
  readonly leadImage: string | null
  readonly description: string | null
}

/** Gathers the facts. `resolve` makes an address absolute, or gives null. */
export function pageFacts(tree: PageTree, resolve: (href: string) => string | null): PageFacts {
  const facts = tree.metadata.facts(null)
  const nodes = jsonLdNodes(tree.metadata.metadata().jsonLd)
  const marks = readMarks(tree.root)
  const texts = (...names: readonly string[]) => tree.metadata.texts(...names)
  const headlines = textsOf(nodes, 'headline')
  const description = first([
    ...textsOf(nodes, 'description'),
    ...texts('og:description', 'description', 'twitter:description'),
  ])
  const title = chooseTitle({
    headlines,
    openGraph: texts('og:title', 'twitter:title'),
    site: texts('og:site_name'),
    tree,
    marks,
  })
  return {
    title,
    titles: [
      title,
      ...headlines,
      ...marks.headlines,
      ...texts('og:title', 'twitter:title'),
      tree.title ?? '',
      description ?? '',
      ...onlyOne(marks.headings),
    ],
    authors: authorsOf(facts.authors, marks),
    publishedAt: facts.publishedAt ?? firstDate(marks.published, marks.times),
    modifiedAt: facts.modifiedAt ?? firstDate(marks.modified),
    language: tree.language ?? facts.language ?? firstLanguage(textsOf(nodes, 'inLanguage')),
    leadImage: leadImage(
      nodes,
      marks,
      texts('og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src'),
      resolve,
    ),
    description,
  }
}

/** The only h1 of an article is its headline, in whatever words. */
function onlyOne(headings: readonly string[]): readonly string[] {
  return headings.length === 1 ? headings : []
}

/** Texts under a name of the page's JSON-LD objects, articles first; entities and tags, which do not belong there, are read. */
function textsOf(nodes: readonly JsonLdNode[], name: string): string[] {
  return nodes
    .map((node) => node[name])
    .filter((value) => typeof value === 'string')
    .map(plainText)
}

function first(texts: readonly string[]): string | null {
  return texts.map((text) => collapse(text)).find((text) => text !== '') ?? null
}

function firstDate(...lists: readonly (readonly string[])[]): number | null {
  for (const text of lists.flat()) {
    const at = parseDate(text)
    if (at !== null) return at
  }
  return null
}

function leadImage(
  nodes: readonly JsonLdNode[],
  marks: Marks,
  metas: readonly string[],
  resolve: (href: string) => string | null,
): string | null {
  const candidates = [...metas, ...nodes.flatMap((node) => imagesOf(node['image'])), ...marks.images]
  for (const candidate of candidates) {
    const url = resolve(candidate)
    if (url !== null && /^https?:/i.test(url)) return url
  }
  return null
}

/** An image is an address, an object with one, or a list of either. */
function imagesOf(image: JsonLdNode[string] | undefined): string[] {
  if (typeof image === 'string') return [image]
  if (image === undefined || image === null || typeof image !== 'object') return []
  if (Array.isArray(image))
    return image.slice(0, 20).flatMap((each) => (Array.isArray(each) ? [] : imagesOf(each)))
  const { url, contentUrl } = image as JsonLdNode
  return [url, contentUrl].filter((value) => typeof value === 'string')
}
