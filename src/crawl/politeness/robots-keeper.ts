/**
 * What each origin allows, fetched once a day and kept in the store and in memory. A robots.txt that answers 5xx or 429
 * closes the host for a while: RFC 9309 section 2.3.1.4 takes that for a full disallow. No answer at all is a failure of
 * the page's own try.
 */
import { hostOf, MillraceError, urlKey, type Clock } from '../../model/index.ts'
import { restLane, slowLane, waitLane } from '../../jobs/index.ts'
import { query, table, upsert, type Command, type Store } from '../../store/index.ts'
import { fetchRobots, type FetchedRobots } from './fetch-robots.ts'
import { retryAfterMs, type Fetcher } from '../fetch/index.ts'
import { countHostClosed } from '../history/index.ts'
import { offerFinds, SITEMAP_KIND, type Pace } from '../frontier.ts'
import { allows, crawlDelayMs, robotsVerdict, sitemapsOf, type RobotsVerdict } from './robots/index.ts'

/** RFC 9309 section 2.4: a cached copy should not be used for more than 24 hours. */
const KEPT_MS = 24 * 3_600_000
/** How long a host without a usable robots.txt is left alone when it names no time itself. */
const WAIT_MS = 60_000

const robots = table({
  name: 'robots',
  noun: 'robots',
  key: 'origin',
  columns: { origin: 'text', status: 'int', body: 'text', fetchedAt: 'time', expiresAt: 'time' },
})

const keepRobots = upsert(robots)

/** The robots.txt of an origin that is good beyond a time; `at` 0: whatever there is. */
export const findRobots = query({
  name: 'robots.find',
  params: { origin: 'text', at: 'time' },
  gives: { status: 'int', body: 'text', fetchedAt: 'time', expiresAt: 'time' },
  sql: 'SELECT status, body, fetched_at, expires_at FROM robots WHERE origin = :origin AND expires_at > :at',
})

/** What the keeper works with. */
export interface RobotsContext {
  readonly store: Store
  readonly fetcher: Fetcher
  readonly clock: Clock
  /** The whole User-Agent; its product token is what robots.txt speaks to. */
  readonly userAgent: string
  readonly run: string
  readonly pace: Pace
  /** Which of the sitemaps that a robots.txt names are to be read. */
  readonly wantsSitemap: (url: string) => boolean
}

interface Known {
  readonly verdict: RobotsVerdict
  readonly expiresAt: number
}

/** Answers whether a URL may be fetched. */
export class RobotsKeeper {
  readonly #context: RobotsContext
  readonly #known = new Map<string, Promise<Known>>()

  constructor(context: RobotsContext) {
    this.#context = context
  }

  /** Whether robots.txt allows `url`. @throws MillraceError RobotsUnavailable, with the time to come back as a fact */
  async allows(url: string, signal?: AbortSignal): Promise<boolean> {
    const { verdict } = await this.#knownOf(new URL(url).origin, signal)
    return verdict.kind !== 'rules' || allows(verdict.rules, this.#context.userAgent, url)
  }

  async #knownOf(origin: string, signal: AbortSignal | undefined): Promise<Known> {
    const asked = this.#known.get(origin) ?? this.#ask(origin, signal)
    const known = await asked
    if (known.expiresAt > this.#context.clock.now()) return known
    if (this.#known.get(origin) === asked) this.#known.delete(origin)
    return this.#knownOf(origin, signal)
  }

  #ask(origin: string, signal: AbortSignal | undefined): Promise<Known> {
    const asked = this.#learn(origin, signal)
    this.#known.set(origin, asked)
    // A failure is not remembered: the next job of this origin asks again, when its lane is open again.
    asked.catch(() => this.#known.delete(origin))
    return asked
  }

  async #learn(origin: string, signal: AbortSignal | undefined): Promise<Known> {
    const { store, clock } = this.#context
    const url = `${origin}/robots.txt`
    const [kept] = await store.read(findRobots({ origin, at: clock.now() }))
    const answer =
      kept === undefined ? await fetchRobots(this.#context.fetcher, url, signal) : { ...kept, url }
    const verdict = robotsVerdict(answer)
    const now = clock.now()
    if (verdict.kind === 'wait') throw await this.#closeHost(origin, answer, now)
    const { status, body } = answer
    const row = kept ?? { status, body, fetchedAt: now, expiresAt: now + KEPT_MS }
    const news = kept === undefined ? [keepRobots({ origin, ...row })] : []
    await store.commit({ commands: [...news, ...this.#consequences(origin, verdict, now)] })
    return { verdict, expiresAt: row.expiresAt }
  }

  /** The pace that the host asks for, before the gap that this request takes: the gap is then already the wider one. */
  #consequences(origin: string, verdict: RobotsVerdict, now: number): readonly Command[] {
    const { run, pace, userAgent, wantsSitemap } = this.#context
    const rest = restLane({ key: hostOf(origin) })
    if (verdict.kind !== 'rules') return [rest]
    const delayMs = crawlDelayMs(verdict.rules, userAgent)
    const sitemaps = sitemapsOf(verdict.rules).map(urlKey).filter(wantsSitemap)
    return [
      ...(delayMs === null ? [] : [slowLane({ key: hostOf(origin), gapMs: delayMs })]),
      rest,
      ...offerFinds({ run, kind: SITEMAP_KIND, urls: sitemaps, depth: 0, pace }, now),
    ]
  }

  async #closeHost(origin: string, answer: FetchedRobots, now: number): Promise<MillraceError> {
    const { status, retryAfter } = answer
    const askedMs = retryAfterMs(retryAfter, now)
    const until = now + (askedMs ?? WAIT_MS)
    const message = `${origin}/robots.txt answered ${status}, so the host is left alone for now`
    // Not only the lane of the job that asked: before the first job there is none, and no other must ask again so soon.
    const { store, run } = this.#context
    const host = hostOf(origin)
    const code = 'RobotsUnavailable'
    const counted = countHostClosed(run, host, { cause: code, until })
    await store.commit({ commands: [...counted, waitLane({ key: host, until, code, reason: message })] })
    const facts = { until, status, isNamed: askedMs !== undefined }
    return new MillraceError(code, message, { facts })
  }
}

/** What a store must be opened with to keep robots.txt files. */
export const robotsDefinitions = [keepRobots.definition, findRobots.definition]
