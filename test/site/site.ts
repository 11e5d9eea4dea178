/** Serves a planned site over HTTP and counts every request, so a test can say "each page was fetched once". */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

import { listenOnLoopback } from './loopback.ts'
import { DETOURS, planSite, turned } from './plan.ts'
import type { Detour, DetourPlan, PagePlan, SiteOptions, SitePlan, Turn } from './plan.ts'
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
  /** How many requests were answered with 304. */
  notModified(): number
  /** From now on the site is as its plan says it will be: pages changed, pages lost, pages fresh. */
  turn(): void
  /** Pages by what becomes of them when the site turns; fresh ones are there only then. */
  readonly turnUrls: Readonly<Record<Turn | 'fresh', readonly string[]>>
  /** Of the pages that turning leaves as they are, those that answer 304. */
  readonly steadyUrls: readonly string[]
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
  readonly state: State
}

/** What of a site changes while it is served. */
interface State {
  isTurned: boolean
  notModified: number
}

/** Starts a site; the same options serve the same bytes but for the port. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const plan = planSite(options)
  const requests = new Map<string, number>()
  const state: State = { isTurned: false, notModified: 0 }
  const loopback = await listenOnLoopback((url) => {
    const answer = answerer(plan, url, state)
    return (request, response) => {
      const path = request.url ?? '/'
      requests.set(path, (requests.get(path) ?? 0) + 1)
      options.onRequest?.(path)
      // Not referenced: after close() the timer must not hold the process, and answering a dead socket is harmless.
      if (options.latencyMs) setTimeout(answer, options.latencyMs, request, response).unref()
      else answer(request, response)
    }
  })
  const turn = () => {
    state.isTurned = true
  }
  return { ...loopback, requests, notModified: () => state.notModified, turn, ...urlsOf(plan, loopback.url) }
}

function urlsOf(
  plan: SitePlan,
  url: string,
): Pick<Site, 'pageUrls' | 'detourUrls' | 'turnUrls' | 'steadyUrls'> {
  const detours = DETOURS.map((kind) => [
    kind,
    plan.detours.filter((detour) => detour.kind === kind).map((detour) => url + detour.path),
  ])
  const turning = (turn: Turn) =>
    plan.pages.filter((page) => page.turn === turn).map((page) => url + page.path)
  return {
    pageUrls: plan.pages.map((page) => url + page.path),
    detourUrls: Object.fromEntries(detours) as Record<Detour, readonly string[]>,
    turnUrls: {
      same: turning('same'),
      changed: turning('changed'),
      noise: turning('noise'),
      lost: turning('lost'),
      fresh: plan.fresh.map((page) => url + page.path),
    },
    steadyUrls: plan.pages
      .filter(({ turn, isTagged }) => turn === 'same' && isTagged)
      .map((page) => url + page.path),
  }
}

function answerer(plan: SitePlan, url: string, state: State) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/'
    const place = plan.places.get(path)
    const visit = { request, response, url, state }
    if (place?.kind === 'page') return answerPage(plan, place, visit)
    if (place !== undefined) return answerDetour(place, visit)
    if (path === '/robots.txt') return send(response, 'text/plain', robots(url))
    if (path === '/sitemap.xml') return send(response, 'application/xml', sitemap(plan, url))
    return sendMissing(response)
  }
}

function answerPage(plan: SitePlan, page: PagePlan, visit: Visit): void {
  const isFresh = page.path.startsWith('/fresh/')
  if (!visit.state.isTurned) return isFresh ? sendMissing(visit.response) : sendPage(page, visit)
  if (page.turn === 'lost') return sendMissing(visit.response)
  const changed = plan.pages.filter(({ turn }) => turn === 'changed')
  return sendPage(turned(page, plan.fresh[changed.indexOf(page)]), visit)
}

function answerDetour(place: DetourPlan, visit: Visit): void {
  const { response } = visit
  if (place.kind === 'moved') return void response.writeHead(301, { location: place.to }).end()
  if (place.kind === 'missing') return sendMissing(response)
  if (place.kind === 'file') return send(response, 'application/octet-stream', `bytes of ${place.path}\n`)
  return send(response, HTML, '<!doctype html><title>closed</title><p>robots.txt forbids this page</p>\n')
}

function sendPage(page: PagePlan, { request, response, url, state }: Visit): void {
  const html = renderPage(page, url, state.isTurned && page.turn === 'noise' ? 'turned' : '')
  if (page.isTagged) {
    const tag = `W/"${createHash('sha256').update(html).digest('hex').slice(0, 16)}"`
    response.setHeader('etag', tag)
    if (request.headers['if-none-match'] === tag) {
      state.notModified++
      return void response.writeHead(304).end()
    }
  }
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
