/** Serves a planned site over HTTP and counts every request, so a test can say "each page was fetched once". */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

import { listenOnLoopback } from './loopback.ts'
import { DETOURS, planSite } from './plan.ts'
import type { Detour, PagePlan, Place, SiteOptions, SitePlan } from './plan.ts'
import { renderPage } from './render.ts'

/** A generated site that is being served. */
export interface Site {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /** How often each path (with its query) was asked for, robots.txt and sitemap.xml included. Grows as you look. */
  readonly requests: ReadonlyMap<string, number>
  /** Every page that answers 200 with HTML; all can be reached from the first, the home page, by plain links. */
  readonly pageUrls: readonly string[]
  /** Linked URLs that are not pages: moved (301), missing (404), file (not HTML), closed (robots.txt forbids). */
  readonly detourUrls: Readonly<Record<Detour, readonly string[]>>
  close(): Promise<void>
}

/** Pages the sitemap lists: a few, since a sitemap is never the whole site. */
const SITEMAP_PAGES = 10

const HTML = 'text/html; charset=utf-8'

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The site's own origin, which pages put into their links. */
  readonly url: string
}

/** Starts a site; the same options serve the same bytes but for the port. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const plan = planSite(options)
  const requests = new Map<string, number>()
  const loopback = await listenOnLoopback((url) => {
    const answer = answerer(plan, url)
    return (request, response) => {
      const path = request.url ?? '/'
      requests.set(path, (requests.get(path) ?? 0) + 1)
      options.onRequest?.(path)
      // Not referenced: after close() the timer must not hold the process, and answering a dead socket is harmless.
      if (options.latencyMs) setTimeout(answer, options.latencyMs, request, response).unref()
      else answer(request, response)
    }
  })
  return { ...loopback, requests, ...urlsOf(plan, loopback.url) }
}

function urlsOf(plan: SitePlan, url: string): Pick<Site, 'pageUrls' | 'detourUrls'> {
  const detours = DETOURS.map((kind) => [
    kind,
    plan.detours.filter((detour) => detour.kind === kind).map((detour) => url + detour.path),
  ])
  return {
    pageUrls: plan.pages.map((page) => url + page.path),
    detourUrls: Object.fromEntries(detours) as Record<Detour, readonly string[]>,
  }
}

function answerer(plan: SitePlan, url: string) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/'
    const place = plan.places.get(path)
    if (place !== undefined) return answerPlace(place, { request, response, url })
    if (path === '/robots.txt') return send(response, 'text/plain', robots(url))
    if (path === '/sitemap.xml') return send(response, 'application/xml', sitemap(plan, url))
    return sendMissing(response)
  }
}

function answerPlace(place: Place, visit: Visit): void {
  if (place.kind === 'page') return sendPage(place, visit)
  const { response } = visit
  if (place.kind === 'moved') return void response.writeHead(301, { location: place.to }).end()
  if (place.kind === 'missing') return sendMissing(response)
  if (place.kind === 'file') return send(response, 'application/octet-stream', `bytes of ${place.path}\n`)
  return send(response, HTML, '<!doctype html><title>closed</title><p>robots.txt forbids this page</p>\n')
}

function sendPage(page: PagePlan, { request, response, url }: Visit): void {
  const html = renderPage(page, url)
  const isAccepted = String(request.headers['accept-encoding']).includes('gzip')
  if (!page.isGzipped || !isAccepted) return send(response, HTML, html)
  response.setHeader('content-encoding', 'gzip')
  return send(response, HTML, gzipSync(html))
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.setHeader('content-type', type).setHeader('content-length', Buffer.byteLength(body)).end(body)
}

function sendMissing(response: ServerResponse): void {
  response.statusCode = 404
  send(response, HTML, '<!doctype html><title>missing</title><h1>Not found</h1>\n')
}

function robots(url: string): string {
  return `User-agent: *\nDisallow: /closed/\n\nSitemap: ${url}/sitemap.xml\n`
}

function sitemap(plan: SitePlan, url: string): string {
  const entries = plan.pages.slice(-SITEMAP_PAGES).map((page) => {
    return `  <url><loc>${(url + page.path).replaceAll('&', '&amp;')}</loc></url>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${entries.join('')}</urlset>
`
}
