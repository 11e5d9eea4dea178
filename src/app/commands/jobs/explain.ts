/** `explain`: why a URL or a job is where it is: what it waits for, how it went, or why it was never met. */
import {
  CRAWL_KINDS,
  keptOpinion,
  listRuns,
  PAGE_KIND,
  pageOfRun,
  pageVersions,
  runGates,
  runWithSource,
  whyUnseen,
  type PageVersion,
} from '../../../crawl/index.ts'
import {
  attemptsOfJob,
  jobFacts,
  jobsOfKey,
  registeredProcesses,
  waitsOf,
  type JobFacts,
} from '../../../jobs/index.ts'
import { MillraceError, parseHttpUrl, systemClock, urlKey } from '../../../model/index.ts'
import type { Reader } from '../../../store/index.ts'
import type { DatabaseConfig } from '../../config/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { livingProcesses, openReader } from '../../open-store.ts'
import { crawlCommand } from '../../print/crawl-command.ts'
import {
  describeJob,
  FINAL,
  isUnasked,
  renderJob,
  runSentence,
  sentenceOf,
  VERSIONS_SHOWN,
  type Holder,
  type Known,
} from '../../print/explanation.ts'
import { printLine } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { USER_AGENT_DEFAULT } from '../crawl/crawl-options.ts'
import { requireRun } from './known-run.ts'

/** The options as typed. */
export interface ExplainFlags {
  readonly run?: string
}

const RUNS_CHUNK = 100
const ATTEMPTS_SHOWN = 50

/** Explains; returns the exit code. @throws MillraceError NotFound for an id nobody knows, and for an unknown --run */
export async function explain(asked: string, flags: ExplainFlags, context: CommandContext): Promise<number> {
  await using reader = await openReader(context.db)
  await requireRun(reader, flags.run)
  const url = /^https?:/i.test(asked) ? urlKey(parseHttpUrl(asked)) : undefined
  const id = url === undefined ? asked : await jobOfUrl(reader, url, flags.run)
  const [job] = id === undefined ? [] : await reader.read(jobFacts({ id }))
  if (job !== undefined) return await explainJob(reader, job, context)
  if (url !== undefined) return await explainUnseen(reader, url, flags.run, context)
  throw new MillraceError(
    'NotFound',
    `expected a URL, or the id of a job, got "${asked}"; \`millrace dead list\` and \`--json\` name jobs`,
  )
}

/** The job that the newest run which knows the URL has for it: an open one first, then the page's. */
async function jobOfUrl(reader: Reader, key: string, run: string | undefined): Promise<string | undefined> {
  for await (const runs of run === undefined ? runsInChunks(reader) : [[run]]) {
    const jobs = await reader.read(jobsOfKey({ runs, kinds: CRAWL_KINDS, key }))
    const ofNewest = jobs.filter((job) => job.run === jobs[0]?.run)
    const open = ofNewest.find((job) => !FINAL.has(job.state))
    const chosen = open ?? ofNewest.find((job) => job.kind === PAGE_KIND) ?? ofNewest[0]
    if (chosen !== undefined) return chosen.id
  }
  return undefined
}

async function* runsInChunks(reader: Reader): AsyncGenerator<readonly string[]> {
  let before = '~'
  for (;;) {
    const runs = await reader.read(listRuns({ before, limit: RUNS_CHUNK }))
    const last = runs.at(-1)
    if (last === undefined) return
    yield runs.map(({ id }) => id)
    before = last.id
  }
}

async function explainJob(reader: Reader, job: JobFacts, context: CommandContext): Promise<number> {
  const now = systemClock.now()
  const isPage = job.kind === PAGE_KIND
  const urlKeyed = { urlKey: job.uniqueKey }
  const [page] = isPage ? await reader.read(pageOfRun({ run: job.run, ...urlKeyed })) : []
  const known: Known = {
    job,
    now,
    waits: await allWaits(reader, job, { now, db: context.db }),
    holder: await holderOf(job, context.db),
    attempts: await reader.read(attemptsOfJob({ job: job.id, limit: ATTEMPTS_SHOWN })),
    page,
    versions: isPage ? await reader.read(pageVersions({ ...urlKeyed, limit: VERSIONS_SHOWN })) : [],
    robots: isPage ? await robotsOf(reader, job, page, context) : null,
  }
  await printLine(
    context.output,
    context.isJson ? JSON.stringify(describeJob(known)) : renderJob(known).join('\n'),
  )
  return EXIT.done
}

/** The gates of the run, then those of the job and its lane, then whether anybody is there to work at all. */
async function allWaits(reader: Reader, job: JobFacts, at: { now: number; db: DatabaseConfig }) {
  if (FINAL.has(job.state)) return []
  const [run] = await reader.read(runWithSource({ id: job.run }))
  const own = waitsOf(job, at.now).map((wait) => ({
    gate: wait.gate as string,
    until: wait.until,
    text: sentenceOf(wait, job, at.now),
  }))
  if (run === undefined) return own
  const command = crawlCommand(run, at.db, 1)
  const gates = runGates({ run, depth: job.priority }).map((gate) => ({
    gate: gate.gate as string,
    until: null,
    text: runSentence(gate, run.id, command),
  }))
  const isAtWork =
    gates.length > 0 ||
    job.state === 'running' ||
    (await isAnybodyThere(reader, at.db)) ||
    run.state !== 'running'
  const nobody = `no process has this store open; this goes on with run ${run.id}: ${command}`
  return [...gates, ...(isAtWork ? [] : [{ gate: 'nobody', until: null, text: nobody }]), ...own]
}

async function isAnybodyThere(reader: Reader, db: DatabaseConfig): Promise<boolean> {
  const registered = await reader.read(registeredProcesses({}))
  return (
    (
      await livingProcesses(
        db,
        registered.map(({ id }) => id),
      )
    ).size > 0
  )
}

async function holderOf(job: JobFacts, db: DatabaseConfig): Promise<Holder | null> {
  const { process, state, holderPid, holderCommand } = job
  if (state !== 'running' || process === null) return null
  const isAlive = holderPid !== null && (await livingProcesses(db, [process])).has(process)
  return { pid: holderPid, command: holderCommand, isAlive }
}

/** Said of a page that was done without an answer being stored: that is what robots.txt does. */
async function robotsOf(
  reader: Reader,
  job: JobFacts,
  page: PageVersion | undefined,
  { config }: CommandContext,
): Promise<string | null> {
  const { state, uniqueKey } = job
  if (state !== 'completed' || page !== undefined || isUnasked(job)) return null
  const opinion = await keptOpinion(reader, config.userAgent ?? USER_AGENT_DEFAULT, uniqueKey)
  const file = `${new URL(uniqueKey).origin}/robots.txt`
  return opinion === 'forbidden'
    ? `skipped: ${file} forbids it`
    : `skipped: ${file} forbade it when it was its turn; today's copy says: ${opinion}`
}

/** A URL that no run knows: each source says why, the newest first. */
async function explainUnseen(
  reader: Reader,
  url: string,
  run: string | undefined,
  { config, isJson, output }: CommandContext,
): Promise<number> {
  const userAgent = config.userAgent ?? USER_AGENT_DEFAULT
  const runs = await reader.read(listRuns({ before: '~', limit: RUNS_CHUNK }))
  // A run over stored pages has no seeds, and meets nothing new.
  const crawls = runs.filter((one) => (one.seeds as readonly string[]).length > 0)
  const newest = new Map(crawls.toReversed().map((one) => [one.source, one]))
  const asked =
    run === undefined ? [...newest.values()].toReversed() : await reader.read(runWithSource({ id: run }))
  const sources = await Promise.all(
    asked.map(async (one) => ({
      run: one.id,
      state: one.state,
      seeds: one.seeds as readonly string[],
      ...(await whyUnseen(reader, one, { url, userAgent })),
    })),
  )
  if (isJson) {
    await printLine(output, JSON.stringify({ seen: false, url, sources }))
    return EXIT.done
  }
  await printLine(
    output,
    `${plainLine(url, 300)}\nnever met${sources.length === 0 ? ': nothing was crawled yet' : ''}`,
  )
  for (const { seeds, why, reason, run: id, state } of sources) {
    const where = why === 'not-linked' ? ` in run ${id} (${state})` : ''
    await printLine(
      output,
      `  by ${plainLine(seeds.join(' '), 80)}: ${WHY[why]}${plainLine(reason, 200)}${where}`,
    )
  }
  return EXIT.done
}

const WHY = {
  'out-of-scope': 'out of scope: ',
  robots: 'in scope, but ',
  'not-linked': 'in scope, but ',
} as const
