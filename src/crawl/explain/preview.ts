/** What a crawl would do, without a store and without fetching a page: scope and robots.txt of each seed. */
import { hostOf, toMillraceError } from '../../model/index.ts'
import { createFetcher, type Resolve, type SourceNetwork } from '../fetch/index.ts'
import {
  allows,
  crawlDelayMs,
  fetchRobots,
  robotsVerdict,
  sitemapsOf,
  type FetchedRobots,
} from '../politeness/index.ts'
import { compileScope, ownOf } from '../scope/index.ts'
import type { Source } from '../history/index.ts'

/** One seed's prospects. */
export interface SeedPreview {
  readonly url: string
  readonly host: string
  readonly inScope: boolean
  readonly scopeReason: string
  /** allowed, disallowed, not asked, or why robots.txt can not be had. */
  readonly robots: string
  /** Milliseconds between requests that robots.txt asks for. */
  readonly crawlDelayMs: number | null
  readonly sitemaps: readonly string[]
}

/** How to look. */
export interface PreviewOptions {
  readonly source: Source
  readonly userAgent: string
  readonly allowPrivate: boolean
  readonly asksRobots: boolean
  readonly network?: SourceNetwork
  readonly resolve?: Resolve
}

/** Looks at each seed, and asks each origin once. A robots.txt that can not be had is an answer, not an error. */
export async function previewCrawl(options: PreviewOptions): Promise<readonly SeedPreview[]> {
  const { source, allowPrivate, resolve, network = {} } = options
  const userAgent = network.userAgent ?? options.userAgent
  await using fetcher = createFetcher({
    userAgent,
    allowPrivate,
    network,
    isOwn: ownOf(source),
    ...(resolve === undefined ? {} : { resolve }),
  })
  const scope = compileScope(source.scope)
  const asked = new Map<string, Promise<FetchedRobots>>()
  const robotsOf = (origin: string): Promise<FetchedRobots> => {
    const answer = asked.get(origin) ?? fetchRobots(fetcher, `${origin}/robots.txt`)
    asked.set(origin, answer)
    return answer
  }
  const ask = async (url: string): Promise<SeedPreview> => {
    const { inScope, reason } = scope.explain(url)
    const about = { url, host: hostOf(url), inScope, scopeReason: reason }
    if (!options.asksRobots) return { ...about, robots: 'not asked', crawlDelayMs: null, sitemaps: [] }
    try {
      const verdict = robotsVerdict(await robotsOf(new URL(url).origin))
      if (verdict.kind === 'wait')
        return { ...about, robots: 'unavailable for now', crawlDelayMs: null, sitemaps: [] }
      if (verdict.kind === 'allow-all')
        return { ...about, robots: 'allowed', crawlDelayMs: null, sitemaps: [] }
      const robots = allows(verdict.rules, userAgent, url) ? 'allowed' : 'disallowed'
      const delayMs = crawlDelayMs(verdict.rules, userAgent)
      return { ...about, robots, crawlDelayMs: delayMs, sitemaps: sitemapsOf(verdict.rules) }
    } catch (thrown) {
      const error = toMillraceError(thrown)
      return { ...about, robots: `${error.code}: ${error.message}`, crawlDelayMs: null, sitemaps: [] }
    }
  }
  return Promise.all(source.seeds.map(ask))
}
