/** One page's work: may it be fetched, what came, and what it means. All I/O of the page stage is here. */
import { isMillraceError, MillraceError, sha256, urlKey, type Clock } from '../model/index.ts'
import type { WorkContext } from '../jobs/index.ts'
import { compress, type Compressed } from './compress.ts'
import { header, retryAfterMs, type Fetcher, type FetchHead } from './fetch/index.ts'
import { decodeHtml, parsePage, type ParsedPage } from './html/index.ts'
import type { RobotsKeeper } from './robots-keeper.ts'

/** What came of one URL. */
export type PageOutcome = { readonly kind: 'disallowed' } | FetchedPage

/** An answer, whatever its status. */
export interface FetchedPage {
  readonly kind: 'fetched'
  readonly head: FetchHead
  readonly startedAt: number
  readonly durationMs: number
  readonly raw: RawBody | null
  readonly parsed: ParsedPage | null
  readonly redirectTo: string | null
  /** Why there is less than one would expect, for a person; null when all is well. */
  readonly note: string | null
}

/** A body and its name. */
export interface RawBody extends Compressed {
  readonly sha256: string
  readonly bytes: number
}

/** What fetching a page needs. */
export interface PageTools {
  readonly fetcher: Fetcher
  readonly clock: Clock
  /** Undefined when robots.txt is not to be asked. */
  readonly robots: RobotsKeeper | undefined
}

/** How often a job waits because a host says 429 or 503, before that answer is taken as final. */
const RATE_WAITS_MAX = 20
/** The wait where Retry-After is missing: doubles with each time, within these bounds. */
const RATE_WAIT_MS = 5_000
const RATE_WAIT_MS_MAX = 300_000

/**
 * Fetches and reads one URL.
 * @throws MillraceError RateLimited and RobotsUnavailable (come back later), ServerError (another try may help), and
 *   what the fetcher throws when there was no answer
 */
export async function fetchPage(tools: PageTools, url: string, context: WorkContext): Promise<PageOutcome> {
  if (tools.robots !== undefined && !(await tools.robots.allows(url, context.signal)))
    return { kind: 'disallowed' }
  const seen: { head?: FetchHead } = {}
  const startedAt = tools.clock.now()
  const wantsBody = (head: FetchHead) => {
    seen.head = head
    return isHtml(head)
  }
  try {
    const answer = await tools.fetcher.fetch({ url, wantsBody }, context.signal)
    refuseForNow(answer, context)
    return await readAnswer(answer, answer.body, answer)
  } catch (error) {
    if (seen.head === undefined || !isMillraceError(error, 'BodyTooLarge', 'BadEncoding')) throw error
    // The host has answered: what it said is kept, with the reason why its body is not.
    return readAnswer(seen.head, null, { startedAt, durationMs: tools.clock.now() - startedAt }, error)
  }
}

interface Timing {
  readonly startedAt: number
  readonly durationMs: number
}

async function readAnswer(
  head: FetchHead,
  body: Uint8Array | null,
  timing: Timing,
  error?: MillraceError,
): Promise<FetchedPage> {
  const { startedAt, durationMs } = timing
  const isDocument = body !== null && head.status >= 200 && head.status < 300
  const parsed = isDocument
    ? parsePage(decodeHtml(body, header(head.headers, 'content-type')).html, head.url)
    : null
  return {
    kind: 'fetched',
    head,
    startedAt,
    durationMs,
    raw: body === null ? null : { sha256: sha256(body), bytes: body.byteLength, ...(await compress(body)) },
    parsed,
    redirectTo: redirectOf(head),
    note: noteOf(head, error),
  }
}

function noteOf(head: FetchHead, error: MillraceError | undefined): string | null {
  if (error !== undefined) return `${error.code}: ${error.message}`
  return isHtml(head) ? null : `not HTML: ${header(head.headers, 'content-type') ?? ''}`
}

/** A media type that says HTML, or none at all. */
function isHtml(head: FetchHead): boolean {
  const type = header(head.headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  return type === '' || type === 'text/html' || type === 'application/xhtml+xml'
}

function redirectOf(head: FetchHead): string | null {
  const location = header(head.headers, 'location')
  if (head.status < 300 || head.status >= 400 || location === undefined) return null
  // Servers send UTF-8 here although header values arrive as latin1 (RFC 9110 section 5.5).
  const target = URL.parse(Buffer.from(location, 'latin1').toString('utf8'), head.url)
  return target !== null && /^https?:$/.test(target.protocol) ? urlKey(target) : null
}

function refuseForNow(head: FetchHead & Timing, { job, isLastAttempt, clock }: WorkContext): void {
  const { status, url } = head
  if ((status === 429 || status === 503) && job.waits < RATE_WAITS_MAX) {
    const asked = retryAfterMs(header(head.headers, 'retry-after'), clock.now())
    const waitMs = asked ?? Math.min(RATE_WAIT_MS_MAX, RATE_WAIT_MS * 2 ** job.waits)
    const message = `${new URL(url).host} answered ${status} and is left alone for ${Math.ceil(waitMs / 1000)} s`
    throw new MillraceError('RateLimited', message, { facts: { until: clock.now() + waitMs, status } })
  }
  if (status >= 500 && !isLastAttempt) {
    throw new MillraceError('ServerError', `${url} answered ${status}`, { facts: { status } })
  }
}
