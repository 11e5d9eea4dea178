/**
 * Connections by way of a proxy. A plain http target is asked for at the proxy by its whole URL; an https one through a
 * tunnel (CONNECT), in which its own certificate is checked as ever. What goes wrong before the target is reached is the
 * proxy's, and says so.
 */
import type { Socket } from 'node:net'
import { callbackify } from 'node:util'
import { type buildConnector, Client } from 'undici'
import { isMillraceError, MillraceError } from '../../../model/index.ts'
import { wordsOf } from '../failure.ts'
import { proxyAuthorization, proxyName } from './proxy.ts'

/** How to connect to the proxy itself, and through it. */
export interface TunnelOptions {
  readonly proxy: URL
  readonly toProxy: buildConnector.connector
  /** Makes TLS with the target on a connection that is there. */
  readonly toTarget: buildConnector.connector
  /** Longest time for the proxy to answer CONNECT, in milliseconds. */
  readonly connectMs: number
}

/** A connector to the proxy itself, for clients whose origin it is. */
export function forwardConnector({ proxy, toProxy }: TunnelOptions): buildConnector.connector {
  return (target, done) => {
    toProxy(target, (...result) => {
      if (result[0] === null) done(...result)
      else done(proxyFailure(proxy, wordsOf(result[0])), null)
    })
  }
}

/** A connector that ends at an https target. */
export function tunnelConnector(options: TunnelOptions): buildConnector.connector {
  const { proxy, toTarget } = options
  const open = callbackify(openTunnel)
  return (target, done) => {
    open(options, target, (error, httpSocket) => {
      if (error === null) toTarget({ ...target, httpSocket }, done)
      else done(isMillraceError(error) ? error : proxyFailure(proxy, wordsOf(error)), null)
    })
  }
}

/** The way through for one connection; the client is only there to speak to the proxy, and loses its socket to us. */
async function openTunnel(
  { proxy, toProxy, connectMs }: TunnelOptions,
  { hostname, port }: buildConnector.Options,
): Promise<Socket> {
  const client = new Client(proxy.origin, { allowH2: false, connect: toProxy, headersTimeout: connectMs })
  const authorization = proxyAuthorization(proxy)
  const path = `${hostname}:${port === '' ? '443' : port}`
  try {
    const { socket, statusCode } = await client.connect({
      path,
      headers: { host: path, ...(authorization === null ? {} : { 'proxy-authorization': authorization }) },
    })
    if (statusCode >= 200 && statusCode < 300) return socket as Socket
    socket.on('error', () => undefined).destroy()
    throw proxyRefusal(proxy, statusCode)
  } finally {
    void client.destroy()
  }
}

/** The error for an answer that the proxy gave in the place of the target. */
export function proxyRefusal(proxy: URL, status: number): MillraceError {
  if (status !== 407) return proxyFailure(proxy, `the answer ${status}`, status)
  const named = proxy.username === '' ? 'none was given' : 'the one given was refused'
  return proxyFailure(proxy, `407: it asks for a user and password, and ${named}`, status)
}

function proxyFailure(proxy: URL, got: string, status?: number): MillraceError {
  const name = proxyName(proxy)
  const message = `expected a way through the proxy ${name}, got ${got}; check --proxy and that it is up`
  // No cause: an error of the client's own may hold the headers that it sent.
  return new MillraceError('ProxyFailed', message, {
    facts: { proxy: name, ...(status === undefined ? {} : { status }) },
  })
}
