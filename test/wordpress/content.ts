/** What a fake site is made of: posts, people, terms and images, as plain data that a test may change at any time. */

/** One post of any type. Times are milliseconds on the line of the site's own time. */
export interface FakePost {
  readonly id: number
  readonly type: string
  date: number
  modified: number
  status: 'publish' | 'draft' | 'private'
  title: string
  content: string
  author: number
  categories: readonly number[]
  tags: readonly number[]
  media: number
  password: string
  /** Undefined: made of the type and the id. null: the field is missing. */
  link?: string | null
  /** Counted, and not shown to visitors. */
  isUnreadable?: boolean
  /** Fields that take the place of the usual ones. */
  extra?: Readonly<Record<string, unknown>>
}

/** A person, a term or an image. */
export interface FakeEntity {
  readonly id: number
  name: string
}

/** Everything that a fake site has. */
export interface FakeContent {
  readonly posts: Map<number, FakePost>
  readonly users: Map<number, FakeEntity>
  readonly categories: Map<number, FakeEntity>
  readonly tags: Map<number, FakeEntity>
  readonly media: Map<number, FakeEntity>
}

/** How much of everything; what is left out is little. */
export interface Amounts {
  readonly posts: number
  readonly pages?: number
  readonly users?: number
  readonly categories?: number
  readonly tags?: number
  readonly media?: number
  /** Words of a post. */
  readonly words?: number
}

const FIRST = Date.UTC(2015, 0, 1, 8)
const LAST = Date.UTC(2024, 5, 1)
const STEMS =
  `stone mill water wheel grain field river bridge market town council vote school road winter harvest bread
  storm light night window letter garden station minister report figure paper question answer morning harbour`.split(
    /\s+/,
  )
/** As many words as a newspaper uses often: texts of a few dozen would all be near duplicates of each other. */
const WORDS = STEMS.flatMap((stem) => STEMS.map((other) => stem + other))

/** Content made from a seed: posts spread over nine years, in the order of their ids but for some that were put back. */
export function makeContent(amounts: Amounts, random: () => number): FakeContent {
  const { posts, pages = 2, users = 3, categories = 4, tags = 8, media = 5 } = amounts
  const below = (most: number): number => Math.floor(random() * most)
  const content: FakeContent = {
    posts: new Map(),
    users: entities(users, 'Author'),
    categories: entities(categories, 'Category'),
    tags: entities(tags, 'Tag'),
    media: entities(media, 'image'),
  }
  for (let id = 1; id <= posts + pages; id++) {
    const share = (id - 1) / (posts + pages)
    const date = Math.floor((FIRST + share * (LAST - FIRST)) / 1000) * 1000
    const isOld = below(20) === 0
    content.posts.set(id, {
      id,
      type: id <= posts ? 'posts' : 'pages',
      date: isOld ? date - below(300) * 86_400_000 : date,
      modified: date + (below(10) === 0 ? below(500) * 86_400_000 : 0),
      status: 'publish',
      title: `Post ${id} &amp; more`,
      content: text(id, amounts.words ?? 60, below),
      author: 1 + below(users),
      categories: [1 + below(categories)],
      tags: tags === 0 ? [] : [...new Set([1 + below(tags), 1 + below(tags)])],
      media: media > 0 && below(2) === 0 ? 1 + below(media) : 0,
      password: '',
    })
  }
  return content
}

function entities(count: number, name: string): Map<number, FakeEntity> {
  return new Map(
    Array.from({ length: count }, (_, index) => [index + 1, { id: index + 1, name: `${name} ${index + 1}` }]),
  )
}

function text(id: number, words: number, below: (most: number) => number): string {
  const paragraphs: string[] = []
  for (let left = words; left > 0; left -= 60) {
    const line = Array.from({ length: Math.min(60, left) }, () => WORDS[below(WORDS.length)])
    paragraphs.push(
      `<p>${line.join(' ')}, <a href="/?p=${1 + below(id)}">says</a> <strong>no. ${id}</strong>.</p>`,
    )
  }
  return `${paragraphs.join('\n')}\n<ul><li>one</li><li>two</li></ul>`
}
