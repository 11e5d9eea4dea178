/** Which types of posts a site has, and which terms they use. */
import type { Json } from '../../../model/index.ts'
import type { Command } from '../../../store/index.ts'
import { ask, under } from '../api/index.ts'
import { offerStep, type Collection, type TermField, type Visit } from '../step.ts'
import { startNames } from './names.ts'

/** Input of `types` and `taxonomies`. */
export interface TypesInput {
  readonly home: string
  readonly api: string
  readonly offsetHours: number
  readonly timeZone: string
  /** Of `taxonomies`: what `types` found. */
  readonly types?: readonly FoundType[]
}

/** One type of posts. */
export interface FoundType {
  readonly name: string
  readonly url: string
  /** Its taxonomies, by their own names. */
  readonly taxonomies: readonly string[]
}

/** Types that are no content of their own: what others are made of, and how the site is built. */
const NO_CONTENT =
  /^(?:attachment|nav_menu_item|wp_.*|elementor_library|e-.*|customize_changeset|oembed_cache)$/

/** What can stand in an address of the API; a longer one is no name. */
const NAME = /^[\w./-]{1,200}$/

const BUILT_IN: readonly FoundType[] = [
  { name: 'posts', url: 'wp/v2/posts', taxonomies: ['category', 'post_tag'] },
  { name: 'pages', url: 'wp/v2/pages', taxonomies: [] },
]

const BUILT_IN_TERMS: Readonly<Record<string, string>> = { category: 'categories', post_tag: 'tags' }

type Fields = Readonly<Record<string, Json | undefined>>

/** Asks for the types. A site that does not say has posts and pages. */
export async function types(visit: Visit<TypesInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { api, home } = input
  const answer = await ask(tools, under(api, 'wp/v2/types'), context)
  const read = valuesOf(answer.problem === null ? answer.json : null).flatMap((type) => typeOf(type) ?? [])
  const found = (read.length > 0 ? read : BUILT_IN).map((type) => ({ ...type, url: under(api, type.url) }))
  const isCustom = found.some(({ taxonomies }) =>
    taxonomies.some((name) => BUILT_IN_TERMS[name] === undefined),
  )
  if (!isCustom) return begin(visit, found, BUILT_IN_TERMS)
  const next = { ...input, types: found }
  const url = under(api, 'wp/v2/taxonomies')
  const key = `${home} taxonomies ${api}`
  return offerStep(tools, { step: 'taxonomies', key, url, input: next }, tools.clock.now())
}

function valuesOf(json: Json): readonly Fields[] {
  if (typeof json !== 'object' || json === null) return []
  const values = Object.values(json) as readonly Json[]
  return values.flatMap((value) => (typeof value === 'object' && value !== null ? [value as Fields] : []))
}

function typeOf({ slug, rest_base: base, rest_namespace: space, taxonomies }: Fields): FoundType | undefined {
  if (typeof slug !== 'string' || NO_CONTENT.test(slug)) return undefined
  const name = typeof base === 'string' && base !== '' ? base : slug
  // A base with a pattern in it is a list of something else.
  if (!NAME.test(name)) return undefined
  const listed = Array.isArray(taxonomies) ? (taxonomies as readonly Json[]) : []
  const prefix = typeof space === 'string' && NAME.test(space) ? space : 'wp/v2'
  return { name, url: `${prefix}/${name}`, taxonomies: listed.filter((one) => typeof one === 'string') }
}

/** Asks where the terms of taxonomies are that a theme or a plug-in brings. */
export async function taxonomies(visit: Visit<TypesInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const answer = await ask(tools, under(input.api, 'wp/v2/taxonomies'), context)
  const bases = valuesOf(answer.problem === null ? answer.json : null).flatMap(({ slug, rest_base: base }) =>
    typeof slug === 'string' && typeof base === 'string' && NAME.test(base) && !base.includes('/')
      ? [[slug, base] as const]
      : [],
  )
  return begin(visit, input.types ?? [], { ...BUILT_IN_TERMS, ...Object.fromEntries(bases) })
}

function begin(
  visit: Visit<TypesInput>,
  found: readonly FoundType[],
  bases: Readonly<Record<string, string>>,
): Promise<readonly Command[]> {
  const { api, home, offsetHours, timeZone } = visit.input
  const [users, media] = [under(api, 'wp/v2/users'), under(api, 'wp/v2/media')]
  const collections = found.map((type): Collection => {
    const terms = type.taxonomies.flatMap((name): readonly TermField[] => {
      const field = bases[name]
      return field === undefined ? [] : [{ field, url: under(api, `wp/v2/${field}`) }]
    })
    const clock = { offsetHours, timeZone }
    return { url: type.url, name: type.name, terms, users, media, hidesUsers: false, ...clock }
  })
  return startNames(visit, home, collections)
}
