/** One page's work: may it be fetched, what came, and what it means. All I/O of the page stage is here. */
import { isMillraceError, sha256, type MillraceError, type Clock } from '../../model/index.ts'
import type { WorkContext } from '../../jobs/index.ts'
import { compress, type Compressed } from './compress.ts'
import { fingerprintOf, type Fingerprint } from '../duplicates/index.ts'
import { type Fetcher, type FetchHead, header, redirectOf } from '../fetch/index.ts'
import { decodeHtml, parsePage, type ParsedPage } from '../read/html/index.ts'
import { refuseForNow } from './refuse-for-now.ts'
import type { RobotsKeeper } from '../politeness/index.ts'

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
  /** Of the parsed page's text. */
  readonly fingerprint: Fingerprint | null
  readonly redirectTo: string | null
  /** An answer that is no HTML and leads nowhere; its body is not kept. */
  readonly isForeign: boolean
  /** An answer whose body could not be used. */
  readonly isRefused: boolean
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
  const redirectTo = redirectOf(head)
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
    fingerprint: parsed === null ? null : fingerprintOf(parsed.text),
    redirectTo,
    isForeign: head.status < 400 && redirectTo === null && !isHtml(head),
    isRefused: error !== undefined,
    note: noteOf(head, error),
  }
}

function noteOf(head: FetchHead, error: MillraceError | undefined): string | null {
  if (error !== undefined) return `${error.code}: ${error.message}`
  if (isHtml(head) || redirectOf(head) !== null) return null
  return `not HTML: ${header(head.headers, 'content-type') ?? ''}`
}

/** A media type that says HTML, or none at all. */
function isHtml(head: FetchHead): boolean {
  const type = header(head.headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  return type === '' || type === 'text/html' || type === 'application/xhtml+xml'
}
