/**
 * What each origin allows, fetched once, kept in the store for a day and in memory while we run. A robots.txt that can
 * not be had (5xx, 429, no answer) closes the host for a while: RFC 9309 section 2.3.1.4 takes it for a full disallow.
 */
import { hostOf, MillraceError, urlKey, type Clock } from '../model/index.ts'
import { restLane, slowLane } from '../jobs/index.ts'
import { query, table, upsert, type Store } from '../store/index.ts'
import { fetchRobots } from './fetch-robots.ts'
import { retryAfterMs, type Fetcher } from './fetch/index.ts'
import { offerFinds, SITEMAP_KIND, type Pace } from './frontier.ts'
import {
  allows,
  crawlDelayMs,
  robotsVerdict,
  sitemapsOf,
  type RobotsAnswer,
  type RobotsVerdict,
} from './robots/index.ts'

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

const findRobots = query({
  name: 'robots.find',
  params: { origin: 'text', at: 'time' },
  gives: { status: 'int', body: 'text' },
  sqlite: 'SELECT status, body FROM robots WHERE origin = :origin AND expires_at > :at',
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

/** Answers whether a URL may be fetched. */
export class RobotsKeeper {
  readonly #context: RobotsContext
  readonly #verdicts = new Map<string, Promise<RobotsVerdict>>()

  constructor(context: RobotsContext) {
    this.#context = context
  }

  /** Whether robots.txt allows `url`. @throws MillraceError RobotsUnavailable, with the time to come back as a fact */
  async allows(url: string, signal?: AbortSignal): Promise<boolean> {
    const verdict = await this.#verdictOf(new URL(url).origin, signal)
    return verdict.kind !== 'rules' || allows(verdict.rules, this.#context.userAgent, url)
  }

  #verdictOf(origin: string, signal: AbortSignal | undefined): Promise<RobotsVerdict> {
    const known = this.#verdicts.get(origin)
    if (known !== undefined) return known
    const asked = this.#learn(origin, signal)
    this.#verdicts.set(origin, asked)
    // A failure is not remembered: the next job of this origin asks again, when its lane is open again.
    asked.catch(() => this.#verdicts.delete(origin))
    return asked
  }

  async #learn(origin: string, signal: AbortSignal | undefined): Promise<RobotsVerdict> {
    const { store, clock } = this.#context
    const url = `${origin}/robots.txt`
    const [known] = await store.read(findRobots({ origin, at: clock.now() }))
    const fetched = known === undefined ? await fetchRobots(this.#context.fetcher, url, signal) : undefined
    const answer = fetched ?? { status: 0, body: '', ...known, url }
    const verdict = robotsVerdict(answer)
    if (verdict.kind === 'wait') throw this.#unavailable(origin, answer.status, fetched?.retryAfter)
    await this.#remember(origin, answer, verdict)
    return verdict
  }

  async #remember(origin: string, answer: RobotsAnswer, verdict: RobotsVerdict): Promise<void> {
    const { store, clock, run, pace, userAgent } = this.#context
    const now = clock.now()
    const rules = verdict.kind === 'rules' ? verdict.rules : undefined
    const delayMs = rules === undefined ? null : crawlDelayMs(rules, userAgent)
    const sitemaps =
      rules === undefined ? [] : sitemapsOf(rules).map(urlKey).filter(this.#context.wantsSitemap)
    await store.commit({
      commands: [
        keepRobots({
          origin,
          status: answer.status,
          body: answer.body,
          fetchedAt: now,
          expiresAt: now + KEPT_MS,
        }),
        restLane({ key: hostOf(origin) }),
        ...(delayMs === null ? [] : [slowLane({ key: hostOf(origin), gapMs: delayMs })]),
        ...offerFinds({ run, kind: SITEMAP_KIND, urls: sitemaps, depth: 0, pace }, now),
      ],
    })
  }

  #unavailable(origin: string, status: number, retryAfter: string | undefined): MillraceError {
    const now = this.#context.clock.now()
    const until = now + (retryAfterMs(retryAfter, now) ?? WAIT_MS)
    const message = `${origin}/robots.txt answered ${status}, so the host is left alone for now`
    return new MillraceError('RobotsUnavailable', message, { facts: { until, status } })
  }
}

export const robotsDefinitions = [keepRobots.definition, findRobots.definition]
