/** What is written of an answer's posts: those that are new or changed, once each, whatever was there before. */
import type { Command } from '../../../store/index.ts'
import { addPage, addRawBody, countInRun, documentCommands, dropPage } from '../../history/index.ts'
import { under, type ApiAnswer } from '../api/index.ts'
import { articleOf, namesFor, type Article, type Post, type PostNames } from '../article/index.ts'
import { offerHtml } from '../html-page.ts'
import { keepItems, knownItems, type Item } from '../rows/index.ts'
import type { ChainInput, Visit } from '../step.ts'

/** How posts came. */
export interface Came {
  readonly answer: ApiAnswer
  /** Whether each is to be stored in this run even where an earlier one has it as it is. */
  readonly isWhole: boolean
  /** The sweep that asked for them, if one did. */
  readonly pass?: string
}

/** What of an answer is kept. */
export interface Kept {
  readonly commands: readonly Command[]
  /** Posts for which the run had no room any more, the first of them; undefined when it had. */
  readonly firstLeft: Post | undefined
}

interface Known {
  readonly urlKey: string
  readonly sha256: string
  readonly run: string
  readonly goneAt: number | null
}

/** Makes the commands. A post that this run has stored already takes the place of its earlier self. */
export async function keepPosts(visit: Visit<ChainInput>, posts: readonly Post[], came: Came): Promise<Kept> {
  const owners = await readKnown(visit, posts)
  const news = uniqueById(posts).filter((post) => isNews(visit, post, owners.known.get(post.id), came))
  const room = Math.max(0, visit.tools.pagesLeft())
  const fitting = news.slice(0, room)
  const placed = fitting.map((post) => ({ post, url: ownUrl(visit, post, owners.taken) }))
  const names = await namesFor(visit, fitting)
  const wanted = placed.filter(({ post }) => post.link === null || !isExcluded(visit.tools, post.link))
  const { run, source } = visit.tools
  const place = { run, source, type: visit.input.collection.name, answer: came.answer }
  const articles = wanted.map(({ post, url }) => articleOf(post, names.of(post), { ...place, url }))
  const commands = [
    ...names.commands,
    ...dropEarlier(visit, placed, owners),
    ...storeArticles(visit, articles),
    ...countNew(visit, { placed, articles, owners }),
    ...keepKnown(visit, placed, { came, names: names.of }),
  ]
  return { commands, firstLeft: news[room] }
}

interface Placed {
  readonly post: Post
  readonly url: string
}

/** A run has one page of a URL: an earlier answer of the run, or that a post of this link was gone, gives way. */
function dropEarlier(
  { tools }: Visit<ChainInput>,
  placed: readonly Placed[],
  owners: Owners,
): readonly Command[] {
  const { run } = tools
  const urls = placed.flatMap(({ post, url }) => {
    const earlier = owners.known.get(post.id)
    return [...(earlier?.run === run ? [earlier.urlKey] : []), ...(owners.gone.has(url) ? [url] : [])]
  })
  return urls.length === 0 ? [] : [dropPage.all([...new Set(urls)].map((urlKey) => ({ run, urlKey })))]
}

function storeArticles({ tools }: Visit<ChainInput>, articles: readonly Article[]): readonly Command[] {
  if (articles.length === 0) return []
  return [
    addRawBody.all(articles.map(({ raw }) => raw)),
    ...documentCommands(articles.map(({ document: row, fingerprint }) => ({ row, fingerprint }))),
    addPage.all(articles.map(({ page }) => page)),
    ...articles.flatMap(({ document }) => tools.onDocument(document)),
    ...offerHtml(
      tools,
      articles.map(({ page }) => page.url),
    ),
  ]
}

function countNew(
  { tools }: Visit<ChainInput>,
  made: {
    readonly placed: readonly Placed[]
    readonly articles: readonly Article[]
    readonly owners: Owners
  },
): readonly Command[] {
  const { placed, articles, owners } = made
  if (placed.length === 0) return []
  const again = placed.filter(({ post }) => owners.known.get(post.id)?.run === tools.run).length
  const pages = Math.max(0, articles.length - again)
  const bytes = articles.reduce((sum, { raw }) => sum + raw.bytes, 0)
  const skipped = placed.length - articles.length
  return [countInRun({ id: tools.run, pages, documents: pages, failed: 0, skipped, bytes })]
}

/** The site's own API announces its posts, so they are in scope on whatever host they are, unless a pattern says no. */
function isExcluded({ scope }: Visit<ChainInput>['tools'], link: string): boolean {
  const { inScope, reason } = scope.explain(link)
  return !inScope && !reason.startsWith('host ')
}

function isNews({ tools }: Visit<ChainInput>, post: Post, known: Known | undefined, came: Came): boolean {
  if (known === undefined || known.goneAt !== null || known.sha256 !== post.sha256) return true
  return came.isWhole && known.run !== tools.run
}

/** A post whose link is missing, or is another post's as well, goes by its address in the API. */
function ownUrl({ input }: Visit<ChainInput>, post: Post, taken: Map<string, number>): string {
  const owner = post.link === null ? undefined : (taken.get(post.link) ?? post.id)
  if (post.link === null || owner !== post.id) return under(input.collection.url, String(post.id))
  taken.set(post.link, post.id)
  return post.link
}

interface Owners {
  /** By id. */
  readonly known: ReadonlyMap<number, Known>
  /** Ids by the link that is theirs; 0: a post of another collection has it. */
  readonly taken: Map<string, number>
  /** Links of posts that are gone. */
  readonly gone: ReadonlySet<string>
}

async function readKnown(
  { tools, input, reader }: Visit<ChainInput>,
  posts: readonly Post[],
): Promise<Owners> {
  const { url: collection } = input.collection
  const ids = posts.map(({ id }) => id)
  const links = posts.flatMap(({ link }) => link ?? [])
  const rows = await reader.read(knownItems({ source: tools.source, collection, ids, links }))
  const [live, gone] = [true, false].map((isLive) =>
    rows.filter(({ goneAt }) => (goneAt === null) === isLive),
  )
  return {
    known: new Map(rows.filter((row) => row.collection === collection).map((row) => [row.wpId, row])),
    taken: new Map(live?.map((row) => [row.urlKey, row.collection === collection ? row.wpId : 0])),
    gone: new Set(gone?.map(({ urlKey }) => urlKey)),
  }
}

function keepKnown(
  { tools, input }: Visit<ChainInput>,
  placed: readonly Placed[],
  { came, names }: { readonly came: Came; readonly names: (post: Post) => PostNames },
): readonly Command[] {
  const { source, run } = tools
  const items = placed.map(({ post, url }): Item => {
    const { id, date, modified, sha256, author } = post
    const media = names(post).leadImage === null ? post.media : 0
    return { wpId: id, urlKey: url, date, modified, sha256, author, media }
  })
  if (items.length === 0) return []
  return [keepItems({ source, run, collection: input.collection.url, pass: came.pass ?? null }, items)]
}

function uniqueById(posts: readonly Post[]): readonly Post[] {
  return [...new Map(posts.map((post) => [post.id, post])).values()]
}
