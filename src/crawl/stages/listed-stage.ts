/**
 * The listed stage: what a sitemap lists with a date. A page that was fetched well after it was last modified, and not
 * long ago, is settled without asking; all others are offered. Sitemaps lie and dates are coarse, so one is believed
 * only with a margin and for some days.
 */
import { hostOf, newId, type Clock } from '../../model/index.ts'
import { offer, offerSettled, stage, type Stage } from '../../jobs/index.ts'
import type { Command } from '../../store/index.ts'
import { DEEPEN_LANE, LISTED_KIND, offerFinds, PAGE_KIND, type Pace } from '../frontier.ts'
import { countUnasked, freshUrls, UNASKED } from '../history/index.ts'
import type { SitemapUrl } from '../read/sitemap/index.ts'

/** How much later than its date a page must have been fetched: the date may be a day of any time zone. */
const MARGIN_MS = 48 * 3_600_000
/** How long after it was last asked for a page is believed to be as it was. */
const BELIEVED_MS = 7 * 24 * 3_600_000
/** URLs a job looks at. */
const URLS_MAX = 500
const ATTEMPTS_MAX = 4

/** What the listed stage of one run needs. */
export interface ListedStageOptions {
  readonly clock: Clock
  readonly run: string
  readonly source: string
  readonly pace: Pace
  /** false: all are offered, also what another call of this run meant to believe. */
  readonly believesDates: boolean
}

type Listing = readonly (readonly [url: string, lastmod: number])[]

interface Judged {
  /** Url keys to be asked for. */
  readonly due: readonly string[]
  /** Url keys to be settled as they are. */
  readonly fresh: readonly string[]
}

/**
 * The commands that have the pages of a sitemap judged, some a job. `urls` are in scope; those without a date are not
 * for this stage.
 */
export function offerListed(
  {
    run,
    sitemap,
    urls,
  }: { readonly run: string; readonly sitemap: string; readonly urls: readonly SitemapUrl[] },
  now: number,
): readonly Command[] {
  const dated = urls.flatMap(({ url, lastmod }) => (lastmod === null ? [] : [[url, lastmod] as const]))
  if (dated.length === 0) return []
  const entries = Array.from({ length: Math.ceil(dated.length / URLS_MAX) }, (_, index) => ({
    id: newId(now),
    key: `${index} ${sitemap}`,
    lane: DEEPEN_LANE,
    input: { listed: dated.slice(index * URLS_MAX, (index + 1) * URLS_MAX) },
  }))
  return [offer({ run, kind: LISTED_KIND, entries, priority: 0, attemptsMax: ATTEMPTS_MAX })]
}

/** The stage of LISTED_KIND jobs. They fetch nothing. */
export function listedStage({ clock, run, source, pace, believesDates }: ListedStageOptions): Stage {
  return stage<Judged, Judged>({
    kind: LISTED_KIND,
    isKept: false,
    async load(reader, job) {
      const { listed } = job.input as unknown as { readonly listed: Listing }
      const urls = listed.map(([url]) => url)
      if (!believesDates) return { due: urls, fresh: [] }
      const since = clock.now() - BELIEVED_MS
      const had = await reader.read(freshUrls({ source, run, urls, since }))
      const fetchedAt = new Map(had.map((row) => [row.urlKey, row.fetchedAt]))
      const isFresh = ([url, lastmod]: Listing[number]) => (fetchedAt.get(url) ?? 0) >= lastmod + MARGIN_MS
      const groups = Map.groupBy(listed, isFresh)
      const urlsOf = (list: Listing = []) => list.map(([url]) => url)
      return { due: urlsOf(groups.get(false)), fresh: urlsOf(groups.get(true)) }
    },
    work: (judged) => Promise.resolve(judged),
    save({ due, fresh }) {
      const now = clock.now()
      const offered = offerFinds({ run, kind: PAGE_KIND, urls: due, depth: 0, pace }, now)
      return fresh.length === 0 ? offered : [...offered, ...settle(run, fresh, now)]
    },
  })
}

function settle(run: string, urls: readonly string[], now: number): readonly Command[] {
  const entries = urls.map((url) => ({ id: newId(now), key: url, lane: hostOf(url), input: UNASKED }))
  return [
    offerSettled({ run, kind: PAGE_KIND, entries, priority: 0 }),
    countUnasked({ run, kind: PAGE_KIND }),
  ]
}
