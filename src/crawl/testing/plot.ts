/** Small sites whose every answer a test decides itself, and which keep a record of how they were asked. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** One request. */
export interface Visit {
  /** Path and query. */
  readonly path: string
  /** 1 the first time this path is asked for. */
  readonly count: number
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A small site that is being served. */
export interface Plot {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /** The paths asked for, in order, and when, in milliseconds of the monotonic clock. Grows as you look. */
  readonly arrivals: readonly { readonly path: string; readonly at: number }[]
  /** How often a path was asked for. */
  asked(path: string): number
  /** The most requests that were open at one time. */
  openMax(): number
}

/** Serves until the end of the test. A string is an HTML page; null: `answer` answers, or has answered, itself. */
export async function servePlot(t: TestContext, answer: (visit: Visit) => string | null): Promise<Plot> {
  const arrivals: { path: string; at: number }[] = []
  let open = 0
  let openMax = 0
  const asked = (path: string): number => arrivals.filter((arrival) => arrival.path === path).length
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    arrivals.push({ path, at: performance.now() })
    openMax = Math.max(openMax, ++open)
    response.once('close', () => open--)
    const html = answer({ path, count: asked(path), request, response })
    if (html !== null) send(response, { html })
  })
  // A server that drops idle sockets races with the next request.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, arrivals, asked, openMax: () => openMax }
}

/** What is sent unless said otherwise: status 200, text/html. */
export interface Sent {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly html?: string | Uint8Array
}

/** Answers; returns null, so that a plot's answer can end with it. */
export function send(response: ServerResponse, { status = 200, headers = {}, html = '' }: Sent): null {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html)
  return null
}

/** A redirect without a body. */
export function redirect(response: ServerResponse, location: string): null {
  return send(response, { status: 302, headers: { location } })
}

/** A page that says something and links to some paths. */
export function pageOf(text: string, links: readonly string[] = []): string {
  const anchors = links.map((link) => `<li><a href="${link}">${link}</a></li>`)
  return `<!doctype html><title>${text}</title><p>${text}</p><ul>${anchors.join('')}</ul>`
}
