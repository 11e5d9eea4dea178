/**
 * The plan of a generated site: which paths exist and which page links to which. It is decided before anything is
 * served, so a test knows the whole truth (every page, every trap) without crawling.
 */
import { seededRandom, seedOf } from './random.ts'
import type { Random } from './random.ts'
import { LANGUAGES } from './words.ts'
import type { Language } from './words.ts'

/** What a generated site is made from; the same options make the same site. */
export interface SiteOptions {
  /** HTML pages that answer 200, the home page included; at least 1. */
  readonly pages: number
  readonly seed: number
  /** Random links on each page beside those that connect the graph. Default 6. */
  readonly linksPerPage?: number
  /** Wait before each answer. Default 0. */
  readonly latencyMs?: number
  /** Called with each request's path as it arrives. */
  readonly onRequest?: (path: string) => void
}

/** An HTML page of the site. */
export interface PagePlan {
  readonly kind: 'page'
  readonly path: string
  readonly seed: number
  readonly language: Language
  /** Paths this page links to, in order, repeats included. */
  readonly links: readonly string[]
  /** The path its rel=canonical names, or null for none. */
  readonly canonical: string | null
  readonly isGzipped: boolean
  /** Whether it has an entity tag, and answers 304 to who names it. */
  readonly isTagged: boolean
  readonly turn: Turn
}

/** What becomes of a page when the site turns: nothing, another text, a body that differs only in a comment, or 404. */
export type Turn = 'same' | 'changed' | 'noise' | 'lost'

/** Paths that are linked but are not pages: 301, 404, not HTML, and forbidden by robots.txt. */
export const DETOURS = ['moved', 'missing', 'file', 'closed'] as const

/** One kind of path that is not a page. */
export type Detour = (typeof DETOURS)[number]

/** A linked path that is not a page. `to` is where a moved one leads. */
export interface DetourPlan {
  readonly kind: Detour
  readonly path: string
  readonly to: string
}

/** Everything a path can be. */
export type Place = PagePlan | DetourPlan

/** The whole site: its pages in order (the first is the home page) and every place by path. */
export interface SitePlan {
  readonly pages: readonly PagePlan[]
  /** Pages that are there once the site has turned, each linked from a page that changed. */
  readonly fresh: readonly PagePlan[]
  readonly detours: readonly DetourPlan[]
  readonly places: ReadonlyMap<string, Place>
}

/** One detour of each kind for so many pages, and at least one of each. */
const PAGES_PER_DETOUR = 20

/** Plans a site. @throws RangeError for a count of pages that is not a positive integer */
export function planSite({ pages: count, seed, linksPerPage = 6 }: SiteOptions): SitePlan {
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`pages must be a positive integer, got ${count}`)
  const random = seededRandom(seed)
  const paths = Array.from({ length: count }, (_, index) => pathOf(index))
  const links = connect(random, paths, linksPerPage)
  const detours = planDetours(random, paths, links)
  const pages = paths.map((path, index) => ({
    ...planPage(seedOf(seed, index), path, paths, links[index] ?? []),
    isTagged: index % 3 !== 0,
    turn: turnOf(index),
  }))
  const fresh = pages.filter(({ turn }) => turn === 'changed').map(freshBy)
  const places = new Map([...pages, ...fresh, ...detours].map((place) => [place.path, place]))
  return { pages, fresh, detours, places }
}

/** The home page stays, so that there is a way in. */
function turnOf(index: number): Turn {
  if (index % 7 === 3) return 'changed'
  if (index % 11 === 5) return 'lost'
  return index % 5 === 2 ? 'noise' : 'same'
}

function freshBy({ seed, language }: PagePlan, index: number): PagePlan {
  const path = `/fresh/${index}.html`
  const plain = { canonical: null, isGzipped: false, isTagged: true, turn: 'same' } as const
  return { kind: 'page', path, seed: seed + 2, language, links: ['/'], ...plain }
}

/** The page as it is once the site has turned. */
export function turned(page: PagePlan, fresh: PagePlan | undefined): PagePlan {
  if (page.turn !== 'changed') return page
  return {
    ...page,
    seed: page.seed + 1,
    links: [...page.links, ...(fresh === undefined ? [] : [fresh.path])],
  }
}

/** Shapes that real sites have and that careless URL handling breaks: queries with &, percent-encoded letters. */
function pathOf(index: number): string {
  if (index === 0) return '/'
  if (index % 11 === 0) return `/item?id=${index}&view=full`
  if (index % 13 === 0) return `/s${index % 7}/caf%C3%A9-${index}`
  return `/s${index % 7}/page-${index}.html`
}

/** A spanning tree, so that every page is reached without a redirect or a sitemap, and then random cross links. */
function connect(random: Random, paths: readonly string[], linksPerPage: number): string[][] {
  const links: string[][] = paths.map(() => [])
  for (let index = 1; index < paths.length; index++) {
    links[random.below(index)]?.push(paths[index] ?? '/')
  }
  for (const list of links) {
    for (let extra = 0; extra < linksPerPage; extra++) list.push(random.pick(paths))
  }
  return links
}

function planDetours(random: Random, paths: readonly string[], links: string[][]): readonly DetourPlan[] {
  const countEach = Math.ceil(paths.length / PAGES_PER_DETOUR)
  const plans = DETOURS.flatMap((kind) =>
    Array.from({ length: countEach }, (_, index) => ({
      kind,
      path: `/${kind}/${index}${kind === 'file' ? '.bin' : ''}`,
      to: random.pick(paths),
    })),
  )
  for (const plan of plans) random.pick(links).push(plan.path)
  return plans
}

function planPage(
  seed: number,
  path: string,
  paths: readonly string[],
  links: readonly string[],
): Omit<PagePlan, 'isTagged' | 'turn'> {
  const random = seededRandom(seed)
  const language = random.pick(LANGUAGES)
  const isGzipped = random.chance(0.3)
  const canonical = random.chance(0.2) ? path : random.chance(0.05) ? random.pick(paths) : null
  return { kind: 'page', path, seed, language, links, canonical, isGzipped }
}
