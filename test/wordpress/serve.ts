/** Serves a fake site on loopback, keeps a record of what was asked, and lets a test meddle with every answer. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerApi, forgetOrder, type FakeAnswer, type Habits } from './answer.ts'
import type { FakeContent, FakePost } from './content.ts'

/** One request as a test sees it. */
export interface FakeRequest {
  /** `/wp/v2/posts`; '' for what is none of the API's. */
  readonly route: string
  readonly path: string
  readonly query: URLSearchParams
  /** 1 for the first request of the site. */
  readonly count: number
}

/** How the site behaves; what is left out is as WordPress does by default. */
export interface FakeOptions extends Partial<Omit<Habits, 'url' | 'api'>> {
  /** Plain permalinks: `/?rest_route=/wp/v2/posts`. */
  readonly isPlain?: boolean
  /** Whether the home page names the API. Default true. */
  readonly namesApi?: boolean
  /** Sends no X-WP-Total and no X-WP-TotalPages. */
  readonly hidesTotals?: boolean
  /** Comes before every JSON. */
  readonly prelude?: string
  /** Called before a request is answered; an answer it gives is sent instead, 'hang': nothing is ever sent. */
  onRequest?: (request: FakeRequest, site: FakeSite) => FakeAnswer | 'hang' | undefined
}

/** A fake site that is being served. */
export interface FakeSite extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string
  readonly content: FakeContent
  /** Every request, in order. Grows as you look. */
  readonly requests: readonly FakeRequest[]
  /** Adds or replaces a post. */
  put(post: FakePost): void
  /** Changes a post and its time of change. */
  edit(id: number, at: number, title: string): void
  remove(id: number): void
  /** Published posts of a type that visitors may read. */
  published(type: string): readonly FakePost[]
}

/** Serves until it is disposed of. */
export async function serveWordpress(content: FakeContent, options: FakeOptions = {}): Promise<FakeSite> {
  const requests: FakeRequest[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', site.url)
    const route = routeOf(url)
    const seen = {
      route: route ?? '',
      path: url.pathname,
      query: url.searchParams,
      count: requests.length + 1,
    }
    requests.push(seen)
    const meddled = options.onRequest?.(seen, site)
    if (meddled === 'hang') return
    const answer = meddled ?? answerOf(site, habitsOf(site.url, options), seen, options)
    send(response, options.hidesTotals === true ? { ...answer, headers: {} } : answer, options.prelude ?? '')
  })
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const site: FakeSite = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    content,
    requests,
    put(post) {
      content.posts.set(post.id, post)
      forgetOrder(content)
    },
    edit(id, at, title) {
      const post = content.posts.get(id)
      if (post !== undefined) Object.assign(post, { title, modified: at })
      forgetOrder(content)
    },
    remove(id) {
      content.posts.delete(id)
      forgetOrder(content)
    },
    published: (type) =>
      [...content.posts.values()].filter(
        (post) => post.type === type && post.status === 'publish' && post.isUnreadable !== true,
      ),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
  return site
}

function habitsOf(url: string, options: FakeOptions): Habits {
  const { offsetHours = 0, hidesUsers = false, perPageCap = 100, types = [], isPlain = false } = options
  const api = isPlain ? `${url}?rest_route=/` : `${url}wp-json/`
  return { url: url.replace(/\/$/, ''), api, offsetHours, hidesUsers, perPageCap, types }
}

function routeOf({ pathname, searchParams }: URL): string | undefined {
  const plain = searchParams.get('rest_route')
  if (plain !== null) return plain
  return pathname.startsWith('/wp-json/') ? pathname.slice('/wp-json'.length) : undefined
}

function answerOf(site: FakeSite, habits: Habits, request: FakeRequest, options: FakeOptions): FakeAnswer {
  const { path, query, route } = request
  const isApi = query.has('rest_route') ? options.isPlain === true : path.startsWith('/wp-json/')
  if (isApi && (options.isPlain !== true || query.has('rest_route')))
    return answerApi(site.content, habits, route, query)
  if (path === '/') {
    const head = (options.namesApi ?? true) ? `<link rel='https://api.w.org/' href='${habits.api}' />` : ''
    return { status: 200, text: `<!doctype html><title>Home</title>${head}<p>Welcome.</p>` }
  }
  const id = Number(/^\/\w+\/(\d+)\/$/.exec(path)?.[1])
  const post = site.content.posts.get(id)
  if (post === undefined) return { status: 404, text: '<p>Not here.</p>' }
  return { status: 200, text: `<!doctype html><title>${post.title}</title><main>${post.content}</main>` }
}

function send(response: ServerResponse, answer: FakeAnswer, prelude: string): void {
  const { status, headers = {}, json, text } = answer
  const type = json === undefined ? 'text/html; charset=utf-8' : 'application/json; charset=UTF-8'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(json === undefined ? (text ?? '') : prelude + JSON.stringify(json))
}
