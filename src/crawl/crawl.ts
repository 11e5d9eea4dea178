/** One crawl: opens the run, works on it within its limits, and says how it ended. */
import type { Bus } from '../bus/index.ts'
import { startWorker, type AttemptEnd, type Stage, type StageSlots, type Worker } from '../jobs/index.ts'
import { type Clock, isMillraceError, systemClock } from '../model/index.ts'
import type { Command, Store } from '../store/index.ts'
import { deepenStage, listedStage, pageStage, recallStage, sitemapStage } from './stages/index.ts'
import {
  createFetcher,
  type Fetcher,
  type FetchLimits,
  type HttpClients,
  networkFacts,
  requireUserAgent,
  type Resolve,
  type SourceNetwork,
} from './fetch/index.ts'
import { PAGE_KIND, type Pace } from './frontier.ts'
import {
  discardRun,
  endRun,
  getRun,
  meteredStage,
  type OpenedRun,
  openRun,
  pagesIn,
  type Run,
  runHasRoom,
  runIsRunning,
  type RunLimits,
  type RunState,
  type Source,
} from './history/index.ts'
import { createPageReader, type PageReader, type PageReaderOptions } from './read/page/index.ts'
import { RobotsKeeper } from './politeness/index.ts'
import { compileScope, ownOf, type CompiledScope } from './scope/index.ts'
import { findApis, htmlStage, wordpressStage, type WordpressTools } from './wordpress/index.ts'

/** How to crawl. */
export interface CrawlOptions {
  readonly store: Store
  readonly bus: Bus
  readonly source: Source
  readonly limits: RunLimits
  readonly pace: Pace
  readonly userAgent: string
  /** How the source is reached, and what its own hosts are shown. Its user agent, where given, is the one that counts. */
  readonly network?: SourceNetwork
  /** HTTP clients to share with other crawls of the process; they are left open. Default: its own. */
  readonly clients?: HttpClients
  /** Whether private, loopback and link-local addresses may be connected to. */
  readonly allowPrivate: boolean
  /** false: robots.txt is not asked, and no sitemaps are found. */
  readonly asksRobots: boolean
  /**
   * true: a run of a source that was crawled before fetches every page anew, whatever is said of it. Default: servers are
   * asked whether what is there still holds, and sitemaps are believed for some days.
   */
  readonly isFull?: boolean
  /** Of a WordPress source: whether ids are swept even where totals add up, and whether posts' pages are fetched too. */
  readonly wordpress?: { readonly sweeps?: boolean; readonly wantsHtml?: boolean }
  /** What is to happen to a new document of the run, as commands for the same unit. */
  readonly onDocument: (run: string, document: { readonly id: string }) => readonly Command[]
  /** The stages that work on what `onDocument` asked for, finished also when the crawl is stopped by a limit. */
  readonly followUps: readonly Stage[]
  /** Called when the run is known and before anything is fetched; what it throws keeps the crawl from starting. */
  readonly onOpen?: (opened: OpenedRun) => Promise<void>
  /** Called when all work is over and before the run is ended: what it throws leaves the run to be taken up again. */
  readonly onEnding?: () => Promise<void>
  /** Called after each job is settled. */
  readonly onEnd?: (end: AttemptEnd) => void
  readonly clock?: Clock
  readonly resolve?: Resolve
  /** Bounds of one fetch; each that is left out keeps its default. */
  readonly fetchLimits?: Partial<FetchLimits>
  /** How pages are read; each that is left out keeps its default. */
  readonly reading?: PageReaderOptions
}

/** A crawl at work. */
export interface Crawl {
  readonly run: Run
  readonly isNew: boolean
  /** @throws MillraceError when the store can not be used; the run can then be taken up again */
  readonly ended: Promise<{ readonly state: RunState; readonly reason: string | null }>
  /** Claims no more and finishes what is in hand. */
  stop(reason: string): void
  /** Gives back what is in hand. */
  abort(reason: string): void
}

/** Pages in hand over all hosts; each host is bounded by its lane. */
const PAGES_AT_ONCE = 64
const SITEMAPS_AT_ONCE = 4
const DEEPENS_AT_ONCE = 8
const API_STEPS_AT_ONCE = 16
const FOLLOW_UPS_AT_ONCE = 64
/** The longest time a timer can be set to. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** Opens or continues the run of a source and works on it. @throws MillraceError as the store does */
export async function startCrawl(options: CrawlOptions): Promise<Crawl> {
  const clock = options.clock ?? systemClock
  requireUserAgent(options.network?.userAgent ?? options.userAgent)
  const network = networkFacts(options.network ?? {})
  const limits = { ...options.limits, ...(network === null ? {} : { network }) }
  const opened = await openRun({ ...options, ...firstJobs(options), limits, clock })
  try {
    await options.onOpen?.(opened)
  } catch (error) {
    // Busy: somebody else is at it, and may be at this very run.
    if (opened.isNew && !isMillraceError(error, 'Busy')) await discardRun(options.store, opened.run.id)
    throw error
  }
  return new RunCrawl(options, clock, opened)
}

class RunCrawl implements Crawl {
  readonly run: Run
  readonly isNew: boolean
  readonly ended: Crawl['ended']
  readonly #options: CrawlOptions
  readonly #clock: Clock
  #pages: number
  #stopReason: string | null = null
  #isAborted = false
  readonly #isCheap: boolean
  readonly #stopping = new AbortController()
  #worker: Worker | undefined
  readonly #reader: PageReader

  constructor(options: CrawlOptions, clock: Clock, { run, isNew, isIncremental }: OpenedRun) {
    this.#options = { ...options, userAgent: options.network?.userAgent ?? options.userAgent }
    this.#clock = clock
    this.run = run
    this.isNew = isNew
    this.#isCheap = isIncremental && options.isFull !== true
    this.#pages = run.pages
    this.#reader = createPageReader(options.reading)
    this.ended = this.#work()
    // Whoever awaits it later learns of a failure then; until that it is no unhandled one.
    this.ended.catch(() => undefined)
  }

  stop(reason: string): void {
    this.#stopReason ??= reason
    this.#stopping.abort()
    this.#worker?.stop()
  }

  abort(reason: string): void {
    this.#isAborted = true
    this.stop(reason)
    this.#worker?.abort()
    // What is being read is given back with the rest; closing again is awaited at the end.
    void this.#reader.close()
  }

  async #work(): Promise<{ state: RunState; reason: string | null }> {
    const { userAgent, allowPrivate, pace, resolve, fetchLimits, limits, source, network, clients } =
      this.#options
    await using fetcher = createFetcher({
      userAgent,
      allowPrivate,
      connectionsPerHost: pace.concurrency,
      clock: this.#clock,
      isOwn: ownOf(source),
      ...(network === undefined ? {} : { network }),
      ...(clients === undefined ? {} : { clients }),
      ...(resolve === undefined ? {} : { resolve }),
      ...(fetchLimits === undefined ? {} : { limits: fetchLimits }),
    })
    await using _reader = this.#reader
    const timer =
      limits.maxTimeMs === null
        ? undefined
        : setTimeout(() => this.stop('--max-time'), Math.min(limits.maxTimeMs, TIMER_MS_MAX))
    try {
      await this.#crawl(fetcher)
    } finally {
      clearTimeout(timer)
    }
    if (this.#stopReason !== null && !this.#isAborted) await this.#finishFollowUps()
    await this.#options.onEnding?.()
    return this.#endRun()
  }

  async #crawl(fetcher: Fetcher): Promise<void> {
    const { store, bus, limits, followUps } = this.#options
    const scope = compileScope(this.#options.source.scope)
    const robots = await this.#prepareRobots(fetcher)
    if (this.#pagesLeft() <= 0) this.stop('--max-pages')
    const shared = {
      store,
      bus,
      clock: this.#clock,
      run: this.run.id,
      guards: [runIsRunning({ id: this.run.id })],
      ...(limits.maxDepth === null ? {} : { priorityMax: limits.maxDepth }),
      onEnd: (end: AttemptEnd) => this.#noteEnd(end),
    }
    const sitemaps = this.#sitemapStages(fetcher, scope)
    // Once a page is in hand it is too late to hear from a sitemap that it need not be asked for.
    if (this.#isCheap && this.#stopReason === null) {
      this.#worker = startWorker({ ...shared, stages: sitemaps })
      await this.#worker.ended
    }
    if (this.#stopReason !== null) return
    const rest = followUps.map((stage) => ({ stage, concurrency: FOLLOW_UPS_AT_ONCE }))
    const stages = [...this.#stages(fetcher, scope, robots), ...sitemaps, ...rest]
    this.#worker = startWorker({ ...shared, stages })
    await this.#worker.ended
  }

  #sitemapStages(fetcher: Fetcher, scope: CompiledScope): readonly StageSlots[] {
    const { pace, source } = this.#options
    const common = { clock: this.#clock, run: this.run.id, scope, pace, believesDates: this.#isCheap }
    const wantsSitemap = ofHosts(source)
    const sitemap = this.#metered(fetcher, (metered) =>
      sitemapStage({ ...common, fetcher: metered, wantsSitemap }),
    )
    return [
      { stage: sitemap, concurrency: SITEMAPS_AT_ONCE },
      { stage: listedStage({ ...common, source: this.run.source }), concurrency: 1 },
    ]
  }

  /** A stage whose requests are counted. */
  #metered(fetcher: Fetcher, make: (fetcher: Fetcher) => Stage): Stage {
    const { gapMs } = this.#options.pace
    return meteredStage({ run: this.run.id, fetcher, clock: this.#clock, gapMs, make })
  }

  #stages(fetcher: Fetcher, scope: CompiledScope, robots: RobotsKeeper | undefined) {
    const { pace, onDocument } = this.#options
    const run = this.run.id
    const common = { clock: this.#clock, run, scope, pace }
    const source = this.run.source
    const made = { onDocument: (document: { readonly id: string }) => onDocument(run, document) }
    const how = { reader: this.#reader, source, robots, isConditional: this.#isCheap }
    const page = this.#metered(fetcher, (metered) =>
      pageStage({ ...common, ...made, ...how, fetcher: metered }),
    )
    return [
      {
        stage: page,
        concurrency: Math.max(PAGES_AT_ONCE, pace.concurrency),
        room: () => this.#pagesLeft(),
        ...this.#pageBudget(),
      },
      { stage: deepenStage(common), concurrency: DEEPENS_AT_ONCE },
      { stage: recallStage({ ...common, source: this.run.source }), concurrency: 1 },
      ...this.#wordpressStages(fetcher, { ...common, reader: this.#reader, robots }),
    ]
  }

  #wordpressStages(
    fetcher: Fetcher,
    common: Omit<WordpressTools, 'fetcher' | keyof OwnWordpressTools>,
  ): readonly StageSlots[] {
    const { store, source, onDocument, wordpress = {} } = this.#options
    if (source.kind === 'html') return []
    const own: OwnWordpressTools = {
      store,
      source: this.run.source,
      kind: source.kind,
      sweeps: wordpress.sweeps ?? false,
      wantsHtml: wordpress.wantsHtml ?? false,
      pagesLeft: () => this.#pagesLeft(),
      onDocument: (made) => onDocument(this.run.id, made),
    }
    const metered = (make: (tools: WordpressTools) => Stage) =>
      this.#metered(fetcher, (counted) => make({ ...common, ...own, fetcher: counted }))
    return [
      { stage: metered(wordpressStage), concurrency: API_STEPS_AT_ONCE },
      { stage: metered(htmlStage), concurrency: PAGES_AT_ONCE },
    ]
  }

  /** Learns the seeds' robots.txt before the first page, so that their jobs do not start in a burst behind it. */
  async #prepareRobots(fetcher: Fetcher): Promise<RobotsKeeper | undefined> {
    const { store, source, userAgent, pace, asksRobots } = this.#options
    if (!asksRobots) return undefined
    // Posts come over an API: who reads its site without one asks for the sitemaps itself.
    const wantsSitemap = source.kind === 'html' ? ofHosts(source) : () => false
    const keeper = new RobotsKeeper({
      store,
      fetcher,
      clock: this.#clock,
      userAgent,
      run: this.run.id,
      pace,
      wantsSitemap,
    })
    const origins = [...new Set(source.seeds.map((seed) => new URL(seed).origin))]
    // What fails here fails again in the page's own job, which knows what to do about it.
    await Promise.allSettled(origins.map((origin) => keeper.allows(`${origin}/`, this.#stopping.signal)))
    return keeper
  }

  #pagesLeft(): number {
    return (this.#options.limits.maxPages ?? Number.POSITIVE_INFINITY) - this.#pages
  }

  /** --max-pages is of the run, whoever else works on it. */
  #pageBudget(): Pick<StageSlots, 'budget'> {
    const { limits, store } = this.#options
    const { maxPages } = limits
    if (maxPages === null) return {}
    const { id } = this.run
    const stopWhenFull = async () => {
      const [run] = await store.read(getRun({ id }))
      if (run !== undefined && run.pages >= maxPages) this.stop('--max-pages')
    }
    const admits = (more: number) => runHasRoom({ id, kind: PAGE_KIND, more, pagesMax: maxPages })
    // A look that fails is taken again a second later; what is wrong with the store the next claim says.
    return { budget: { admits, onSpent: () => void stopWhenFull().catch(() => undefined) } }
  }

  #noteEnd(end: AttemptEnd): void {
    if (end.outcome === 'completed') this.#pages += pagesIn(end.commands)
    this.#options.onEnd?.(end)
    if (this.#pagesLeft() <= 0) this.stop('--max-pages')
  }

  /** What was asked for pages that are stored is done even when no more pages are fetched. */
  async #finishFollowUps(): Promise<void> {
    const { store, bus, followUps, onEnd } = this.#options
    const stages = followUps.map((stage) => ({ stage, concurrency: FOLLOW_UPS_AT_ONCE }))
    const shared = {
      store,
      bus,
      clock: this.#clock,
      run: this.run.id,
      ...(onEnd === undefined ? {} : { onEnd }),
    }
    this.#worker = startWorker({ ...shared, guards: [runIsRunning({ id: this.run.id })], stages })
    await this.#worker.ended
  }

  async #endRun(): Promise<{ state: RunState; reason: string | null }> {
    const { store } = this.#options
    const { id } = this.run
    const state = this.#stopReason === null ? 'completed' : 'stopped'
    await store.commit({
      commands: [endRun({ id, state, reason: this.#stopReason, process: store.process })],
    })
    const [run] = await store.read(getRun({ id }))
    return { state: (run?.state ?? state) as RunState, reason: run?.reason ?? null }
  }
}

type OwnWordpressTools = Pick<
  WordpressTools,
  'store' | 'source' | 'kind' | 'sweeps' | 'wantsHtml' | 'pagesLeft' | 'onDocument'
>

/** How a run of each kind of source begins, where that is not with the pages of its seeds. */
function firstJobs({ source, pace }: CrawlOptions): Pick<Parameters<typeof openRun>[0], 'firstJobs'> {
  if (source.kind === 'html') return {}
  return { firstJobs: (run, now) => findApis({ run, pace, seeds: source.seeds }, now) }
}

function ofHosts(source: Source): (url: string) => boolean {
  const hosts = new Set(source.scope.hosts)
  return (url) => hosts.has(new URL(url).host)
}
