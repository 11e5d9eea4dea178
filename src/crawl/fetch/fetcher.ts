/** The fetcher: one URL in, one answer or one typed error out, over connections shared by all fetches. */
import type { Agent } from 'undici'
import { type Clock, MillraceError, parseHttpUrl, systemClock } from '../../model/index.ts'
import { createAgent } from './agent.ts'
import { type FetchAnswer, type FetchRequest, joinedHeader } from './answer.ts'
import { ACCEPT_ENCODING, decodeBody } from './decode.ts'
import { Exchange, type WireAnswer } from './exchange.ts'
import { refusePrivateLiteral, type Resolve, systemResolve } from './guard.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'

/** How a fetcher behaves. */
export interface FetcherOptions {
  /** The User-Agent header; say who you are and where to complain. */
  readonly userAgent: string
  /** True also connects to private, loopback and link-local addresses. */
  readonly allowPrivate: boolean
  /** Most connections to one origin at a time; more requests wait. Default: 4. */
  readonly connectionsPerHost?: number
  /** Each limit left out keeps its default, see FetchLimits. */
  readonly limits?: Partial<FetchLimits>
  /** Only true: certificates are verified whatever the environment says. */
  readonly verifyTls?: true
  /** Default: the system's resolver. */
  readonly resolve?: Resolve
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

/** Makes a fetcher; it opens nothing until the first fetch. @throws MillraceError BadConfig on a limit below 1 */
export function createFetcher(options: FetcherOptions): Fetcher {
  const limits: FetchLimits = { ...defaultLimits, ...options.limits }
  const { allowPrivate, connectionsPerHost = 4, verifyTls = true, resolve = systemResolve } = options
  requirePositive({ ...limits, connectionsPerHost })
  const agent = createAgent({ allowPrivate, connectionsPerHost, limits, resolve, verifyTls })
  const clock = options.clock ?? systemClock
  const { userAgent } = options

  async function fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer> {
    const startedAt = clock.now()
    const url = bareUrl(request.url)
    if (!allowPrivate) refusePrivateLiteral(url)
    const exchange = new Exchange({ ...request, url: url.href }, limits, signal)
    const answer = exchange.start()
    const headers = ['user-agent', userAgent, 'accept', request.accept ?? ACCEPT]
    for (const [name, value] of request.conditions ?? []) headers.push(name, value)
    if (!exchange.isSettled) dispatch(agent, url, exchange, headers)
    const { head, wire } = await answer
    const body = await decoded({ head, wire }, limits)
    return { ...head, body, wireBytes: wire?.length ?? 0, startedAt, durationMs: clock.now() - startedAt }
  }

  // undici rejects a second close; here it waits for the first.
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= agent.close())
  return { fetch, close, [Symbol.asyncDispose]: close }
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
