/** A crawl whose documents are also indexed for search: what `crawl` starts, and what programs are given. */
import { createBus, type Bus } from '../../../bus/index.ts'
import {
  startCrawl,
  type Crawl,
  type CrawlOptions,
  type Pace,
  type RunLimits,
  type Source,
} from '../../../crawl/index.ts'
import { newId, systemClock } from '../../../model/index.ts'
import { indexStage, offerIndex } from '../../../search/index.ts'
import type { Store } from '../../../store/index.ts'
import { PACE_DEFAULT, USER_AGENT_DEFAULT } from './crawl-options.ts'

/** How to crawl; what is left out is as on the command line. */
export interface IndexedCrawlOptions {
  readonly store: Store
  readonly source: Source
  /** Default: no limits. */
  readonly limits?: Partial<RunLimits>
  /** Default: 4 connections and 250 ms between requests, a host. */
  readonly pace?: Partial<Pace>
  readonly userAgent?: string
  /** How the source is reached, and what its own hosts are shown. Default: directly, with nothing. */
  readonly network?: CrawlOptions['network']
  /** HTTP clients to share with other crawls of the process. Default: its own. */
  readonly clients?: CrawlOptions['clients']
  /** Default false: private, loopback and link-local addresses are refused. */
  readonly allowPrivate?: boolean
  /** Default true. */
  readonly asksRobots?: boolean
  /** true: a source that was crawled before is fetched anew, page for page. Default false. */
  readonly isFull?: boolean
  /** Whether documents are indexed for search. Default true. */
  readonly isIndexed?: boolean
  /** Of a WordPress source: whether ids are swept even where totals add up, and whether posts' pages are fetched too. */
  readonly wordpress?: CrawlOptions['wordpress']
  /** Where hints are exchanged with others of this process. Default: a bus of its own. */
  readonly bus?: Bus
  /** Called when the run is known and before anything is fetched. */
  readonly onOpen?: CrawlOptions['onOpen']
  /** Called when all work is over and before the run is ended. */
  readonly onEnding?: CrawlOptions['onEnding']
  /** Called after each job is settled. */
  readonly onEnd?: CrawlOptions['onEnd']
}

/**
 * Starts to crawl a source, or goes on with its unfinished run. `ended` of what it resolves with settles when the run
 * is at its end and its documents are indexed. @throws MillraceError as the store does
 */
export function startIndexedCrawl(options: IndexedCrawlOptions): Promise<Crawl> {
  const { store, source, network, clients, wordpress, onOpen, onEnding, onEnd } = options
  return startCrawl({
    store,
    source,
    bus: options.bus ?? createBus(),
    limits: { maxPages: null, maxDepth: null, maxTimeMs: null, ...options.limits },
    pace: { ...PACE_DEFAULT, ...options.pace },
    userAgent: options.userAgent ?? USER_AGENT_DEFAULT,
    allowPrivate: options.allowPrivate ?? false,
    asksRobots: options.asksRobots ?? true,
    isFull: options.isFull ?? false,
    onDocument: (run, { id }) =>
      options.isIndexed === false ? [] : offerIndex(run, { id: newId(systemClock.now()), document: id }),
    followUps: [indexStage],
    ...(network === undefined ? {} : { network }),
    ...(clients === undefined ? {} : { clients }),
    ...(wordpress === undefined ? {} : { wordpress }),
    ...(onOpen === undefined ? {} : { onOpen }),
    ...(onEnding === undefined ? {} : { onEnding }),
    ...(onEnd === undefined ? {} : { onEnd }),
  })
}
