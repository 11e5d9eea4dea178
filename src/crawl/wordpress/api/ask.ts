/** One request to an API and what came: JSON with its totals, an error of the API's own, or a reason to come again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError, MillraceError, type Clock, type Json } from '../../../model/index.ts'
import { restLane, type WorkContext } from '../../../jobs/index.ts'
import type { Store } from '../../../store/index.ts'
import { header, redirectOf, type FetchAnswer, type Fetcher, type FetchHead } from '../../fetch/index.ts'
import type { RobotsKeeper } from '../../politeness/index.ts'
import { refuseForNow } from '../../stages/index.ts'
import { readJson } from './read-json.ts'

/** What asking needs. */
export interface AskTools {
  readonly store: Store
  readonly fetcher: Fetcher
  readonly clock: Clock
  /** Undefined when robots.txt is not to be asked. */
  readonly robots: RobotsKeeper | undefined
}

/** What the API answered. */
export interface ApiAnswer {
  readonly head: FetchHead
  readonly startedAt: number
  readonly durationMs: number
  /** null where `problem` says why. */
  readonly json: Json
  /** X-WP-Total and X-WP-TotalPages; null where they are not sent. */
  readonly total: number | null
  readonly pages: number | null
  /** The API's own code (`rest_no_route`), else 'http_403', 'robots', 'no_json'; null when all is well. */
  readonly problem: string | null
  /** Whether there was something beside the JSON. */
  readonly isDirty: boolean
}

const REDIRECTS_MAX = 5
const ACCEPT = 'application/json,*/*;q=0.1'

/**
 * Asks, following redirects.
 * @throws MillraceError RateLimited, RobotsUnavailable (come back later), ServerError (another try may help, also for a
 *   body that is no JSON or larger than what is taken), and what the fetcher throws
 */
export async function ask(tools: AskTools, url: string, context: WorkContext): Promise<ApiAnswer> {
  if (tools.robots !== undefined && !(await tools.robots.allows(url, context.signal))) return forbidden(url)
  const answer = await fetchAll(tools, url, context)
  refuseForNow(answer, context)
  const read = answer.body === null ? undefined : readJson(answer.body)
  const problem = problemOf(answer.status, read?.value)
  if (problem === 'no_json' && !context.isLastAttempt) throw noJson(url, answer)
  return {
    head: answer,
    startedAt: answer.startedAt,
    durationMs: answer.durationMs,
    json: read?.value ?? null,
    total: countOf(answer, 'x-wp-total'),
    pages: countOf(answer, 'x-wp-totalpages'),
    problem,
    isDirty: read?.isDirty ?? false,
  }
}

/** Asks once more within the same job, keeping the host's gap as if it were another. */
export async function askAlso(tools: AskTools, url: string, context: WorkContext): Promise<ApiAnswer> {
  const { job, signal } = context
  if (job.gapMs > 0) {
    await tools.store.commit({ commands: [restLane({ key: job.lane })] })
    await sleep(job.gapMs, undefined, { signal })
  }
  return ask(tools, url, context)
}

async function fetchAll(tools: AskTools, url: string, context: WorkContext): Promise<FetchAnswer> {
  let at = url
  for (let hops = 0; ; hops++) {
    const answer = await fetchOne(tools, at, context)
    const target = redirectOf(answer)
    if (target === null || hops >= REDIRECTS_MAX) return answer
    at = target
  }
}

async function fetchOne(tools: AskTools, url: string, { signal }: WorkContext): Promise<FetchAnswer> {
  try {
    return await tools.fetcher.fetch({ url, accept: ACCEPT }, signal)
  } catch (cause) {
    if (!isMillraceError(cause, 'BodyTooLarge', 'BadEncoding')) throw cause
    // The next try asks for fewer posts at a time, which mends what is too large.
    throw new MillraceError('ServerError', cause.message, { cause })
  }
}

function problemOf(status: number, json: Json | undefined): string | null {
  const code = codeOf(json)
  if (status >= 200 && status < 300) return json === undefined ? 'no_json' : null
  return code ?? `http_${status}`
}

/** The code of an error as the API writes it. */
export function codeOf(json: Json | undefined): string | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  const { code } = json as { readonly code?: Json }
  return typeof code === 'string' && code !== '' ? code : null
}

function countOf(head: FetchHead, name: string): number | null {
  const value = header(head.headers, name)?.trim() ?? ''
  return /^\d{1,12}$/.test(value) ? Number(value) : null
}

function noJson(url: string, { status, headers }: FetchHead): MillraceError {
  const type = header(headers, 'content-type') ?? 'nothing that says what it is'
  const message = `expected JSON of ${url}, got ${status} with ${type}: torn, or a page that keeps robots out`
  return new MillraceError('ServerError', message, { facts: { status } })
}

function forbidden(url: string): ApiAnswer {
  const head = { url, status: 0, headers: [], remoteAddress: '' }
  const nothing = { json: null, total: null, pages: null, isDirty: false, startedAt: 0, durationMs: 0 }
  return { head, ...nothing, problem: 'robots' }
}
