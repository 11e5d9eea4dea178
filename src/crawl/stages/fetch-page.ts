/** One page's work: may it be fetched, what came, and what it means. All I/O of the page stage is here. */
import { isMillraceError, type MillraceError, type Clock } from '../../model/index.ts'
import type { WorkContext } from '../../jobs/index.ts'
import { conditionsOf } from './conditional.ts'
import { type FetchAnswer, type Fetcher, type FetchHead, header, redirectOf } from '../fetch/index.ts'
import type { EarlierPage } from '../history/index.ts'
import {
  readerOf,
  type FetchedBody,
  type PageReader,
  type RawBody,
  type ReadBody,
  type Reading,
} from '../read/page/index.ts'
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
  readonly reading: Reading | null
  /** The earlier answer that a 304 stands for. */
  readonly kept: EarlierPage | null
  readonly redirectTo: string | null
  /** An answer that is no HTML and leads nowhere; its body is not kept. */
  readonly isForeign: boolean
  /** An answer whose body could not be used. */
  readonly isRefused: boolean
  /** Why there is less than one would expect, for a person; null when all is well. */
  readonly note: string | null
}

/** What fetching a page needs. */
export interface PageTools {
  readonly fetcher: Fetcher
  readonly clock: Clock
  readonly reader: PageReader
  /** Undefined when robots.txt is not to be asked. */
  readonly robots: RobotsKeeper | undefined
}

/** What is to be fetched, and the answer of an earlier run that may still hold. */
export interface PageQuestion {
  readonly url: string
  readonly earlier: EarlierPage | undefined
}

/**
 * Fetches and reads one URL.
 * @throws MillraceError RateLimited and RobotsUnavailable (come back later), ServerError (another try may help), and
 *   what the fetcher throws when there was no answer
 */
export async function fetchPage(
  tools: PageTools,
  { url, earlier }: PageQuestion,
  context: WorkContext,
): Promise<PageOutcome> {
  if (tools.robots !== undefined && !(await tools.robots.allows(url, context.signal)))
    return { kind: 'disallowed' }
  const seen: { head?: FetchHead } = {}
  const startedAt = tools.clock.now()
  const conditions = earlier === undefined ? [] : conditionsOf(earlier)
  const wantsBody = (head: FetchHead) => {
    seen.head = head
    return isHtml(head)
  }
  try {
    const answer = await tools.fetcher.fetch({ url, wantsBody, conditions }, context.signal)
    refuseForNow(answer, context)
    if (answer.status === 304) return notModified(answer, conditions.length > 0 ? earlier : undefined)
    return await readAnswer(tools.reader, answer, answer.body, answer)
  } catch (error) {
    if (seen.head === undefined || !isMillraceError(error, 'BodyTooLarge', 'BadEncoding')) throw error
    // The host has answered: what it said is kept, with the reason why its body is not.
    const timing = { startedAt, durationMs: tools.clock.now() - startedAt }
    return pageOf(seen.head, timing, { raw: null, reading: null, error })
  }
}

/** A 304 has no body, and nothing of the head but its validators is to be taken for the page's. */
function notModified(answer: FetchAnswer, earlier: EarlierPage | undefined): FetchedPage {
  const { startedAt, durationMs } = answer
  const isAsked = earlier !== undefined
  return {
    kind: 'fetched',
    head: answer,
    startedAt,
    durationMs,
    raw: null,
    reading: null,
    kept: earlier ?? null,
    redirectTo: null,
    isForeign: false,
    isRefused: !isAsked,
    note: isAsked ? null : 'NotModified: answered 304 to a request that named no earlier version',
  }
}

interface Timing {
  readonly startedAt: number
  readonly durationMs: number
}

async function readAnswer(
  reader: PageReader,
  head: FetchHead,
  body: Uint8Array | null,
  timing: Timing,
): Promise<FetchedPage> {
  if (body === null) return pageOf(head, timing, { raw: null, reading: null })
  const isDocument = head.status >= 200 && head.status < 300
  const contentType = header(head.headers, 'content-type') ?? null
  return pageOf(head, timing, await readBody(reader, { url: head.url, contentType, body, isDocument }))
}

/** A body, as far as it could be read; `error` says why not. */
interface Body {
  readonly raw: RawBody | null
  readonly reading: Reading | null
  readonly error?: MillraceError
}

/** A body that can not be read is kept all the same: whoever can read it later finds it. */
async function readBody(reader: PageReader, page: FetchedBody): Promise<Body> {
  try {
    return await reader.readFetched(page)
  } catch (error) {
    if (!isMillraceError(error, 'Unreadable')) throw error
    const { raw }: ReadBody = await reader.readFetched({ ...page, isDocument: false })
    return { raw, reading: null, error }
  }
}

function pageOf(head: FetchHead, { startedAt, durationMs }: Timing, body: Body): FetchedPage {
  const redirectTo = redirectOf(head)
  return {
    kind: 'fetched',
    head,
    startedAt,
    durationMs,
    raw: body.raw,
    reading: body.reading,
    kept: null,
    redirectTo,
    isForeign: head.status < 400 && redirectTo === null && !isHtml(head),
    isRefused: body.error !== undefined,
    note: noteOf(head, body.error),
  }
}

function noteOf(head: FetchHead, error: MillraceError | undefined): string | null {
  if (error !== undefined) return `${error.code}: ${error.message}`
  if (isHtml(head) || redirectOf(head) !== null) return null
  return `not HTML: ${header(head.headers, 'content-type') ?? ''}`
}

/** A media type that says HTML, or none at all. */
function isHtml(head: FetchHead): boolean {
  return readerOf(header(head.headers, 'content-type')) !== undefined
}
