/**
 * One crash trial of incremental runs: a site is crawled, turns into another, and is crawled twice more; one crawl is
 * left alone, the other killed again and again in each of the later runs. Both must say the same of every page.
 */
import { join } from 'node:path'
import { seededRandom, startSite, type Site } from '../site/index.ts'
import {
  compare,
  Crawl,
  killRepeatedly,
  refetchedMaxOf,
  type Line,
  type RequestSignal,
  type TrialOptions,
} from './crash-trial.ts'

/** What the trial found. */
export interface RecrawlResult {
  /** Ways in which the killed crawl differs from the undisturbed one, or either from the site's plan. */
  readonly differences: readonly string[]
  readonly kills: number
  /** Requests of the killed crawl beyond those of the undisturbed one. */
  readonly refetched: number
  /** The most that kills can explain. */
  readonly refetchedMax: number
}

/** Runs the trial; `kills` is of each later run. */
export async function recrawlTrial({ seed, kills, pages, folder }: TrialOptions): Promise<RecrawlResult> {
  const random = seededRandom(seed)
  const signal: RequestSignal = { onRequest: () => undefined }
  const site = await startSite({ pages, seed, latencyMs: 1, onRequest: () => signal.onRequest() })
  try {
    const calm = new Crawl(site, join(folder, 'calm'))
    const killed = new Crawl(site, join(folder, 'killed'))
    await calm.finish()
    await killed.finish()
    site.turn()
    const differences: string[] = []
    const sums = { kills: 0, refetched: 0 }
    for (const round of [2, 3]) {
      calm.beginRun()
      killed.beginRun()
      const before = requestsOf(site)
      await calm.finish()
      const between = requestsOf(site)
      differences.push(...judgeRequests(site, round, between.notModified - before.notModified))
      const { lines, kills: done } = await killRepeatedly(killed, signal, random, { kills, pages })
      if (!(await killed.isComplete())) await killed.finish()
      sums.kills += done
      sums.refetched += requestsOf(site).all - between.all - (between.all - before.all)
      differences.push(...(await compare(calm, killed, lines)).map((line) => `run ${round}: ${line}`))
      differences.push(...(await compareRuns(calm, killed)).map((line) => `run ${round}: ${line}`))
      differences.push(...(await judgeCounts(site, killed, round)))
    }
    return { ...sums, differences, refetchedMax: refetchedMaxOf(sums.kills) }
  } finally {
    await site.close()
  }
}

function requestsOf(site: Site): { readonly all: number; readonly notModified: number } {
  const all = [...site.requests.values()].reduce((sum, count) => sum + count, 0)
  return { all, notModified: site.notModified() }
}

/** Pages that are as they were answer 304: those that turning left, and in a third run all that have a tag. */
function judgeRequests({ steadyUrls }: Site, round: number, notModified: number): readonly string[] {
  const isRight = round === 2 ? notModified === steadyUrls.length : notModified > steadyUrls.length
  return isRight
    ? []
    : [`run ${round}: ${notModified} answers were 304, ${steadyUrls.length} pages are steady`]
}

const COUNTS = 'pages documents failed skipped bytes new changed unchanged missed gone unasked'.split(' ')

async function compareRuns(calm: Crawl, killed: Crawl): Promise<readonly string[]> {
  const differences: string[] = []
  const [expected, found] = [await calm.runs(), await killed.runs()]
  const counts = (runs: readonly Line[]) => JSON.stringify(COUNTS.map((name) => runs[0]?.[name]))
  if (counts(expected) !== counts(found))
    differences.push(`counts ${COUNTS.join(' ')}: ${counts(expected)} against ${counts(found)}`)
  const diffs = [await diffOf(calm, expected), await diffOf(killed, found)]
  if (diffs[0] !== diffs[1]) differences.push(`diffs: ${diffs[0]} against ${diffs[1]}`)
  return differences
}

/** What changed since the first run. */
async function diffOf(crawl: Crawl, runs: readonly Line[]): Promise<string> {
  const [newest, oldest] = [runs.at(0), runs.at(-1)].map((run) => String(run?.['run']))
  const lines = await crawl.lines('diff', oldest ?? '', newest ?? '', '--all', '--json', '--quiet')
  return lines.map(({ url, change }) => `${String(change)} ${String(url)}`).join('\n')
}

/** What the plan says of the pages is what the run counted. */
async function judgeCounts({ turnUrls }: Site, crawl: Crawl, round: number): Promise<readonly string[]> {
  const { same, changed, noise, lost, fresh } = turnUrls
  const steady = same.length + noise.length
  const expected =
    round === 2
      ? { new: fresh.length, changed: changed.length, unchanged: steady, missed: lost.length, gone: 0 }
      : {
          new: 0,
          changed: 0,
          unchanged: steady + changed.length + fresh.length,
          missed: 0,
          gone: lost.length,
        }
  const [run] = await crawl.runs()
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, run?.[name]]))
  return JSON.stringify(found) === JSON.stringify(expected)
    ? []
    : [`run ${round}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`]
}
