/** A forward proxy on loopback for tests: whole URLs of http, tunnels for anything, and a user and password if asked for. */
import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'

/** A proxy that is being served. */
export interface TestProxy {
  readonly port: number
  /** What it was asked for, first line each, in order. Grows as you look. */
  readonly asked: readonly string[]
  /** The Proxy-Authorization and other headers of each request. */
  readonly headers: readonly IncomingMessage['headers'][]
}

/** How it behaves. Every name leads to loopback: there is no other net in a test. */
export interface TestProxyOptions {
  /** `user:password` that is asked for. */
  readonly credentials?: string
  /** Given in place of a tunnel. */
  readonly tunnelStatus?: number
}

/** Serves until the end of the test. */
export async function serveProxy(t: TestContext, options: TestProxyOptions = {}): Promise<TestProxy> {
  const { credentials, tunnelStatus } = options
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const sockets = new Set<Duplex>()
  const wanted =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
  const note = (request: IncomingMessage): boolean => {
    asked.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    return wanted === undefined || request.headers['proxy-authorization'] === wanted
  }
  const server = createServer((incoming, outgoing) => {
    if (!note(incoming)) return outgoing.writeHead(407, { 'proxy-authenticate': 'Basic' }).end()
    const { port, pathname, search, host } = new URL(incoming.url ?? '')
    const { 'proxy-authorization': _, ...rest } = incoming.headers
    const onward = ask({ host: '127.0.0.1', port, path: pathname + search, headers: { ...rest, host } })
    onward.on('error', () => outgoing.writeHead(502).end())
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    return onward.end()
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    sockets.add(socket.on('error', () => undefined))
    const status = note(request) ? tunnelStatus : 407
    if (status !== undefined) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
    const onward = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    sockets.add(onward.on('error', () => socket.destroy()))
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, asked, headers }
}
