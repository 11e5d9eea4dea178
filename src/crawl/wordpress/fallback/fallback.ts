/**
 * A site whose API can not be read: its feed, page by page, and its sitemaps tell of posts, whose pages are then read as any
 * site's are, and so are the links on them. Nothing announces how many there should be, so nothing is proved.
 */
import { hostOf } from '../../../model/index.ts'
import type { Command } from '../../../store/index.ts'
import { offerFinds, offerRecall, PAGE_KIND, SITEMAP_KIND } from '../../frontier.ts'
import { redirectOf } from '../../fetch/index.ts'
import { hasOtherRun } from '../../history/index.ts'
import { keptSitemaps } from '../../politeness/index.ts'
import { refuseForNow } from '../../stages/index.ts'
import { parseSitemap } from '../../read/sitemap/index.ts'
import { keepSite } from '../rows/index.ts'
import { offerStep, type Visit } from '../step.ts'

/** Input of `feed`. */
export interface FeedInput {
  readonly home: string
  readonly page: number
  /** Why the API is not read. */
  readonly why: string
}

/** More pages than a feed has. */
const PAGES_MAX = 10_000
const SITEMAPS = ['wp-sitemap.xml', 'sitemap_index.xml', 'sitemap.xml']

/** Reads a home page and what it links to. Without a reason it is no WordPress at all, and nothing is noted. */
export async function readAsSite(
  { tools, reader }: Visit<unknown>,
  home: string,
  why: string | null,
): Promise<readonly Command[]> {
  const { run, source, pace } = tools
  const now = tools.clock.now()
  const [isLater] = await reader.read(hasOtherRun({ source, run }))
  const named = tools.robots === undefined ? [] : await keptSitemaps(reader, new URL(home).origin)
  const own = why === null ? [] : SITEMAPS.map((path) => new URL(path, home).href)
  const sitemaps = [...new Set([...named, ...own])].filter((url) => hostOf(url) === hostOf(home))
  const pages = [
    ...offerFinds({ run, kind: PAGE_KIND, urls: [home], depth: 0, pace }, now),
    ...offerFinds({ run, kind: SITEMAP_KIND, urls: sitemaps, depth: 0, pace }, now),
    // What earlier runs knew is looked at again, as that of any site is.
    ...(isLater?.isThere === true ? [offerRecall({ run, after: '' }, now)] : []),
  ]
  if (why === null) return pages
  return [
    noteOf({ tools }, { home, readBy: 'html', why }),
    ...pages,
    ...offerFeed({ tools }, { home, page: 1, why }),
  ]
}

function noteOf(
  { tools }: Pick<Visit<unknown>, 'tools'>,
  { home, readBy, why }: { readonly home: string; readonly readBy: string; readonly why: string },
): Command {
  const note = `${hostOf(home)} is read without its API, so that nothing proves that this is all: ${why}`
  return keepSite({ run: tools.run, home, source: tools.source, api: null, readBy, name: null, note })
}

function offerFeed({ tools }: Pick<Visit<unknown>, 'tools'>, input: FeedInput): readonly Command[] {
  const { home, page } = input
  return offerStep(tools, { step: 'feed', key: `${home} feed ${page}`, url: home, input }, tools.clock.now())
}

/** Reads one page of the feed. Its end is a page that is not there, or names nothing new. */
export async function feed(visit: Visit<FeedInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { home, page, why } = input
  const url = new URL(page === 1 ? 'feed/' : `feed/?paged=${page}`, home).href
  if (tools.robots !== undefined && !(await tools.robots.allows(url, context.signal))) return []
  const answer = await tools.fetcher.fetch({ url, accept: 'application/rss+xml,*/*;q=0.5' }, context.signal)
  refuseForNow(answer, context)
  if (answer.status !== 200 || answer.body === null || redirectOf(answer) !== null) return []
  const links = parseSitemap(answer.body, url).urls.map((entry) => entry.url)
  const urls = links.filter((link) => tools.scope.inScope(link))
  if (links.length === 0 || page >= PAGES_MAX) return []
  const { run, pace } = tools
  return [
    ...(page === 1 ? [noteOf({ tools }, { home, readBy: 'rss', why })] : []),
    ...offerFinds({ run, kind: PAGE_KIND, urls, depth: 0, pace }, tools.clock.now()),
    ...offerFeed({ tools }, { home, page: page + 1, why }),
  ]
}
