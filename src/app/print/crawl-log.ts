/** What a crawl writes to the log: each settled job on its level. Page texts and headers never go in. */
import { pageRowsIn } from '../../crawl/index.ts'
import type { AttemptEnd } from '../../jobs/index.ts'
import type { Log } from '../../observe/index.ts'

/** Logs one settled job: done at debug, to be tried again at warn, given up at error. */
export function logEnd(log: Log, { job, outcome, error, missError, commands }: AttemptEnd): void {
  const facts = { run: job.run, kind: job.kind, key: job.uniqueKey, attempt: job.attempts + 1 }
  if (error !== undefined) {
    const failure = { ...facts, code: error.code, error: error.message }
    const unkept = missError === undefined ? {} : { unkept: `${missError.message} [${missError.code}]` }
    if (outcome === 'dead') log.error({ ...failure, ...unkept }, 'gave up')
    else
      log.warn({ ...failure, ...unkept }, outcome === 'waits' ? 'told to come later' : 'will be tried again')
    return
  }
  const [page] = pageRowsIn(commands)
  const answer =
    page === undefined ? {} : { status: page.status, bytes: page.bytes, ms: page.durationMs, note: page.note }
  log.debug({ ...facts, ...answer }, outcome)
}
