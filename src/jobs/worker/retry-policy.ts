/**
 * What becomes of a job whose try failed: decided by the error's code from one table, and nowhere else.
 *
 * - retry: again after a growing, jittered pause, until the attempts are spent; then dead.
 * - wait: somebody named a time to come back; no attempt is charged and the whole lane waits.
 * - bury: trying again can not help; dead at once.
 */
import type { ErrorCode, MillraceError } from '../../model/index.ts'

/** The pause before attempt n+1 is about `baseMs * 2^n`, at most `capMs`. */
interface Backoff {
  readonly baseMs: number
  readonly capMs: number
}

type Rule =
  | { readonly does: 'retry'; readonly backoff: Backoff }
  | { readonly does: 'wait' }
  | { readonly does: 'bury' }

const network: Rule = { does: 'retry', backoff: { baseMs: 1_000, capMs: 60_000 } }
const bury: Rule = { does: 'bury' }

const RULES: Partial<Record<ErrorCode, Rule>> = {
  ConnectionLost: network,
  FetchTimeout: network,
  ProxyFailed: network,
  ServerError: network,
  Timeout: network,
  UnreachableHost: network,
  RateLimited: { does: 'wait' },
  RobotsUnavailable: { does: 'wait' },
}

/** Codes that speak against the host rather than the URL: its breaker counts them. */
const HOST_FAILURES: ReadonlySet<ErrorCode> = new Set([
  'ConnectionLost',
  'FetchTimeout',
  'ProxyFailed',
  'RateLimited',
  'RobotsUnavailable',
  'ServerError',
  'UnreachableHost',
])

/**
 * Whether an error is a failure of its host. A host that says when to come back has not failed: it is obeyed. One that
 * refuses again and again without a word is taken for one that can not.
 */
export function isHostFailure({ code, facts }: MillraceError): boolean {
  return HOST_FAILURES.has(code) && facts['isNamed'] !== true
}

/** How long a lane waits when the error names no time of its own. */
const WAIT_DEFAULT_MS = 30_000
/** A wait is at least this long, because it charges no attempt: a time that is past must not make a hot loop. */
const WAIT_MS_MIN = 1_000

/** What to do with the job. Times are milliseconds since 1970. */
export type Verdict =
  | { readonly does: 'retry'; readonly dueAt: number }
  | { readonly does: 'wait'; readonly until: number }
  | { readonly does: 'bury' }

/** Decides. `attempts` is how many were spent before this one; `random` is in [0, 1). */
export function decide(
  error: MillraceError,
  tries: { readonly attempts: number; readonly attemptsMax: number },
  at: { readonly now: number; readonly random: number },
): Verdict {
  const rule = RULES[error.code] ?? bury
  if (rule.does === 'wait') return { does: 'wait', until: waitUntil(error, at.now) }
  if (rule.does === 'bury' || tries.attempts + 1 >= tries.attemptsMax) return { does: 'bury' }
  return { does: 'retry', dueAt: at.now + pauseMs(rule.backoff, tries.attempts, at.random) }
}

function waitUntil(error: MillraceError, now: number): number {
  const { until } = error.facts
  return Number.isSafeInteger(until) ? Math.max(Number(until), now + WAIT_MS_MIN) : now + WAIT_DEFAULT_MS
}

/** Half of the pause is fixed and half is random, so that what failed together does not come back together. */
function pauseMs(backoff: Backoff, attempts: number, random: number): number {
  const full = Math.min(backoff.capMs, backoff.baseMs * 2 ** attempts)
  return Math.round(full / 2 + (full / 2) * random)
}
