/** One answer of a collection: fewer posts at a time where a server can not make so many, more again when it can. */
import { MillraceError, type Json } from '../../../model/index.ts'
import { ask, asked, isSiteTime, type ApiAnswer } from '../api/index.ts'
import type { ChainInput, Visit } from '../step.ts'
import { paramsAt, type Cursor, type Seen } from './cursor.ts'

/** The most that the API gives at a time. */
export const PER_PAGE_MAX = 100
/** Answers in a row after which more is asked for again. */
const CALM_MIN = 8

/** What came, and how many to ask for from now on. */
export interface ListAnswer {
  readonly answer: ApiAnswer
  readonly seen: Seen
  readonly perPage: number
  readonly calm: number
}

/**
 * Asks for the posts at a cursor.
 * @throws MillraceError ServerError where the API refuses, and as `ask` does
 */
export async function askList(
  { tools, input, context }: Visit<ChainInput>,
  cursor: Cursor,
  { fields, perPageMax = PER_PAGE_MAX }: { readonly fields: string; readonly perPageMax?: number },
): Promise<ListAnswer> {
  const { attempts } = context.job
  const perPage = Math.max(1, Math.min(input.perPage, perPageMax) >> attempts)
  // Pages are of the size that they are asked for with.
  const page =
    perPage === input.perPage ? cursor.page : Math.floor(((cursor.page - 1) * input.perPage) / perPage) + 1
  const { collection } = input
  const url = asked(collection.url, {
    ...paramsAt({ ...cursor, page }),
    per_page: perPage,
    _fields: fields,
    _embed: collection.hidesUsers && fields.includes('_embedded') ? 'author' : undefined,
  })
  const answer = await ask(tools, url, context)
  const isBeyond = answer.problem === 'rest_post_invalid_page_number'
  if (answer.problem !== null && !isBeyond) throw refused(url, answer)
  const isCalm = attempts === 0 && input.calm + 1 >= CALM_MIN
  return {
    answer,
    seen: { times: timesIn(answer.json, cursor.by), total: answer.total, pages: answer.pages, isBeyond },
    perPage: isCalm ? Math.min(PER_PAGE_MAX, input.perPage * 2) : attempts > 0 ? perPage : input.perPage,
    calm: attempts > 0 || isCalm ? 0 : input.calm + 1,
  }
}

function timesIn(json: Json, by: Cursor['by']): readonly string[] {
  if (!Array.isArray(json)) return []
  return (json as readonly Json[]).flatMap((entry) => {
    const time = typeof entry === 'object' && entry !== null ? (entry as Record<string, Json>)[by] : undefined
    return isSiteTime(time) ? [time] : []
  })
}

/** An error of the API, to be tried again: most of them pass. */
export function refused(url: string, { head, problem }: ApiAnswer): MillraceError {
  const message = `expected a list of posts from ${url}, got ${head.status} ${problem ?? ''}`
  return new MillraceError('ServerError', message, { facts: { status: head.status, problem } })
}
