/**
 * Serves demo/site on loopback, so that the README's first crawl needs no network: `node demo/serve.ts [PORT]`.
 * It behaves like a small real server: redirects, a 404 page, ETags, one page that leaves its charset to its own head.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The demo site while it is served. */
export interface DemoSite {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

const ROOT = fileURLToPath(new URL('site', import.meta.url))

/** The origin the files are written for; it is replaced by the real one, since the port is known only now. */
const WRITTEN_ORIGIN = 'https://mills.example'

const MOVED: ReadonlyMap<string, string> = new Map([['/old-handbook', '/handbook/']])

/** Served without a charset in the header: the page is ISO-8859-1 and says so only in its meta element. */
const CHARSET_IN_META_ONLY = '/de/muehlgraben.html'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
}

const WITH_ORIGIN: ReadonlySet<string> = new Set(['.html', '.xml', '.txt'])

/** Serves the demo site; port 0 takes a free one. */
export async function serveDemo(port = 0): Promise<DemoSite> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    answer(request, response, `http://127.0.0.1:${port}`).catch((error: unknown) => {
      process.stderr.write(`${request.url}: ${String(error)}\n`)
      response.destroy()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, origin: string): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end()
  }
  const path = pathOf(request.url ?? '/')
  const target = path === null ? undefined : MOVED.get(path)
  if (target !== undefined) return void response.writeHead(301, { location: target }).end()
  const found = path === null ? null : await readSite(path, origin)
  if (path !== null && found !== null) return send(request, response, { status: 200, path, body: found })
  const missing = await readSite('/404.html', origin)
  return send(request, response, { status: 404, path: '/404.html', body: missing ?? Buffer.alloc(0) })
}

/** The file's path inside the site, or null for a request that can name none. */
function pathOf(target: string): string | null {
  const [path = ''] = target.split('?', 1)
  // An allow-list, since dot segments, escapes and doubled slashes are how a request climbs out of the folder.
  if (!/^(\/[\w-][\w.-]*)*\/?$/.test(path)) return null
  return path.endsWith('/') ? `${path}index.html` : path
}

async function readSite(path: string, origin: string): Promise<Buffer | null> {
  const body = await readIfFile(join(ROOT, path))
  if (body === null || !WITH_ORIGIN.has(extname(path))) return body
  // By way of latin1, which keeps every byte as it is, whatever the page's own encoding.
  return Buffer.from(body.toString('latin1').replaceAll(WRITTEN_ORIGIN, origin), 'latin1')
}

async function readIfFile(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return null
    throw error
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, path, body }: { status: number; path: string; body: Buffer },
): void {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
  const type =
    path === CHARSET_IN_META_ONLY ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream')
  response.setHeader('etag', etag)
  if (status === 200 && request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
  response.writeHead(status, { 'content-type': type, 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

if (import.meta.main) {
  const demo = await serveDemo(Number(process.argv[2] ?? 0))
  process.stdout.write(`${demo.url}/\n`)
  process.once('SIGINT', () => void demo.close())
}
