/** The way of one fetcher's requests: which agent takes a URL, and what is shown to its host. */
import type { Agent } from 'undici'
import { type AgentOptions, createHttpClients, type HttpClients } from './agent.ts'
import type { HeaderList } from './answer.ts'
import type { FetchLimits } from './limits.ts'
import {
  chooseProxy,
  CookieKeeper,
  type Environment,
  type Resolve,
  secretHeaders,
  type SourceNetwork,
  systemResolve,
  withoutCookieValues,
} from './network/index.ts'

/** Connections to one host, unless said otherwise. */
export const CONNECTIONS = 4

/** Where requests may go, and how. */
export interface RouteOptions {
  /** The User-Agent header; say who you are and where to complain. */
  readonly userAgent: string
  /** True also connects to private, loopback and link-local addresses. */
  readonly allowPrivate: boolean
  /** Most connections to one origin at a time; more requests wait. Default: 4. */
  readonly connectionsPerHost?: number
  /** Default: the system's resolver. */
  readonly resolve?: Resolve
  /** Who we are to this source, and by what way. Default: directly, certificates verified, with nothing to show. */
  readonly network?: SourceNetwork
  /** Whether a URL is the source's own, so that it is shown the source's headers, credentials and cookies. Default: none is. */
  readonly isOwn?: (url: URL) => boolean
  /** Clients to share; they are left open. Default: its own, closed with it. */
  readonly clients?: HttpClients
  /** Where a proxy of 'env' is looked up. Default: that of the process. */
  readonly environment?: Environment
}

/** @throws MillraceError BadConfig on settings that can not be */
export function routeOf(options: RouteOptions, limits: FetchLimits) {
  const { allowPrivate, network = {}, isOwn = () => false, resolve = systemResolve } = options
  const clients = options.clients ?? createHttpClients()
  const proxyOf = chooseProxy(network.proxy, options.environment ?? process.env)
  const verifyTls = network.tls !== 'unchecked'
  const connectionsPerHost = options.connectionsPerHost ?? CONNECTIONS
  const kind: Omit<AgentOptions, 'proxy'> = { allowPrivate, connectionsPerHost, limits, resolve, verifyTls }
  const secrets = secretHeaders(network)
  const cookies = network.cookies === true ? new CookieKeeper() : undefined
  const hidesCookies = cookies !== undefined || secrets.length > 0

  const agents = new Map<URL | null, Agent>()
  const agentFor = (proxy: URL | null): Agent => {
    const agent = agents.get(proxy) ?? clients.agentOf({ ...kind, proxy })
    agents.set(proxy, agent)
    return agent
  }

  /** A page's row keeps the headers of its answer, so the session that they may open is taken out before. */
  const readerOf = (url: URL) => (headers: HeaderList) => {
    cookies?.keep(url, headers)
    return withoutCookieValues(headers)
  }

  const shownTo = (url: URL): readonly string[] => {
    const cookie = cookies?.headerFor(url) ?? ''
    return [...secrets, ...(cookie === '' ? [] : ['cookie', cookie])]
  }

  return {
    userAgent: network.userAgent ?? options.userAgent,
    /** @throws MillraceError Closed */
    to(url: URL) {
      const proxy = proxyOf(url)
      const agent = agentFor(proxy)
      if (!isOwn(url)) return { agent, proxy, headers: [], readHeaders: {} }
      const readHeaders = hidesCookies ? { readHeaders: readerOf(url) } : {}
      return { agent, proxy, headers: shownTo(url), readHeaders }
    },
    close: async () => {
      if (options.clients === undefined) await clients.close()
    },
  }
}
