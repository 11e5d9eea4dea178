/** What the ids in posts stand for: from what was read before, else asked for by id, else from the post itself. */
import type { Json } from '../../../model/index.ts'
import type { Command } from '../../../store/index.ts'
import { askAlso, asked } from '../api/index.ts'
import { entitiesOf, keepEntities, type Entity } from '../rows/index.ts'
import type { ChainInput, Collection, Visit } from '../step.ts'
import { plain, type PostNames } from './article.ts'
import type { Post } from './post.ts'

/** Names of posts, and the commands that keep what was newly learned. */
export interface KnownNames {
  readonly of: (post: Post) => PostNames
  readonly commands: readonly Command[]
}

/** Ids asked for at a time, and how many such requests one batch of posts may make. */
const IDS_MAX = 100
const REQUESTS_MAX = 10

type Names = Map<string, Map<number, string | null>>

/** Finds the names of everything that some posts refer to. */
export async function namesFor(visit: Visit<ChainInput>, posts: readonly Post[]): Promise<KnownNames> {
  const { collection } = visit.input
  const wanted = wantedBy(posts, collection)
  const known = await readKnown(visit, wanted)
  const commands = await askUnknown(visit, wanted, known)
  return { of: (post) => postNames(post, collection, known), commands }
}

function wantedBy(
  posts: readonly Post[],
  { users, media }: Collection,
): ReadonlyMap<string, ReadonlySet<number>> {
  const wanted = new Map<string, Set<number>>()
  const want = (url: string, id: number) => {
    if (id > 0) wanted.set(url, (wanted.get(url) ?? new Set()).add(id))
  }
  for (const post of posts) {
    want(users, post.author)
    if (post.image === null) want(media, post.media)
    for (const [url, ids] of post.terms) for (const id of ids) want(url, id)
  }
  return wanted
}

async function readKnown(
  { tools, reader }: Visit<ChainInput>,
  wanted: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<Names> {
  const pairs = [...wanted].flatMap(([url, ids]) => [...ids].map((id) => [url, id]))
  const rows = await reader.read(entitiesOf({ source: tools.source, wanted: pairs }))
  const known: Names = new Map()
  for (const { collection, wpId, name } of rows)
    known.set(collection, (known.get(collection) ?? new Map<number, string | null>()).set(wpId, name))
  return known
}

/** Images are asked for later, all of the run's together. Hidden users come along with the posts. */
async function askUnknown(
  visit: Visit<ChainInput>,
  wanted: ReadonlyMap<string, ReadonlySet<number>>,
  known: Names,
): Promise<readonly Command[]> {
  const { media, users, hidesUsers } = visit.input.collection
  const commands: Command[] = []
  let requests = 0
  for (const [url, ids] of wanted) {
    if (url === media || (url === users && hidesUsers)) continue
    const missing = [...ids].filter((id) => known.get(url)?.has(id) !== true)
    for (let from = 0; from < missing.length && requests < REQUESTS_MAX; from += IDS_MAX) {
      requests++
      const entities = await askEntities(visit, url, missing.slice(from, from + IDS_MAX))
      for (const { wpId, name } of entities)
        known.set(url, (known.get(url) ?? new Map<number, string | null>()).set(wpId, name))
      commands.push(
        keepEntities({ source: visit.tools.source, collection: url, kind: kindOf(url) }, entities),
      )
    }
  }
  return commands
}

/** Entities by id; one that the site does not give has no name, and is not asked for again. */
async function askEntities(
  { tools, context }: Visit<ChainInput>,
  collection: string,
  ids: readonly number[],
): Promise<readonly Entity[]> {
  const url = asked(collection, { include: ids.join(','), per_page: IDS_MAX, _fields: ENTITY_FIELDS })
  const { json } = await askAlso(tools, url, context)
  const found = new Map(entitiesIn(json).map((entity) => [entity.wpId, entity]))
  return ids.map((wpId) => found.get(wpId) ?? { wpId, name: null, slug: null, link: null })
}

/** The fields of authors, terms and images that are asked for. */
export const ENTITY_FIELDS = 'id,name,slug,link,source_url'

/** `users` of `https://example.org/wp-json/wp/v2/users`. */
export function kindOf(collection: string): string {
  const url = new URL(collection)
  const path = url.searchParams.get('rest_route') ?? url.pathname
  return path.split('/').findLast((part) => part !== '') ?? ''
}

/** The authors, terms or images of a list. */
export function entitiesIn(json: Json): readonly Entity[] {
  if (!Array.isArray(json)) return []
  return (json as readonly Json[]).flatMap((entry) => {
    const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Readonly<
      Record<string, Json>
    >
    const { id, name, slug, link, source_url: address } = fields
    if (!Number.isSafeInteger(id) || Number(id) <= 0) return []
    const words = textOf(name)
    const shown = textOf(address) ?? (words === null ? null : plain(words, ''))
    return [{ wpId: Number(id), name: shown, slug: textOf(slug), link: textOf(link) }]
  })
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function postNames(post: Post, { users, media, terms }: Collection, known: Names): PostNames {
  const author = known.get(users)?.get(post.author)
  const byField = terms.map(({ field, url }) => {
    const names = (post.terms.get(url) ?? []).flatMap((id) => known.get(url)?.get(id) ?? [])
    return [field, names] as const
  })
  const { categories = [], tags = [], ...others } = Object.fromEntries(byField)
  return {
    authors: typeof author === 'string' ? [author] : post.names.map((name) => plain(name, '')),
    categories,
    tags,
    others: Object.fromEntries(Object.entries(others).filter(([, names]) => names.length > 0)),
    leadImage: post.image ?? known.get(media)?.get(post.media) ?? null,
  }
}
