/**
 * The frontier: URLs as jobs, unique by run and url key, with their depth as priority. Depth is the shortest known
 * one: a page that is found again nearer to a seed takes the smaller depth, and where it was already fetched a 'deepen'
 * job hands the smaller depth on to the pages it links to.
 */
import { hostOf, newId, URL_CHARS_MAX } from '../model/index.ts'
import { ensureLane, offer, offerForMoved } from '../jobs/index.ts'
import type { Command } from '../store/index.ts'

/** The job kind of fetching one page. */
export const PAGE_KIND = 'crawl.page'
/** The job kind of reading one sitemap. */
export const SITEMAP_KIND = 'crawl.sitemap'
/** The job kind of handing a smaller depth on to what a page links to. */
export const DEEPEN_KIND = 'crawl.deepen'

/** The job kind of offering what earlier runs knew, some URLs at a time. */
export const RECALL_KIND = 'crawl.recall'
/** The job kind of offering what a sitemap lists with a date, or settling it without asking. */
export const LISTED_KIND = 'crawl.listed'
/** The job kind of one step in reading a WordPress site over its API. */
export const WORDPRESS_KIND = 'crawl.wordpress'
/** The job kind of fetching the page of a post that is stored already. */
export const WORDPRESS_HTML_KIND = 'crawl.wordpress.html'

/** Every kind of job that a crawl is made of. */
export const CRAWL_KINDS = [
  PAGE_KIND,
  SITEMAP_KIND,
  DEEPEN_KIND,
  RECALL_KIND,
  LISTED_KIND,
  WORDPRESS_KIND,
  WORDPRESS_HTML_KIND,
] as const

/** The lane of jobs that touch no host. */
export const DEEPEN_LANE = 'deepen'

/** How many tries a fetch gets before it is dead. */
const FETCH_ATTEMPTS_MAX = 4

/** As much for what asks nobody, and fails only when the store is too busy. */
const INNER_ATTEMPTS_MAX = 4

/** How hosts are treated unless they ask for more patience. */
export interface Pace {
  /** Connections to one host at a time. */
  readonly concurrency: number
  /** Least milliseconds between two requests to one host. */
  readonly gapMs: number
}

/** URLs to be fetched. */
export interface Finds {
  readonly run: string
  readonly kind: typeof PAGE_KIND | typeof SITEMAP_KIND
  /** Url keys, in scope. */
  readonly urls: readonly string[]
  /** The job whose page led here; undefined for seeds. */
  readonly parent?: string
  /** Depth added to the parent's: 1 for a link, 0 for a redirect or a seed. */
  readonly depth: number
  /** The redirects that led here, oldest first. */
  readonly via?: readonly string[]
  readonly pace: Pace
}

/** Where recalling what earlier runs knew goes on. */
export interface RecallPlace {
  readonly run: string
  /** Url key of the last URL that was recalled; '' at the start. */
  readonly after: string
}

/** The command that goes on with recalling: one job a place, so that no URL is left out or offered by two. */
export function offerRecall({ run, after }: RecallPlace, now: number): Command {
  const entries = [{ id: newId(now), key: after, lane: DEEPEN_LANE, input: {} }]
  return offer({ run, kind: RECALL_KIND, entries, priority: 0, attemptsMax: INNER_ATTEMPTS_MAX })
}

/**
 * The commands that put finds into the frontier; known URLs are left as they are, and those that are longer than
 * URL_CHARS_MAX are left out.
 */
export function offerFinds(finds: Finds, now: number): readonly Command[] {
  const { run, kind, parent, depth, via, pace } = finds
  const urls = finds.urls.filter((url) => url.length <= URL_CHARS_MAX)
  if (urls.length === 0) return []
  const input = via === undefined ? {} : { via: [...via] }
  const entries = urls.map((url) => ({ id: newId(now), key: url, lane: hostOf(url), input }))
  const lanes = [...new Set(entries.map((entry) => entry.lane))]
  const parentOf = parent === undefined ? {} : { parent }
  const base = { run, entries, priority: depth, attemptsMax: FETCH_ATTEMPTS_MAX, ...parentOf }
  return [
    ensureLane.all(lanes.map((key) => ({ key, concurrency: pace.concurrency, gapMs: pace.gapMs }))),
    offer({ ...base, kind }),
    offerForMoved({ run, from: PAGE_KIND, kind: DEEPEN_KIND, lane: DEEPEN_LANE }),
  ]
}
