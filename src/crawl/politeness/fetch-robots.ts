/** Fetches a robots.txt, following redirects as RFC 9309 section 2.3.1.2 asks. */
import { isMillraceError } from '../../model/index.ts'
import { type FetchAnswer, type Fetcher, header, redirectOf } from '../fetch/index.ts'
import type { RobotsAnswer } from './robots/index.ts'

/** The RFC's number: at least five hops. */
const REDIRECTS_MAX = 5

/** What a host answered, and its Retry-After header where it sent one. */
export interface FetchedRobots extends RobotsAnswer {
  readonly retryAfter?: string
}

/** @throws MillraceError as the fetcher does when there is no answer */
export async function fetchRobots(
  fetcher: Fetcher,
  url: string,
  signal?: AbortSignal,
): Promise<FetchedRobots> {
  let at = url
  for (let hops = 0; ; hops++) {
    const answer = await ask(fetcher, at, signal)
    // An answer that can not be read says no more than an empty file would.
    if (answer === null) return { status: 200, body: '', url: at }
    const target = redirectOf(answer)
    if (target === null || hops >= REDIRECTS_MAX) return robotsAnswer(answer, at)
    at = target
  }
}

async function ask(
  fetcher: Fetcher,
  url: string,
  signal: AbortSignal | undefined,
): Promise<FetchAnswer | null> {
  try {
    return await fetcher.fetch({ url, accept: 'text/plain,*/*;q=0.5' }, signal)
  } catch (error) {
    if (isMillraceError(error, 'BodyTooLarge', 'BadEncoding')) return null
    throw error
  }
}

function robotsAnswer(answer: FetchAnswer, url: string): FetchedRobots {
  const retryAfter = header(answer.headers, 'retry-after')
  const body = new TextDecoder().decode(answer.body ?? new Uint8Array())
  return { status: answer.status, body, url, ...(retryAfter === undefined ? {} : { retryAfter }) }
}
