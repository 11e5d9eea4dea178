/** The sitemap stage: a sitemap becomes seeds, and a sitemap index, or a redirect, further sitemaps. */
import { isMillraceError, type Clock } from '../../model/index.ts'
import { stage, type Job, type Stage, type WorkContext } from '../../jobs/index.ts'
import type { Command } from '../../store/index.ts'
import { redirectOf, type Fetcher } from '../fetch/index.ts'
import { offerFinds, PAGE_KIND, SITEMAP_KIND, type Pace } from '../frontier.ts'
import { offerListed } from './listed-stage.ts'
import { hostSaid } from '../politeness/index.ts'
import { redirectLoop, viaOf } from './redirect.ts'
import { refuseForNow } from './refuse-for-now.ts'
import type { CompiledScope } from '../scope/index.ts'
import { parseSitemap, type Sitemap } from '../read/sitemap/index.ts'

/** What the sitemap stage of one run needs. */
export interface SitemapStageOptions {
  readonly fetcher: Fetcher
  readonly clock: Clock
  readonly run: string
  readonly scope: CompiledScope
  readonly pace: Pace
  /** Which sitemaps an index or a redirect may lead to. */
  readonly wantsSitemap: (url: string) => boolean
  /** Whether a page that says it was not modified need not be asked for. */
  readonly believesDates: boolean
}

/** What a sitemap names, and the status it came with. */
interface ReadSitemap extends Sitemap {
  readonly status: number
}

const EMPTY: Sitemap = { urls: [], sitemaps: [] }

/** The stage of SITEMAP_KIND jobs. A sitemap that can not be read names nothing: the pages have links as well. */
export function sitemapStage(options: SitemapStageOptions): Stage {
  return stage<string, ReadSitemap>({
    kind: SITEMAP_KIND,
    load: (_reader, job) => Promise.resolve(job.uniqueKey),
    work: (url, context) => fetchSitemap(options.fetcher, url, context),
    save: (sitemap, job) => saveSitemap(options, sitemap, job),
  })
}

async function fetchSitemap(fetcher: Fetcher, url: string, context: WorkContext): Promise<ReadSitemap> {
  try {
    const answer = await fetcher.fetch(
      { url, accept: 'application/xml,text/xml,text/plain;q=0.8,*/*;q=0.5' },
      context.signal,
    )
    refuseForNow(answer, context)
    const redirectTo = redirectOf(answer)
    const { status, body } = answer
    if (redirectTo !== null) return { status, urls: [], sitemaps: [redirectTo] }
    return { status, ...(status === 200 && body !== null ? parseSitemap(body, url) : EMPTY) }
  } catch (error) {
    // Broken beyond use, and no other try would mend it.
    if (isMillraceError(error, 'BodyTooLarge', 'BadEncoding')) return { status: 200, ...EMPTY }
    throw error
  }
}

function saveSitemap(options: SitemapStageOptions, sitemap: ReadSitemap, job: Job): readonly Command[] {
  const now = options.clock.now()
  const { run, pace, scope } = options
  const urls = sitemap.urls.filter(({ url }) => scope.inScope(url))
  const pages = urls.filter(({ lastmod }) => lastmod === null || !options.believesDates).map(({ url }) => url)
  // As for pages, a chain that comes back or never ends is left; here its hops are indexes and redirects.
  const further = sitemap.sitemaps.filter(
    (url) => options.wantsSitemap(url) && redirectLoop(job, url) === null,
  )
  const via = [...viaOf(job), job.uniqueKey]
  return [
    hostSaid(job, sitemap.status),
    ...offerFinds({ run, kind: PAGE_KIND, urls: pages, depth: 0, pace }, now),
    ...(options.believesDates ? offerListed({ run, sitemap: job.uniqueKey, urls }, now) : []),
    ...offerFinds({ run, kind: SITEMAP_KIND, urls: further, depth: 0, via, pace }, now),
  ]
}
