/** Finds the run a crawl goes on with, or starts one: the run and its seed jobs are one unit. */
import { hostOf, isMillraceError, newId, type Clock, type Json } from '../../model/index.ts'
import { ensureLane, openWork, paceLane, type Stage } from '../../jobs/index.ts'
import type { Command, Store } from '../../store/index.ts'
import { CRAWL_KINDS, DEEPEN_LANE, offerFinds, offerRecall, PAGE_KIND, type Pace } from '../frontier.ts'
import { hasOtherRun } from './changes/index.ts'
import { getRun, newestRun, resumeRun, startRun, type Run, type RunLimits } from './run.ts'
import { addSource, findSource, nameSource, type Source } from './source.ts'

/** What is needed to open a run. */
export interface OpenRunOptions {
  readonly store: Store
  readonly clock: Clock
  readonly source: Source
  readonly limits: RunLimits
  readonly pace: Pace
  /** The jobs that a new run begins with. Default: the pages of the source's seeds. */
  readonly firstJobs?: (run: string, now: number) => readonly Command[]
  /** Stages beside the crawl's own whose open jobs are a reason to take up a completed run. Default: none. */
  readonly followUps?: readonly Pick<Stage, 'kind'>[]
}

/** The run to work on, as it stands in the store. */
export interface OpenedRun {
  readonly run: Run
  readonly isNew: boolean
  /** Whether its source has other runs, whose pages it is held against. */
  readonly isIncremental: boolean
}

const UNFINISHED = new Set(['planned', 'running', 'paused', 'stopped'])

/** Continues the source's unfinished run, else starts a new one. */
export async function openRun(options: OpenRunOptions): Promise<OpenedRun> {
  const source = await ensureSource(options)
  try {
    const earlier = await findUnfinished(options, source)
    return earlier === undefined ? await start(options, source) : await resume(options, earlier)
  } catch (error) {
    // Another process started the run of this source in between: go on with that one.
    if (isMillraceError(error, 'Constraint')) return openRun(options)
    throw error
  }
}

async function ensureSource({ store, clock, source }: OpenRunOptions): Promise<string> {
  const id = newId(clock.now())
  const { kind, key, seeds, scope, name } = source
  const rules = { include: scope.include, exclude: scope.exclude }
  await store.commit({
    commands: [
      addSource({ id, kind, key, seeds, rules, createdAt: clock.now() }),
      ...(name === undefined ? [] : [nameSource({ key, name })]),
    ],
  })
  const [row] = await store.read(findSource({ key }))
  return row?.id ?? id
}

/** A completed run is taken up where a wider --max-depth, or a job that came back to life, leaves something to do. */
async function findUnfinished(
  { store, limits, followUps = [] }: OpenRunOptions,
  source: string,
): Promise<Run | undefined> {
  const [newest] = await store.read(newestRun({ source }))
  if (newest === undefined || UNFINISHED.has(newest.state)) return newest
  if (newest.state !== 'completed') return undefined
  const kinds = [...CRAWL_KINDS, ...followUps.map(({ kind }) => kind)]
  const priorityMax = limits.maxDepth ?? Number.MAX_SAFE_INTEGER
  const [work] = await store.read(openWork({ run: newest.id, kinds, priorityMax }))
  return work?.isOpen === true ? newest : undefined
}

async function start(options: OpenRunOptions, source: string): Promise<OpenedRun> {
  const { store, clock, limits, pace } = options
  const now = clock.now()
  const id = newId(now)
  const isIncremental = await isOneOfMore(store, source, id)
  const seedPages = { run: id, kind: PAGE_KIND, urls: options.source.seeds, depth: 0, pace } as const
  const seeds = options.firstJobs?.(id, now) ?? offerFinds(seedPages, now)
  const begin = startRun({ id, source, limits: limitsJson(limits) })
  // What earlier runs knew is looked at again, also where nothing links to it any more.
  const recall =
    isIncremental && options.source.kind === 'html' ? [offerRecall({ run: id, after: '' }, now)] : []
  await store.commit({ commands: [begin, ...paceLanes(options), ...seeds, ...recall] })
  return { run: await readRun(store, id), isNew: true, isIncremental }
}

async function resume(options: OpenRunOptions, { id, source }: Run): Promise<OpenedRun> {
  const { store, limits } = options
  await store.commit({ commands: [resumeRun({ id, limits: limitsJson(limits) }), ...paceLanes(options)] })
  return { run: await readRun(store, id), isNew: false, isIncremental: await isOneOfMore(store, source, id) }
}

function paceLanes({ source, pace }: OpenRunOptions): readonly Command[] {
  const hosts = [...new Set(source.seeds.map(hostOf))]
  return [
    paceLane.all(hosts.map((key) => ({ key, concurrency: pace.concurrency, gapMs: pace.gapMs }))),
    ensureLane({ key: DEEPEN_LANE, concurrency: 8, gapMs: 0 }),
  ]
}

async function isOneOfMore(store: Store, source: string, run: string): Promise<boolean> {
  const [other] = await store.read(hasOtherRun({ source, run }))
  return other?.isThere === true
}

async function readRun(store: Store, id: string): Promise<Run> {
  const [run] = await store.read(getRun({ id }))
  return run as Run
}

function limitsJson({ maxPages, maxDepth, maxTimeMs, network }: RunLimits): Json {
  return { maxPages, maxDepth, maxTimeMs, ...(network === undefined ? {} : { network: { ...network } }) }
}
