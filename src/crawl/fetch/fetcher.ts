/** The fetcher: one URL in, one answer or one typed error out, over connections shared by all fetches. */
import { type Agent, errors } from 'undici'
import { type Clock, MillraceError, parseHttpUrl, systemClock } from '../../model/index.ts'
import { type FetchAnswer, type FetchRequest, joinedHeader } from './answer.ts'
import { ACCEPT_ENCODING, decodeBody } from './body/index.ts'
import { Exchange, type WireAnswer } from './exchange.ts'
import { fetchFailure } from './failure.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'
import {
  proxyRefusal,
  refusePrivateLiteral,
  refusePrivateName,
  type Resolve,
  systemResolve,
} from './network/index.ts'
import { CONNECTIONS, type RouteOptions, routeOf } from './route.ts'

/** How a fetcher behaves. */
export interface FetcherOptions extends RouteOptions {
  /** Each limit left out keeps its default, see FetchLimits. */
  readonly limits?: Partial<FetchLimits>
  /** For `startedAt` and `durationMs`. Default: the system's clock. */
  readonly clock?: Clock
}

/** Fetches; owns sockets, so close it. */
export interface Fetcher extends AsyncDisposable {
  /**
   * One GET, no redirect followed, nothing retried; any status is an answer.
   * @throws MillraceError BadUrl, AddressRefused, UnreachableHost, TlsFailed, ConnectionLost, FetchTimeout,
   * BodyTooLarge, BadEncoding, Aborted (the signal), Closed (after close).
   */
  fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer>
  /** Refuses new fetches, waits for those under way (at most totalMs), then closes all sockets. May be called twice. */
  close(): Promise<void>
}

const ACCEPT = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5'

/** Makes a fetcher; it opens nothing until the first fetch. @throws MillraceError BadConfig on a limit below 1, and on settings that can not be */
export function createFetcher(options: FetcherOptions): Fetcher {
  const limits: FetchLimits = { ...defaultLimits, ...options.limits }
  requirePositive({ ...limits, connectionsPerHost: options.connectionsPerHost ?? CONNECTIONS })
  const route = routeOf(options, limits)
  const clock = options.clock ?? systemClock

  async function fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer> {
    const startedAt = clock.now()
    const url = bareUrl(request.url)
    if (!options.allowPrivate) refusePrivateLiteral(url)
    const { agent, proxy, headers, readHeaders } = route.to(url)
    const exchange = new Exchange({ ...request, url: url.href, ...readHeaders }, limits, signal)
    const answer = exchange.start()
    if (proxy !== null && !options.allowPrivate) await refuseFirst(exchange, url, options.resolve)
    const asked = ['user-agent', route.userAgent, 'accept', request.accept ?? ACCEPT, ...headers]
    for (const [name, value] of request.conditions ?? []) asked.push(name, value)
    if (!exchange.isSettled) dispatch(agent, url, exchange, asked)
    const { head, wire } = await answer
    if (proxy !== null && head.status === 407) throw proxyRefusal(proxy, 407)
    const body = await decoded({ head, wire }, limits)
    return { ...head, body, wireBytes: wire?.length ?? 0, startedAt, durationMs: clock.now() - startedAt }
  }

  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined
  // Of clients that are shared, only what goes by this fetcher is waited for.
  const finish = async () => {
    await Promise.allSettled(underWay)
    await route.close()
  }
  const close = (): Promise<void> => (closing ??= finish())
  return {
    async fetch(request, signal) {
      if (closing !== undefined) throw fetchFailure(new errors.ClientClosedError(), request.url)
      const answer = fetch(request, signal)
      underWay.add(answer)
      try {
        return await answer
      } finally {
        underWay.delete(answer)
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The guard of direct connections stands at the socket; a proxy's are made out of our sight, so its targets are looked up before. */
async function refuseFirst(exchange: Exchange, url: URL, resolve: Resolve = systemResolve): Promise<void> {
  try {
    await refusePrivateName(url, resolve)
  } catch (error) {
    exchange.giveUp(fetchFailure(error, url.href))
  }
}

/** Without the fragment, which is never sent, and without credentials, which must not reach a page or a message. */
function bareUrl(text: string): URL {
  const url = parseHttpUrl(text)
  url.hash = ''
  url.username = ''
  url.password = ''
  return url
}

function dispatch(agent: Agent, url: URL, exchange: Exchange, headers: string[]): void {
  headers.push('accept-encoding', ACCEPT_ENCODING)
  const path = url.pathname + url.search
  agent.dispatch({ origin: url.origin, path, method: 'GET', headers }, exchange)
}

async function decoded({ head, wire }: WireAnswer, limits: FetchLimits): Promise<Uint8Array | null> {
  const encoding = joinedHeader(head.headers, 'content-encoding')
  return wire === null || encoding === '' ? wire : decodeBody({ url: head.url, wire, encoding }, limits)
}

function requirePositive(figures: Readonly<Record<string, number>>): void {
  for (const [name, figure] of Object.entries(figures)) {
    if (figure >= 1) continue
    throw new MillraceError(
      'BadConfig',
      `expected ${name} of at least 1, got ${figure}; mend the configuration`,
    )
  }
}
