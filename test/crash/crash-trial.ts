/**
 * One crash trial: a crawl of a generated site is killed with SIGKILL again and again at seeded moments, each time
 * resumed by a fresh process, until it finishes; then what it left is held against an undisturbed crawl of the same
 * site. Everything a trial does follows from its seed, but for what the two machines' schedulers add.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom, startSite, type Random, type Site } from '../site/index.ts'
import { runCommand } from '../process/index.ts'
import { runStates } from './run-states.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const CONCURRENCY = 8

/** What a trial is asked to do. */
export interface TrialOptions {
  readonly seed: number
  /** Kills before the crawl is left to finish. */
  readonly kills: number
  readonly pages: number
  /** An empty folder for the trial's files. */
  readonly folder: string
  /** URLs of two empty databases; default: files in the folder. */
  readonly databases?: readonly [calm: string, killed: string]
}

/** What a trial found. */
export interface TrialResult {
  readonly kills: number
  /** Requests beyond one a URL, which only a kill can explain. */
  readonly refetched: number
  /** The most that kills can explain: what was in hand each time. */
  readonly refetchedMax: number
  /** Ways in which the killed crawl differs from the undisturbed one; empty when all is well. */
  readonly differences: readonly string[]
}

/** Runs the trial. */
export async function crashTrial(options: TrialOptions): Promise<TrialResult> {
  const random = seededRandom(options.seed)
  const signal: RequestSignal = { onRequest: () => undefined }
  const site = await startSite({
    pages: options.pages,
    seed: options.seed,
    latencyMs: 1,
    onRequest: () => signal.onRequest(),
  })
  try {
    const calm = new Crawl(site, join(options.folder, 'calm'), options.databases?.[0])
    await calm.finish()
    const before = new Map(site.requests)
    const killed = new Crawl(site, join(options.folder, 'killed'), options.databases?.[1])
    const { lines, kills } = await killRepeatedly(killed, signal, random, options)
    if (!(await killed.isComplete())) await killed.finish()
    const fetched = new Map(
      [...site.requests].map(([path, count]) => [path, count - (before.get(path) ?? 0)]),
    )
    const refetched = [...fetched.values()].reduce((sum, count) => sum + Math.max(0, count - 1), 0)
    const refetchedMax = refetchedMaxOf(kills)
    return { kills, refetched, refetchedMax, differences: await compare(calm, killed, lines) }
  } finally {
    await site.close()
  }
}

/** robots.txt is asked at most once more per process, and each process holds so many connections. */
export function refetchedMaxOf(kills: number): number {
  return kills * (CONCURRENCY + 1)
}

/** What listens to the requests of a site. */
export interface RequestSignal {
  onRequest: () => void
}

/** Kills the crawl `kills` times; returns every line that `--out` had shown by then: what was acknowledged. */
export async function killRepeatedly(
  crawl: Crawl,
  signal: RequestSignal,
  random: Random,
  { kills, pages }: Pick<TrialOptions, 'kills' | 'pages'>,
): Promise<{ readonly lines: ReadonlySet<string>; readonly kills: number }> {
  const acknowledged = new Set<string>()
  let done = 0
  const share = Math.max(1, Math.floor((pages * 0.9) / kills))
  // On a busy machine a kill can come when the run is complete: the same command would be another run then.
  while (done < kills && !(acknowledged.size > 0 && (await crawl.isComplete()))) {
    const child = crawl.start()
    const exited = once(child, 'exit')
    // Some die while they start and open the store, most after a few requests more.
    if (random.chance(0.15)) setTimeout(() => child.kill('SIGKILL'), random.below(400))
    else killAfter(child, signal, 1 + random.below(2 * share), random.below(8))
    await exited
    done++
    for (const line of completeLines(await crawl.readOut())) acknowledged.add(line)
  }
  signal.onRequest = () => undefined
  return { lines: acknowledged, kills: done }
}

function killAfter(
  child: ChildProcess,
  signal: { onRequest: () => void },
  requests: number,
  delayMs: number,
): void {
  let left = requests
  signal.onRequest = () => {
    left--
    if (left === 0) setTimeout(() => child.kill('SIGKILL'), delayMs)
  }
}

/** A source that is crawled again and again into one store. */
export class Crawl {
  readonly #site: Site
  readonly #path: string
  readonly db: string
  #runs = 1

  /** `path`: how its files begin. */
  constructor(site: Site, path: string, db = `sqlite:${path}.db`) {
    this.#site = site
    this.#path = path
    this.db = db
  }

  get #out(): string {
    return `${this.#path}.${this.#runs}.jsonl`
  }

  /** The crawls from now on are of the next run. */
  beginRun(): void {
    this.#runs++
  }

  /** Whether its run is. */
  async isComplete(): Promise<boolean> {
    const states = await runStates(this.db)
    return states.length === this.#runs && states.at(-1) === 'completed'
  }

  start(): ChildProcess {
    const args = [
      BIN,
      'crawl',
      `${this.#site.url}/`,
      '--allow-private',
      '--delay',
      '0',
      '--quiet',
      '--db',
      this.db,
    ]
    args.push('--concurrency', String(CONCURRENCY), '--out', this.#out)
    return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  async finish(): Promise<void> {
    const [code] = await once(this.start(), 'exit')
    if (code !== 0) throw new Error(`a crawl that nobody disturbed exited with ${code}`)
  }

  async readOut(): Promise<string> {
    // Not yet made when the process died before its first document.
    return readFile(this.#out, 'utf8').catch(() => '')
  }

  /** What was counted: each page once, however often it was fetched; and how far it is from the rows it counts. */
  async figures(): Promise<string> {
    const notFound = this.db.startsWith('sqlite:')
      ? "failures ->> '404'"
      : "(failures::json ->> '404')::bigint"
    const sql = `SELECT sum(fetched), sum(wire_bytes), sum(bytes), sum(${notFound}),
      sum(retried + given_up) - (SELECT count(*) FROM attempts),
      sum(fetched) - (SELECT sum(count) FROM run_tallies WHERE figure = 'latency') FROM runs_hosts`
    const { code, stdout } = await runCommand([BIN, 'query', sql, '--format', 'csv', '--db', this.db])
    if (code !== 0) throw new Error(`query exited with ${code}`)
    return stdout.trim().split('\n').at(-1) ?? ''
  }

  /** What the newest run was answered. */
  async export(kind: 'pages' | 'documents'): Promise<readonly Line[]> {
    const run = (await this.runs())[0]?.['run']
    return this.lines('export', '--kind', kind, '--run', String(run))
  }

  /** Its runs, newest first. */
  async runs(): Promise<readonly Line[]> {
    return this.lines('runs', '--json')
  }

  /** A command's lines. */
  async lines(...args: readonly string[]): Promise<readonly Line[]> {
    const { code, stdout } = await runCommand([BIN, ...args, '--db', this.db])
    if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}`)
    return completeLines(stdout).map((line) => JSON.parse(line) as Line)
  }
}

/** What a command prints as JSON. */
export type Line = Readonly<Record<string, unknown>>

/** In what the newest runs of two crawls, and what was acknowledged of the one that was killed, differ. */
export async function compare(
  calm: Crawl,
  killed: Crawl,
  acknowledged: ReadonlySet<string>,
): Promise<readonly string[]> {
  const differences: string[] = []
  for (const kind of ['pages', 'documents'] as const) {
    const [expected, found] = [await calm.export(kind), await killed.export(kind)]
    if (stable(expected) !== stable(found))
      differences.push(`${kind} differ: ${firstDifference(expected, found)}`)
  }
  const [expected, found] = [await calm.figures(), await killed.figures()]
  if (expected !== found || !found.trim().endsWith(',0,0'))
    differences.push(`figures differ, or are not those of the rows: ${expected} and ${found}`)
  const out = completeLines(await killed.readOut())
  const documents = await killed.export('documents')
  const ids = new Set(documents.map((line) => line['id']))
  for (const line of acknowledged) {
    if (!ids.has((JSON.parse(line) as Line)['id']))
      differences.push(`an acknowledged document is gone: ${line.slice(0, 120)}`)
  }
  if (new Set(out).size !== out.length) differences.push('--out has a line twice')
  if (out.length !== documents.length)
    differences.push(`--out has ${out.length} lines for ${documents.length} documents`)
  const doctor = await runCommand([BIN, 'doctor', '--json', '--full', '--db', killed.db])
  if (doctor.code !== 0) differences.push(`doctor: ${doctor.stdout}`)
  return differences
}

/** A line without what must differ between two crawls: ids, times, and headers that carry a time. */
function stable(lines: readonly Line[]): string {
  return lines.map(stableLine).join('\n')
}

function stableLine(line: Line): string {
  const {
    id: _id,
    run: _run,
    source: _source,
    document: _document,
    fetchedAt: _at,
    durationMs: _ms,
    headers,
    ...rest
  } = line
  const kept = ((headers ?? []) as [string, string][]).filter(([name]) => name.toLowerCase() !== 'date')
  return JSON.stringify({ ...rest, headers: kept, hasDocument: typeof _document === 'string' })
}

function firstDifference(expected: readonly Line[], found: readonly Line[]): string {
  const at = expected.findIndex(
    (line, index) => found[index] === undefined || stableLine(line) !== stableLine(found[index]),
  )
  const show = (line: Line | undefined) => (line === undefined ? 'nothing' : stableLine(line).slice(0, 300))
  return `${expected.length} and ${found.length} lines; at ${at}: ${show(expected[at])} against ${show(found[at])}`
}

function completeLines(text: string): readonly string[] {
  return text.split('\n').slice(0, -1)
}

/** Removes a trial's files; called only when it went well, so that a failure can be looked at. */
export async function removeTrial(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
