/** One trap per path: what servers on the real web do to crawlers, each small enough to name in a test. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'

import { LATIN1_AS_UTF8, NUL_AND_SURROGATES, TORN_GZIP, zeros } from './hostile-bodies.ts'
import { listenOnLoopback } from './loopback.ts'

/** A hostile site that is being served. */
export interface HostileSite {
  /** `http://127.0.0.1:PORT`, without a slash at the end; `/index` links to every trap. */
  readonly url: string
  /** How often each path (with its query) was asked for. Grows as you look. */
  readonly requests: ReadonlyMap<string, number>
  close(): Promise<void>
}

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** 1 the first time this path is asked for. */
  readonly count: number
}

/** Bytes of /huge as sent, and of /bomb once unpacked. */
export const HUGE_BYTES = 20 * 1024 * 1024
export const BOMB_BYTES = 200 * 1024 * 1024

const HTML = 'text/html; charset=utf-8'
const GOOD_PAGE = '<!doctype html><title>fine</title><p>This answer is fine.</p>\n'
const SHORT_CLAIM = 10_000

const TRAPS: Readonly<Record<string, (visit: Visit) => void>> = {
  '/loop': ({ response }) => redirect(response, '/loop'),
  '/huge': ({ response }) => stream(response, Readable.from(zeros(HUGE_BYTES, 'x'))),
  '/bomb': ({ response }) => {
    response.setHeader('content-encoding', 'gzip')
    stream(response, Readable.from(zeros(BOMB_BYTES)).pipe(createGzip()))
  },
  '/torn-gzip': ({ response }) => {
    response.setHeader('content-encoding', 'gzip')
    send(response, TORN_GZIP)
  },
  '/nul': ({ response }) => send(response, NUL_AND_SURROGATES),
  '/latin1-says-utf8': ({ response }) => send(response, LATIN1_AS_UTF8),
  '/slow': ({ response }) =>
    void response.setHeader('content-type', HTML).write('<!doctype html><title>slow'),
  '/short': ({ response }) => {
    response.writeHead(200, { 'content-type': HTML, 'content-length': SHORT_CLAIM })
    response.write(GOOD_PAGE, () => response.socket?.end())
  },
  '/reset': ({ request }) => void request.socket.resetAndDestroy(),
  '/429-once': (visit) => refuseOnce(visit, 429, () => '0'),
  '/503-date': (visit) => refuseOnce(visit, 503, () => new Date(Date.now() + 1_000).toUTCString()),
  '/500-always': ({ response }) => {
    response.statusCode = 500
    send(response, '<!doctype html><title>broken</title>\n')
  },
  '/empty': ({ response }) => send(response, ''),
  '/no-content-type': ({ response }) => void response.end(GOOD_PAGE),
}

/** Every trap's path, in the order /index links to them; /hop/N never ends, whatever N. */
export const HOSTILE_PATHS: readonly string[] = [...Object.keys(TRAPS), '/hop/0']

/** Starts the hostile site. */
export async function startHostileSite(): Promise<HostileSite> {
  const requests = new Map<string, number>()
  const loopback = await listenOnLoopback(() => (request, response) => {
    const path = request.url ?? '/'
    const count = (requests.get(path) ?? 0) + 1
    requests.set(path, count)
    answer(path, { request, response, count })
  })
  return { ...loopback, requests }
}

function answer(path: string, visit: Visit): void {
  const trap = TRAPS[path]
  if (trap !== undefined) return trap(visit)
  const hop = /^\/hop\/(\d+)$/.exec(path)
  if (hop !== null) return redirect(visit.response, `/hop/${Number(hop[1]) + 1}`)
  if (path === '/index') return send(visit.response, indexPage())
  visit.response.statusCode = 404
  send(visit.response, '<!doctype html><title>missing</title>\n')
}

function indexPage(): string {
  const items = HOSTILE_PATHS.map((path) => `<li><a href="${path}">${path}</a></li>`)
  return `<!doctype html>\n<title>hostile index</title>\n<ul>\n${items.join('\n')}\n</ul>\n`
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'content-length': 0 }).end()
}

function refuseOnce({ response, count }: Visit, status: number, retryAfter: () => string): void {
  if (count > 1) return send(response, GOOD_PAGE)
  response.statusCode = status
  response.setHeader('retry-after', retryAfter())
  send(response, '')
}

function send(response: ServerResponse, body: string | Buffer): void {
  response.setHeader('content-type', HTML).setHeader('content-length', Buffer.byteLength(body)).end(body)
}

function stream(response: ServerResponse, body: Readable): void {
  response.setHeader('content-type', HTML)
  // A client that hangs up early is the very thing these paths are for, so the pipeline's error has no one to tell.
  pipeline(body, response, () => {})
}
