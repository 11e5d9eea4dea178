/** Why something waits and how it went, in plain sentences; and the same as data for `--json`. */
import type { PageVersion, RunGate } from '../../crawl/index.ts'
import { breakerOf, type FailedAttempt, type JobFacts, type Wait } from '../../jobs/index.ts'
import { formatBytes, formatDuration } from '../quantity.ts'
import { plainLine } from './plain-text.ts'
import { isoTime, when } from './when.ts'

/** Who has a job in hand. */
export interface Holder {
  readonly pid: number | null
  readonly command: string | null
  readonly isAlive: boolean
}

/** A shut gate as a sentence. */
export function sentenceOf(wait: Wait, job: JobFacts, now: number): string {
  const { until, reason } = wait
  const words = {
    host: plainLine(job.lane, 80),
    until: until === null ? '' : when(until, now),
    why: reason === null ? '' : `: ${plainLine(reason, 300)}`,
  }
  return SENTENCES[wait.gate](words, wait, job)
}

interface Words {
  readonly host: string
  readonly until: string
  /** Begins with a colon, or is empty. */
  readonly why: string
}

const AHEAD_MAX = 10_000

const SENTENCES: Readonly<Record<Wait['gate'], (words: Words, wait: Wait, job: JobFacts) => string>> = {
  lease: ({ until }) => `in hand; its lease ends ${until}, unless its process gives a sign of life`,
  due: ({ until, why }) => `not before ${until}${why}`,
  suspect: (_, { count }) =>
    `in hand in ${count} crashes, so it is tried alone, when its process has nothing else to do`,
  'lane-wait': ({ host, until, why }) => `${host} is left alone until ${until}${why}`,
  breaker: ({ host, until, why }, { count }) =>
    `${host} failed ${count} times in a row; it is left alone until ${until} and then tried by one job${why}`,
  probe: ({ host, why }, { count }) =>
    `${host} failed ${count} times in a row and is being tried by one job, for which all others wait${why}`,
  'lane-gap': ({ host, until }, _, { gapMs }) =>
    `${host} rests until ${until}: ${gapMs} ms lie between two requests`,
  concurrency: ({ host }, { count }, { concurrency }) =>
    `${host} has ${count} in hand, and may have ${concurrency}`,
  place: ({ host }, { count }) =>
    `${count >= AHEAD_MAX ? `at least ${AHEAD_MAX}` : count} of ${host} come before it`,
}

/** A shut gate of the run as a sentence; `command` is what goes on with it. */
export function runSentence({ gate, reason }: RunGate, run: string, command: string): string {
  const why = reason === null ? '' : ` (${plainLine(reason)})`
  if (gate === 'run-ended') return `run ${run} has ended${why}, and nobody will go on with it`
  if (gate === 'too-deep') return `too deep: ${reason ?? ''}`
  return `nobody works on run ${run}${why}; this goes on with it: ${command}`
}

/** Who has it, as a sentence. */
export function holderSentence({ pid, command, isAlive }: Holder): string {
  if (pid === null) return 'held by a process that has closed the store; the next crawl gives it back'
  const who = `held by process ${pid} (${plainLine(command ?? '', 80)})`
  return isAlive ? `${who}, which is alive` : `${who}, which is dead; the next crawl gives it back`
}

/** Failed tries, a line each; what failed as the one before did is not said twice. */
export function renderAttempts(attempts: readonly FailedAttempt[], now: number): readonly string[] {
  return attempts.map(({ attempt, startedAt, finishedAt, errorCode, errorMessage, process }, index) => {
    const took = formatDuration(finishedAt - startedAt)
    const isSame = attempts[index - 1]?.errorMessage === errorMessage
    const how = isSame ? 'the same' : `${errorCode}: ${plainLine(errorMessage, 300)}`
    return `try ${String(attempt).padEnd(6)}${when(startedAt, now)}, for ${took}, by ${process.slice(-8)}: ${how}`
  })
}

/** A failed try as data. */
export function describeAttempt({ startedAt, finishedAt, ...attempt }: FailedAttempt): object {
  return { ...attempt, startedAt: isoTime(startedAt), finishedAt: isoTime(finishedAt) }
}

/** What a URL answered, in lines. */
export function renderPage(page: PageVersion, now: number): readonly string[] {
  const { id, run, status, contentType, bytes, fetchedAt, durationMs, redirectTo, note, change } = page
  const { document, title } = page
  const what = `${status} ${plainLine(contentType ?? '')}, ${formatBytes(bytes)} in ${formatDuration(durationMs)}`
  return [
    `answer    ${what}, ${when(fetchedAt, now)}`,
    `page      ${id} of run ${run}`,
    ...(change === null ? [] : [`change    ${change}`]),
    ...(redirectTo === null ? [] : [`leads to  ${plainLine(redirectTo)}`]),
    ...(document === null ? [] : [`document  ${document} ${plainLine(title ?? '', 100)}`.trimEnd()]),
    ...(note === null ? [] : [`note      ${plainLine(note, 300)}`]),
  ]
}

/** What a URL answered, as data. */
export function describePage({ id, fetchedAt, ...page }: PageVersion): object {
  return { page: id, ...page, fetchedAt: isoTime(fetchedAt) }
}

/** What is known of a job, put together. */
export interface Known {
  readonly job: JobFacts
  readonly now: number
  /** Every shut gate of the job, its lane and its run. */
  readonly waits: readonly { readonly gate: string; readonly until: number | null; readonly text: string }[]
  readonly holder: Holder | null
  readonly attempts: readonly FailedAttempt[]
  /** What its run got, where it got an answer. */
  readonly page: PageVersion | undefined
  /** Answers of any run, newest first. */
  readonly versions: readonly PageVersion[]
  /** Said of a page that was skipped. */
  readonly robots: string | null
}

/** How many versions of a page are told of. */
export const VERSIONS_SHOWN = 20

/** The states in which a job waits for nothing any more. */
export const FINAL: ReadonlySet<string> = new Set(['completed', 'cancelled', 'dead'])

/** The story of a job, in lines. */
export function renderJob({
  job,
  now,
  waits,
  holder,
  attempts,
  page,
  versions,
  robots,
}: Known): readonly string[] {
  const { id, run, kind, uniqueKey, state, priority } = job
  const since = job.finishedAt === null ? '' : ` ${when(job.finishedAt, now)}`
  const nothing =
    waits.length === 0 && !FINAL.has(state) ? ['waits     for nothing: it can be claimed now'] : []
  const last = attempts.length === 0 && job.errorMessage !== null ? [lastError(job)] : []
  return [
    plainLine(uniqueKey, 300),
    `state     ${state}${since}`,
    `job       ${id}, ${kind}, depth ${priority}, of run ${run}`,
    ...(holder === null ? [] : [`holder    ${holderSentence(holder)}`]),
    ...waits.map(({ text }) => `waits     ${text}`),
    ...(FINAL.has(state) || job.failures === 0 ? [] : [`host      ${hostSentence(job, now)}`]),
    ...nothing,
    `tries     ${countsOf(job)}`,
    ...last,
    ...renderAttempts(attempts, now),
    ...(robots === null ? [] : [`robots    ${robots}`]),
    ...(isUnasked(job) ? ['asked     no: its sitemap says that it is as it was'] : []),
    ...(page === undefined ? [] : renderPage(page, now)),
    ...(state === 'dead' ? [`-> \`millrace dead redrive ${id}\` sends it again`] : []),
    ...(versions.length === 0 ? [] : [`versions  ${renderVersions(versions, now)}`]),
  ]
}

/** Whether a job was settled by word of a sitemap. */
export function isUnasked({ input }: Pick<JobFacts, 'input'>): boolean {
  return typeof input === 'object' && input !== null && 'unasked' in input
}

function hostSentence(
  { lane, failures, laneErrorCode, laneErrorMessage, ...job }: JobFacts,
  now: number,
): string {
  const last = `${laneErrorCode ?? 'Fault'}: ${plainLine(laneErrorMessage ?? '', 300)}`
  const row = failures === 1 ? 'failed once' : `failed ${failures} times in a row`
  return `${plainLine(lane, 80)} ${row}, its breaker is ${breakerOf(job, now)}; the last error was ${last}`
}

/** What was tried so far, with nothing said of what did not happen. */
export function countsOf({ attempts, attemptsMax, waits, crashes, crashesAlone }: JobFacts): string {
  const parts = [`${attempts} of ${attemptsMax} failed`]
  if (waits > 0) parts.push(`told to come later ${waits} ${waits === 1 ? 'time' : 'times'}`)
  if (crashes > 0) parts.push(`in hand in ${crashes} crashes, alone in ${crashesAlone} of them`)
  return parts.join('; ')
}

function lastError({ errorCode, errorMessage }: JobFacts): string {
  return `last      ${errorCode ?? 'Fault'}: ${plainLine(errorMessage ?? '', 300)}`
}

function renderVersions(versions: readonly PageVersion[], now: number): string {
  const count = versions.length < VERSIONS_SHOWN ? String(versions.length) : `${VERSIONS_SHOWN} or more`
  const newest = versions[0]
  return newest === undefined ? count : `${count}, the newest from ${when(newest.fetchedAt, now)}`
}

function describeHost(job: JobFacts, now: number): object {
  const { failures, laneErrorCode: errorCode, laneErrorMessage: errorMessage, laneErrorAt: at } = job
  const lastError = at === null ? null : { at: isoTime(at), errorCode, errorMessage }
  return { breaker: breakerOf(job, now), failures, lastError }
}

/** The story of a job, as data. */
export function describeJob({ job, now, waits, holder, attempts, page, versions, robots }: Known): object {
  const { id, run, kind, uniqueKey, lane, state, priority, input, errorCode, errorMessage } = job
  const { attempts: attemptsSpent, attemptsMax, waits: timesToldLater, crashes, crashesAlone } = job
  const what = {
    job: id,
    run,
    kind,
    key: uniqueKey,
    lane,
    state,
    depth: priority,
    input,
    errorCode,
    errorMessage,
  }
  const counts = { attemptsSpent, attemptsMax, timesToldLater, crashes, crashesAlone }
  return {
    seen: true,
    ...what,
    ...counts,
    createdAt: isoTime(job.createdAt),
    finishedAt: isoTime(job.finishedAt),
    waits: waits.map((wait) => ({ ...wait, until: isoTime(wait.until) })),
    host: describeHost(job, now),
    holder,
    attempts: attempts.map(describeAttempt),
    robots,
    page: page === undefined ? null : describePage(page),
    versions: versions.map(describePage),
  }
}
