/**
 * The REST API of a fake site, with the habits of the real one: bounds are strict and in the site's own time, totals count
 * what visitors may not read, a page beyond the last is an error, and what is asked for wrongly as well.
 */
import type { FakeContent, FakeEntity, FakePost } from './content.ts'

/** An answer: JSON, or text as it stands. */
export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
}

/** How a site answers beside what it has. */
export interface Habits {
  readonly url: string
  readonly api: string
  readonly offsetHours: number
  readonly hidesUsers: boolean
  /** Gives no more than this, whatever was asked for, and does not say so. */
  readonly perPageCap: number
  /** Types beside posts and pages, by their base. */
  readonly types: readonly string[]
}

const HOUR_MS = 3_600_000

interface Site {
  readonly content: FakeContent
  readonly habits: Habits
}

/** Answers a route of the API. */
export function answerApi(
  content: FakeContent,
  habits: Habits,
  route: string,
  query: URLSearchParams,
): FakeAnswer {
  const parts = route.split('/').filter((part) => part !== '')
  if (parts.length === 0)
    return json({
      name: 'A fake site',
      gmt_offset: habits.offsetHours,
      timezone_string: '',
      namespaces: ['oembed/1.0', 'wp/v2'],
    })
  const [space, version, base = '', id] = parts
  if (space !== 'wp' || version !== 'v2') return failure(404, 'rest_no_route')
  if (base === 'types') return json(typesOf(habits))
  if (base === 'users' && habits.hidesUsers) return failure(401, 'rest_user_cannot_view')
  const entities = entitiesOf(content, base)
  if (entities !== undefined) return listEntities(entities, base, habits, query)
  if (!['posts', 'pages', ...habits.types].includes(base)) return failure(404, 'rest_no_route')
  if (id !== undefined) return onePost({ content, habits }, base, Number(id), query)
  return listPosts(content, habits, base, query)
}

function typesOf({ types }: Habits): object {
  return Object.fromEntries([
    typeOf('post', 'posts', ['category', 'post_tag']),
    typeOf('page', 'pages', []),
    typeOf('attachment', 'media', []),
    typeOf('wp_block', 'blocks', []),
    ...types.map((base) => typeOf(base, base, [])),
  ])
}

function typeOf(slug: string, base: string, taxonomies: readonly string[]) {
  return [slug, { slug, name: base, rest_base: base, rest_namespace: 'wp/v2', taxonomies }]
}

function entitiesOf(content: FakeContent, base: string): ReadonlyMap<number, FakeEntity> | undefined {
  if (base === 'users') return content.users
  if (base === 'categories') return content.categories
  if (base === 'tags') return content.tags
  return base === 'media' ? content.media : undefined
}

function listEntities(
  entities: ReadonlyMap<number, FakeEntity>,
  base: string,
  habits: Habits,
  query: URLSearchParams,
): FakeAnswer {
  const wanted = idsIn(query)
  const all = [...entities.values()].filter(({ id }) => wanted === undefined || wanted.has(id))
  return paged(
    all.sort((a, b) => a.id - b.id),
    habits,
    query,
    ({ id, name }) => ({
      id,
      ...(base === 'media'
        ? { source_url: `${habits.url}/uploads/${name.replace(' ', '-')}.jpg` }
        : { name }),
      slug: name.toLowerCase().replace(' ', '-'),
      link: `${habits.url}/${base}/${id}/`,
    }),
  )
}

function listPosts(content: FakeContent, habits: Habits, base: string, query: URLSearchParams): FakeAnswer {
  const by = query.get('orderby') ?? 'date'
  const field = by === 'modified' ? 'modified' : 'date'
  const wanted = idsIn(query)
  const bounds = boundsIn(query, habits.offsetHours)
  const all = sortedPosts(content, base, field)
  // Sites of the benchmark have a hundred thousand posts: what lies before the bound is passed over at once.
  const first = firstAfter(all, field, field === 'date' ? bounds.after : bounds.modifiedAfter)
  const isBounded =
    wanted !== undefined ||
    ['before', 'modified_before', by === 'date' ? 'modified_after' : 'after'].some((name) => query.has(name))
  const later = all.slice(first)
  const found = !isBounded
    ? later
    : later.filter(
        (post) =>
          (wanted === undefined || wanted.has(post.id)) &&
          post.date > bounds.after &&
          post.date < bounds.before &&
          post.modified > bounds.modifiedAfter &&
          post.modified < bounds.modifiedBefore,
      )
  if (by === 'id') found.sort((a, b) => a.id - b.id)
  if ((query.get('order') ?? 'desc') === 'desc') found.reverse()
  return paged(found, habits, query, (post) =>
    post.isUnreadable === true ? undefined : shown(post, content, habits, query),
  )
}

function firstAfter(posts: readonly FakePost[], field: 'date' | 'modified', bound: number): number {
  let [low, high] = [0, posts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((posts[middle]?.[field] ?? 0) > bound) high = middle
    else low = middle + 1
  }
  return low
}

const sorted = new WeakMap<FakeContent, Map<string, readonly FakePost[]>>()

/** To be called after anything was changed. */
export function forgetOrder(content: FakeContent): void {
  sorted.delete(content)
}

function sortedPosts(content: FakeContent, base: string, field: 'date' | 'modified'): readonly FakePost[] {
  const lists = sorted.get(content) ?? new Map<string, readonly FakePost[]>()
  sorted.set(content, lists)
  const known = lists.get(`${base} ${field}`)
  if (known !== undefined) return known
  // No order among posts of one second is promised: here the later id comes first.
  const made = [...content.posts.values()]
    .filter((post) => post.type === base && post.status === 'publish')
    .sort((a, b) => a[field] - b[field] || b.id - a.id)
  lists.set(`${base} ${field}`, made)
  return made
}

function idsIn(query: URLSearchParams): ReadonlySet<number> | undefined {
  const include = query.get('include')
  return include === null ? undefined : new Set(include.split(',').map(Number))
}

/** A time with a Z is UTC, one without a zone the site's own. */
function boundsIn(query: URLSearchParams, offsetHours: number) {
  const at = (name: string, otherwise: number): number => {
    const text = query.get(name)
    if (text === null) return otherwise
    return (
      Date.parse(text.endsWith('Z') ? text : `${text}Z`) + (text.endsWith('Z') ? offsetHours * HOUR_MS : 0)
    )
  }
  return {
    after: at('after', -Infinity),
    before: at('before', Infinity),
    modifiedAfter: at('modified_after', -Infinity),
    modifiedBefore: at('modified_before', Infinity),
  }
}

function onePost(site: Site, base: string, id: number, query: URLSearchParams): FakeAnswer {
  const { content, habits } = site
  const post = content.posts.get(id)
  if (post === undefined || post.type !== base) return failure(404, 'rest_post_invalid_id')
  if (post.status !== 'publish') return failure(401, 'rest_forbidden')
  return json(shown(post, content, habits, query))
}

function paged<Row>(
  all: readonly Row[],
  { perPageCap }: Habits,
  query: URLSearchParams,
  show: (row: Row) => object | undefined,
): FakeAnswer {
  const asked = Number(query.get('per_page') ?? 10)
  if (!(asked >= 1 && asked <= 100)) return failure(400, 'rest_invalid_param')
  const size = Math.min(asked, perPageCap)
  const page = Number(query.get('page') ?? 1)
  const pages = Math.ceil(all.length / size)
  if (page > pages && all.length > 0) return failure(400, 'rest_post_invalid_page_number')
  const rows = all.slice((page - 1) * size, page * size).flatMap((row) => show(row) ?? [])
  return {
    status: 200,
    headers: { 'x-wp-total': String(all.length), 'x-wp-totalpages': String(pages) },
    json: rows,
  }
}

function shown(post: FakePost, content: FakeContent, habits: Habits, query: URLSearchParams): object {
  const utc = (ms: number): string => local(ms - habits.offsetHours * HOUR_MS)
  const isLocked = post.password !== ''
  const link = post.link === undefined ? `${habits.url}/${post.type}/${post.id}/` : post.link
  const whole: Record<string, unknown> = {
    id: post.id,
    type: post.type,
    slug: `post-${post.id}`,
    ...(link === null ? {} : { link }),
    date: local(post.date),
    date_gmt: utc(post.date),
    modified: local(post.modified),
    modified_gmt: utc(post.modified),
    title: { rendered: post.title },
    content: { rendered: isLocked ? '' : post.content, protected: isLocked },
    excerpt: { rendered: isLocked ? '' : '<p>In short.</p>', protected: isLocked },
    author: post.author,
    featured_media: post.media,
    ...(post.type === 'posts' ? { categories: post.categories, tags: post.tags } : {}),
    sticky: false,
    ...(query.get('_embed') === 'author'
      ? { _embedded: { author: [content.users.get(post.author) ?? {}] } }
      : {}),
    ...post.extra,
  }
  const fields = query
    .get('_fields')
    ?.split(',')
    .map((field) => field.split('.')[0] ?? '')
  if (fields === undefined) return whole
  return Object.fromEntries(Object.entries(whole).filter(([name]) => fields.includes(name)))
}

function local(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

function json(value: unknown): FakeAnswer {
  return { status: 200, json: value }
}

/** An error as the API writes it. */
export function failure(status: number, code: string): FakeAnswer {
  return { status, json: { code, message: 'no', data: { status } } }
}
