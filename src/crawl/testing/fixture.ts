/** What the tests of crawl share: a real store in a fresh folder, crawls on it, time that can be hurried, and a look. */
import type { TestContext } from 'node:test'
import { createBus, type Bus } from '../../bus/index.ts'
import { jobDefinitions, jobsTopic, type AttemptEnd } from '../../jobs/index.ts'
import { systemClock, type Clock } from '../../model/index.ts'
import type { Definition, Store } from '../../store/index.ts'
import { freshPlace, openTestStore } from '../../store/testing/index.ts'
import {
  crawlDefinitions,
  sourceOf,
  startCrawl,
  summarizeRun,
  type Crawl,
  type CrawlOptions,
  type RunSummary,
  type SourceKind,
} from '../index.ts'
import { lookDefinitions } from './look.ts'

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  move(ms: number): void
}

/** A hand-moved clock that begins now, as servers name dates. */
export function handClock(): HandClock {
  let now = systemClock.now()
  return {
    now: () => now,
    move(ms) {
      now += ms
    },
  }
}

/** What a crawl of these tests can be given; the rest is one run over `url` with no gap and no robots.txt. */
export interface Asked extends Partial<Omit<CrawlOptions, 'source' | 'limits' | 'store'>> {
  /** Default: 'html'. */
  readonly kind?: SourceKind
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly maxPages?: number
  readonly maxDepth?: number
  readonly maxTimeMs?: number
}

/** How a crawl ended. */
export interface Crawled {
  readonly run: string
  readonly isNew: boolean
  readonly reason: string | null
  readonly summary: RunSummary
}

/** A store for crawls. */
export interface Plain {
  readonly store: Store
  readonly path: string
  readonly clock: Clock
  readonly bus: Bus
  /** Starts a crawl. */
  readonly start: (urls: string | readonly string[], asked?: Asked) => Promise<Crawl>
  /** Crawls to the end. */
  readonly crawl: (urls: string | readonly string[], asked?: Asked) => Promise<Crawled>
  /** Opens the store once more, as another process would. */
  readonly openAgain: () => Promise<Plain>
}

const USER_AGENT = 'millrace-test/1 (+http://localhost/)'

/** A fresh store, closed after the test, with further declarations of the test; its folder is kept when the test failed. */
export async function openCrawls(
  t: TestContext,
  clock: Clock = systemClock,
  further: readonly Definition[] = [],
): Promise<Plain> {
  const place = await freshPlace(t, 'crawl')
  const { path } = place
  const stores: Store[] = []
  t.after(async () => {
    await Promise.all(stores.map((store) => store.close()))
    await place.end()
  })
  const open = async (): Promise<Plain> => {
    const definitions = [...jobDefinitions, ...crawlDefinitions, ...lookDefinitions, ...further]
    const store = await openTestStore({ path, clock, definitions })
    stores.push(store)
    return plainOver({ store, path, clock, bus: createBus(), openAgain: open })
  }
  return open()
}

function plainOver(base: Omit<Plain, 'start' | 'crawl'>): Plain {
  const { store } = base
  const start = (urls: string | readonly string[], asked: Asked = {}) =>
    startCrawl(optionsOf(base, [urls].flat(), asked))
  return {
    ...base,
    start,
    async crawl(urls, asked) {
      const { run, isNew, ended } = await start(urls, asked)
      const { reason } = await ended
      return { run: run.id, isNew, reason, summary: await summarizeRun(store, run.id) }
    },
  }
}

function optionsOf(
  { store, bus, clock }: Pick<Plain, 'store' | 'bus' | 'clock'>,
  urls: readonly string[],
  asked: Asked,
): CrawlOptions {
  const { kind = 'html', include = [], exclude = [] } = asked
  const { maxPages = null, maxDepth = null, maxTimeMs = null, ...given } = asked
  return {
    store,
    bus,
    clock,
    source: sourceOf(urls, { include, exclude }, kind),
    limits: { maxPages, maxDepth, maxTimeMs },
    pace: { concurrency: 8, gapMs: 0 },
    userAgent: USER_AGENT,
    allowPrivate: true,
    asksRobots: false,
    onDocument: () => [],
    followUps: [],
    ...given,
  }
}

/** 15 minutes of a breaker, and 5 of a spent retry budget. */
const PENALTY_MS_MAX = 1_200_000

/**
 * An `onEnd` that moves the clock to the time a job waits for as soon as it waits, and wakes the crawl: backoffs and
 * named times pass without any time passing. So does the longest penalty of a breaker, once it can have opened, with
 * what a retry is put off by.
 */
export function hurried(clock: HandClock, bus: Bus, onEnd: (end: AttemptEnd) => void = () => undefined) {
  let failures = 0
  return (end: AttemptEnd): void => {
    onEnd(end)
    failures = end.outcome === 'completed' ? 0 : failures + 1
    const dueAt = end.commands.flatMap((command) => command.rows).find((row) => 'dueAt' in row)?.['dueAt']
    const isPutOff = end.outcome === 'retried' || end.outcome === 'waits'
    if (!isPutOff && failures < 5) return
    const penaltyMs = failures < 5 ? 0 : PENALTY_MS_MAX
    clock.move((isPutOff ? Math.max(0, Number(dueAt) - clock.now()) : 0) + penaltyMs)
    bus.hint(jobsTopic(end.job.kind))
  }
}

/** Looks again and again until it is so: for what gives no signal of its own. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate)
}
