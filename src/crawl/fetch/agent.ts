/** Builds the one undici agent of a fetcher: connections per host, guard, TLS and limits in one place. */
import { Agent, buildConnector, Client, Pool } from 'undici'
import { type Connection, Exchange } from './exchange.ts'
import { guardedLookup, openLookup, type Resolve } from './guard.ts'
import type { FetchLimits } from './limits.ts'

/** What the agent needs to know. */
export interface AgentOptions {
  readonly allowPrivate: boolean
  readonly connectionsPerHost: number
  readonly limits: FetchLimits
  readonly resolve: Resolve
  readonly verifyTls: true
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
export function createAgent(options: AgentOptions): Agent {
  const { limits } = options
  const shared: Client.Options = {
    allowH2: false,
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.idleMs,
    bodyTimeout: limits.idleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  const connect = createConnector(options)
  const factory = (origin: URL): Client => createClient(origin, shared, connect)
  const poolOptions = { ...shared, connections: options.connectionsPerHost, factory }
  return new Agent({ allowH2: false, factory: (origin) => new Pool(origin, poolOptions) })
}

function createConnector({
  allowPrivate,
  resolve,
  limits,
  verifyTls,
}: AgentOptions): buildConnector.connector {
  return buildConnector({
    lookup: allowPrivate ? openLookup(resolve) : guardedLookup(resolve),
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
