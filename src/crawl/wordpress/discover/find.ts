/** From a site's home to its API: where it is, and what it says of itself. */
import { hostOf, URL_CHARS_MAX, type Json } from '../../../model/index.ts'
import { API_PENALTY_MS, penalizeLane } from '../../../jobs/index.ts'
import type { Command } from '../../../store/index.ts'
import { header, redirectOf, type FetchAnswer } from '../../fetch/index.ts'
import { decodeHtml } from '../../read/html/index.ts'
import { refuseForNow } from '../../stages/index.ts'
import { ask, asked, under } from '../api/index.ts'
import { readAsSite } from '../fallback/index.ts'
import { keepSite } from '../rows/index.ts'
import { offerStep, type Visit } from '../step.ts'

/** Input of `find`. */
export interface FindInput {
  /** The seed, which names the site in what is kept of it. */
  readonly home: string
  /** Where it leads. */
  readonly at: string
  readonly hops: number
}

/** Input of `root`. */
export interface RootInput {
  readonly home: string
  readonly api: string
  /** Where else the API may be. */
  readonly guesses: readonly string[]
}

const HOPS_MAX = 10
/** A longer address is none of an API: its collections are named by it, in keys of rows. */
const API_CHARS_MAX = 1_000
const REL = 'https://api.w.org/'

/** Looks for the API in the headers and the head of the home page. */
export async function find(visit: Visit<FindInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { home, at, hops } = input
  if (tools.robots !== undefined && !(await tools.robots.allows(at, context.signal)))
    return readAsSite(visit, home, 'robots.txt forbids its home page')
  const answer = await tools.fetcher.fetch({ url: at }, context.signal)
  refuseForNow(answer, context)
  const api = apiIn(answer)
  if (api !== null) return offerRoot(visit, { home, api, guesses: [] })
  const target = redirectOf(answer)
  if (target !== null && target.length <= URL_CHARS_MAX && hops < HOPS_MAX) {
    const next = { home, at: target, hops: hops + 1 }
    const key = `${home} find ${hops + 1}`
    return offerStep(tools, { step: 'find', key, url: target, input: next }, tools.clock.now())
  }
  if (tools.kind === 'auto') return readAsSite(visit, home, null)
  const [first = '', ...guesses] = ['wp-json/', '?rest_route=/'].map((path) => new URL(path, at).href)
  return offerRoot(visit, { home, api: first, guesses })
}

function offerRoot({ tools }: Visit<unknown>, input: RootInput): readonly Command[] {
  const { home, api } = input
  const step = { step: 'root', key: `${home} root ${api}`, url: api, input }
  return [
    ...offerStep(tools, step, tools.clock.now()),
    // A host that serves an API is back sooner than one that serves pages.
    penalizeLane({ key: hostOf(api), baseMs: API_PENALTY_MS }),
  ]
}

/** The address that a page names as its API; null when it names none. */
export function apiIn(answer: Pick<FetchAnswer, 'url' | 'headers' | 'body'>): string | null {
  const links = answer.headers.filter(([name]) => name.toLowerCase() === 'link').map(([, value]) => value)
  const linked = links.flatMap((value) => [...value.matchAll(/<([^>]*)>([^<]*)/g)])
  const found = linked.find(([, , params = '']) => params.includes(REL))?.[1] ?? tagIn(answer)
  const url = found === undefined ? null : URL.parse(found, answer.url)
  return url !== null && /^https?:$/.test(url.protocol) && url.href.length <= API_CHARS_MAX ? url.href : null
}

function tagIn({ headers, body }: Pick<FetchAnswer, 'headers' | 'body'>): string | undefined {
  if (body === null) return undefined
  const { html } = decodeHtml(body, header(headers, 'content-type'))
  const tags = html.match(/<link\b[^>]{0,2000}>/gi) ?? []
  const tag = tags.find((text) => text.includes(REL))
  const address = /\bhref\s*=\s*["']?([^"'\s>]+)/i.exec(tag ?? '')?.[1]
  return address?.replaceAll('&amp;', '&').replaceAll('&#038;', '&')
}

/** Reads what the API says of itself. */
export async function root(visit: Visit<RootInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { home, api, guesses } = input
  const url = asked(api, { _fields: 'name,gmt_offset,timezone_string,namespaces' })
  const answer = await ask(tools, url, context)
  const said = fieldsOf(answer.json)
  const spaces = Array.isArray(said['namespaces']) ? (said['namespaces'] as readonly Json[]) : []
  if (answer.problem !== null || !spaces.includes('wp/v2')) {
    const [next, ...rest] = guesses
    if (next !== undefined) return offerRoot(visit, { home, api: next, guesses: rest })
    const why = answer.problem ?? 'it is none of WordPress'
    return readAsSite(visit, home, `its API at ${api} can not be read: ${why}`)
  }
  const name = typeof said['name'] === 'string' ? said['name'] : null
  const hours = Number(said['gmt_offset'] ?? 0)
  const zone = said['timezone_string']
  const clock = {
    offsetHours: Number.isFinite(hours) ? hours : 0,
    timeZone: typeof zone === 'string' ? zone : '',
  }
  const site = { home, api, ...clock }
  const next = { step: 'types', key: `${home} types ${api}`, url: under(api, 'wp/v2/types'), input: site }
  const note = answer.isDirty
    ? `${hostOf(api)} sends more than JSON: messages of PHP, or a byte order mark`
    : null
  return [
    keepSite({ run: tools.run, home, source: tools.source, api, readBy: 'rest', name, note }),
    ...offerStep(tools, next, tools.clock.now()),
  ]
}

function fieldsOf(json: Json): Readonly<Record<string, Json | undefined>> {
  return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, Json>>) : {}
}
