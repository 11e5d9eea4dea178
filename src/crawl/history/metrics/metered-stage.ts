/**
 * A stage whose tries are counted: what each fetched and how it ended is among the commands of the unit that settles it,
 * so it is counted once, and never for a try that was fenced off or killed.
 */
import type { Job, Miss, Stage } from '../../../jobs/index.ts'
import type { MillraceError, Clock } from '../../../model/index.ts'
import type { Command } from '../../../store/index.ts'
import type { Fetcher } from '../../fetch/index.ts'
import { Fetched } from './fetched.ts'
import { bucketOf } from './histogram.ts'
import { countHost, NO_SUMS, tally, tallyWait, type Figure } from './tallies.ts'

/** What is to be metered. The lane of its jobs is their host. */
export interface MeteredStageOptions {
  readonly run: string
  readonly fetcher: Fetcher
  readonly clock: Clock
  /** Our own least time between two requests to a host: a wider gap is the host's wish. */
  readonly gapMs: number
  /** Makes the stage over a fetcher. Called for each try, so what tries share lies outside of it. */
  readonly make: (fetcher: Fetcher) => Stage
}

/** The stage that `make` makes, counted. Jobs that it takes together are not. */
export function meteredStage(options: MeteredStageOptions): Stage {
  const { fetcher, clock, make } = options
  const plain = make(fetcher)
  const tries = new WeakMap<Job, Fetched>()
  return {
    ...plain,
    async perform(reader, context) {
      const fetched = new Fetched()
      tries.set(context.job, fetched)
      const commands = await make(fetched.metering(fetcher, clock)).perform(reader, context)
      return [...commands, ...counted(options, context.job, fetched)]
    },
    miss: (job, miss) => [
      ...counted(options, job, tries.get(job) ?? new Fetched(), miss),
      ...plain.miss(job, miss),
    ],
  }
}

/** That the host of a lane is closed, when no try tells it. Goes before the command that closes it. */
export function countHostClosed(
  run: string,
  host: string,
  closed: { cause: string; until: number },
): readonly Command[] {
  return [countHost(run, host, NO_SUMS), tallyWait({ run, host, count: 0, ...closed })]
}

interface Tallied {
  readonly figure: Figure
  readonly class: string
  readonly ms: number
}

/** The commands that count a try; none when there is nothing to tell. */
function counted(
  { run, gapMs }: Pick<MeteredStageOptions, 'run' | 'gapMs'>,
  job: Job,
  { answers, failures }: Fetched,
  miss?: Miss,
): readonly Command[] {
  const host = job.lane
  const tallies: readonly Tallied[] = [
    ...answers.map(({ ms }) => tallied('latency', String(bucketOf(ms)), Math.round(ms))),
    ...[...failures, ...failureOf(miss, failures)].map((name) => tallied('failed', name, 0)),
    ...(job.gapMs > 0 ? [tallied('wait', paceOf(job, gapMs), job.gapMs)] : []),
  ]
  if (tallies.length === 0) return []
  const sums = {
    fetched: answers.length,
    retried: miss?.does === 'retry' ? 1 : 0,
    givenUp: miss?.does === 'bury' ? 1 : 0,
    wireBytes: sumOf(answers.map(({ wireBytes }) => wireBytes)),
    bytes: sumOf(answers.map(({ bytes }) => bytes)),
  }
  return [
    countHost(run, host, sums),
    tally.all(tallies.map((row) => ({ run, host, count: 1, ...row }))),
    ...(miss?.does === 'wait' && miss.until !== null
      ? [tallyWait({ run, host, cause: miss.error.code, count: 1, until: miss.until })]
      : []),
  ]
}

function tallied(figure: Figure, name: string, ms: number): Tallied {
  return { figure, class: name, ms }
}

/** The class of a failed try, unless it is that of an answer: then it is among the failures already. */
function failureOf(miss: Miss | undefined, failures: readonly string[]): readonly string[] {
  if (miss === undefined) return []
  const names = classesOf(miss.error)
  return names.some((name) => failures.includes(name)) ? [] : [miss.error.code]
}

function classesOf({ code, facts }: MillraceError): readonly string[] {
  return [code, String(facts['status'])]
}

function paceOf(job: Job, gapMs: number): string {
  return job.gapMs > gapMs ? 'crawl-delay' : 'pace'
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0)
}
