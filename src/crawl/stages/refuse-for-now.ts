/** An answer that is none yet: the host is busy or broken for the moment, and a later try may have a better one. */
import type { WorkContext } from '../../jobs/index.ts'
import { MillraceError } from '../../model/index.ts'
import { header, retryAfterMs, type FetchHead } from '../fetch/index.ts'

/** How often a job waits because a host says 429 or 503, before that answer is taken as final. */
const RATE_WAITS_MAX = 20
/** The wait where Retry-After is missing: doubles with each time, within these bounds. */
const RATE_WAIT_MS = 5_000
const RATE_WAIT_MS_MAX = 300_000

/** @throws MillraceError RateLimited (come back later), ServerError (another try may help) */
export function refuseForNow(head: FetchHead, { job, isLastAttempt, clock }: WorkContext): void {
  const { status, url } = head
  if (status === 429 || status === 503) {
    if (job.waits >= RATE_WAITS_MAX) return
    const asked = retryAfterMs(header(head.headers, 'retry-after'), clock.now())
    const waitMs = asked ?? Math.min(RATE_WAIT_MS_MAX, RATE_WAIT_MS * 2 ** job.waits)
    const message = `${new URL(url).host} answered ${status} and is left alone for ${Math.ceil(waitMs / 1000)} s`
    const facts = { until: clock.now() + waitMs, status, isNamed: asked !== undefined }
    throw new MillraceError('RateLimited', message, { facts })
  }
  if (status >= 500 && !isLastAttempt) {
    throw new MillraceError('ServerError', `${url} answered ${status}`, { facts: { status } })
  }
}
