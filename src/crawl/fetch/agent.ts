/** Builds undici agents: connections per host, guard, TLS, proxy and limits in one place, one agent of each kind. */
import { Agent, buildConnector, Client, Pool } from 'undici'
import { MillraceError } from '../../model/index.ts'
import { type Connection, Exchange } from './exchange.ts'
import type { FetchLimits } from './limits.ts'
import {
  forwardConnector,
  guardedLookup,
  openLookup,
  proxyAuthorization,
  type Resolve,
  tunnelConnector,
} from './network/index.ts'

/** What an agent needs to know: its kind. */
export interface AgentOptions {
  readonly allowPrivate: boolean
  readonly connectionsPerHost: number
  readonly limits: FetchLimits
  readonly resolve: Resolve
  readonly verifyTls: boolean
  /** Null: the host itself is connected to. */
  readonly proxy: URL | null
}

/** The agents of a process, one of each kind, shared by whoever asks for that kind. */
export interface HttpClients extends AsyncDisposable {
  /** @throws MillraceError Closed */
  agentOf(kind: AgentOptions): Agent
  /** Closes all connections when what is under way on them is done. May be called twice. */
  close(): Promise<void>
}

/** Makes a set of agents that is empty yet; it owns sockets, so close it. */
export function createHttpClients(): HttpClients {
  const agents = new Map<Resolve, Map<string, Agent>>()
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    await Promise.all(
      [...agents.values()].flatMap((kinds) => [...kinds.values()]).map((agent) => agent.close()),
    )
  }
  const close = () => (closing ??= closeAll())
  const agentOf = (options: AgentOptions): Agent => {
    if (closing !== undefined)
      throw new MillraceError('Closed', 'expected open HTTP clients, got closed ones')
    const { resolve, ...kind } = options
    const kinds = agents.get(resolve) ?? new Map<string, Agent>()
    agents.set(resolve, kinds)
    const key = JSON.stringify(kind)
    const agent = kinds.get(key) ?? createAgent(options)
    kinds.set(key, agent)
    return agent
  }
  return { agentOf, close, [Symbol.asyncDispose]: close }
}

/**
 * How long an idle connection is kept where the server does not say. A polite crawl asks a host every few seconds,
 * so undici's 4 s would shake hands anew for almost every page.
 */
const KEEP_ALIVE_MS = 15_000

/**
 * HTTP/1.1 only: the raw header list (order, case, duplicates) is evidence, and HTTP/2 folds it. The caller closes
 * the agent.
 */
function createAgent(options: AgentOptions): Agent {
  const { limits } = options
  const shared: Client.Options = {
    allowH2: false,
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.idleMs,
    bodyTimeout: limits.idleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  const make = clientMaker(options)
  const factory = (origin: URL): Client => make(origin, shared)
  const poolOptions = { ...shared, connections: options.connectionsPerHost, factory }
  return new Agent({ allowH2: false, factory: (origin) => new Pool(origin, poolOptions) })
}

type MakeClient = (origin: URL, options: Client.Options) => Client

function clientMaker(options: AgentOptions): MakeClient {
  const { allowPrivate, proxy, limits, resolve } = options
  const lookup = allowPrivate ? openLookup(resolve) : guardedLookup(resolve)
  if (proxy === null) {
    const connect = connectorOf(options, { lookup })
    return (origin, shared) => createClient(origin, shared, connect)
  }
  // The proxy is ours to choose, so it may be private; and whoever trusts any host does not thereby trust any proxy.
  const toProxy = connectorOf({ ...options, verifyTls: true }, { lookup: openLookup(resolve) })
  const ways = { proxy, toProxy, toTarget: connectorOf(options, {}), connectMs: limits.connectMs }
  const [forward, tunnel] = [forwardConnector(ways), tunnelConnector(ways)]
  return (origin, shared) =>
    new URL(origin).protocol === 'https:'
      ? createClient(origin, shared, tunnel)
      : forwarding(createClient(new URL(proxy.origin), shared, forward), new URL(origin), proxy)
}

function connectorOf(
  { limits, verifyTls }: AgentOptions,
  given: Pick<buildConnector.BuildOptions & { lookup?: ReturnType<typeof openLookup> }, 'lookup'>,
): buildConnector.connector {
  return buildConnector({
    ...given,
    timeout: limits.connectMs,
    allowH2: false,
    autoSelectFamily: true,
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing.
    rejectUnauthorized: verifyTls,
  })
}

/**
 * A client is one connection, so it alone knows which address answers: the handler interface of undici does not say.
 * A name may have many addresses, and the one that answered is part of a page's evidence.
 */
function createClient(origin: URL, options: Client.Options, connect: buildConnector.connector): Client {
  const connection: Connection = { remoteAddress: '' }
  const client = new Client(origin, {
    ...options,
    connect: (target, done) => {
      connect(target, (...result) => {
        connection.remoteAddress = result[1]?.remoteAddress ?? ''
        done(...result)
      })
    },
  })
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (request, handler) => {
    if (handler instanceof Exchange) handler.connection = connection
    return dispatch(request, handler)
  }
  return client
}

/** A client of the proxy that asks it for whole URLs of `target` (RFC 9112 section 3.2.2). */
function forwarding(client: Client, target: URL, proxy: URL): Client {
  const authorization = proxyAuthorization(proxy)
  const own = ['host', target.host, ...(authorization === null ? [] : ['proxy-authorization', authorization])]
  // Or the certificate of an https proxy would be looked for by the name in the Host header.
  const servername = proxy.protocol === 'https:' ? { servername: proxy.hostname } : {}
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (request, handler) => {
    const headers = [...((request.headers ?? []) as readonly string[]), ...own]
    return dispatch(
      { ...request, ...servername, origin: proxy.origin, path: target.origin + request.path, headers },
      handler,
    )
  }
  return client
}
