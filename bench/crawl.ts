/** The crawl benchmark: a whole site from nothing to the last stored page, each side a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { OURS, OWN_SIDES, SIDES } from './crawl-sides.ts'
import type { Side } from './crawl-sides.ts'
import { fileSystemOf, runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import type { Measured } from './rig/measure.ts'
import { startBenchServer, type BenchServer } from './rig/postgres.ts'
import { median, ratiosOf } from './rig/report.ts'
import type { Report, SideReport } from './rig/report.ts'
import { chooseSides, inTurns } from './rig/settings.ts'
import type { Settings } from './rig/settings.ts'
import { serveFolder } from './site.ts'

interface Result {
  readonly pages: number
  readonly measured: Measured
  readonly steadiness: number | null
  /** User and system time of the database server; null where there is none. */
  readonly serverSeconds: number | null
}

/** Where the sides work. */
interface Place {
  readonly url: string
  readonly root: string
  readonly settings: Settings
  readonly server: BenchServer | undefined
}

const MAIN_FIGURE = 'pages/s'

/** Crawls one folder of HTML with every side. */
export async function crawlBench(settings: Settings): Promise<Report> {
  const isPostgres = settings.db === 'postgres'
  const sides = chooseSides(isPostgres ? OWN_SIDES : SIDES, settings.only)
  await using server = isPostgres ? await startBenchServer() : undefined
  const versions = await Promise.all(sides.map((side) => side.version()))
  const root = await mkdtemp(join(settings.dir ?? tmpdir(), 'bench-crawl-'))
  const site = await serveFolder(settings.corpus)
  try {
    const url = site.url + settings.start
    const place = { url, root, settings, server }
    const results = await inTurns(sides, settings.rounds, (side) => crawlOnce(side, place))
    const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? []))
    return {
      name: 'crawl',
      mainFigure: MAIN_FIGURE,
      settings: { ...pickSettings(settings), fileSystem: await fileSystemOf(root) },
      versions: Object.assign(runtimeVersions(), ...versions) as Record<string, string>,
      sides: reports,
      ratios: ratiosOf(reports, MAIN_FIGURE, OURS),
      notes: notesOn(reports),
    }
  } finally {
    await site.close()
    await rm(root, { recursive: true })
  }
}

async function crawlOnce(side: Side, { url, root, settings, server }: Place): Promise<Result> {
  const folder = await mkdtemp(join(root, `${side.name}-`))
  const database = await server?.freshDatabase()
  const task = { url, folder, concurrency: settings.concurrency, ...(database !== undefined && { database }) }
  const cpuAtStart = server?.cpuSeconds() ?? 0
  const measured = await measure(side.command(task))
  const serverSeconds = server === undefined ? null : server.cpuSeconds() - cpuAtStart
  const pages = await side.pages(task, measured)
  const steadiness = side.steadiness?.(task) ?? null
  await rm(folder, { recursive: true })
  if (database !== undefined) await server?.dropDatabase(database)
  return { pages, measured, steadiness, serverSeconds }
}

function summarise(name: string, results: readonly Result[]): SideReport {
  const of = (figure: (result: Result) => number) => median(results.map(figure))
  const rates = results.map(({ pages, measured }) => pages / measured.seconds)
  const isCpuKnown = results.every(({ measured }) => measured.cpuSeconds !== null)
  const figures = {
    pages: of(({ pages }) => pages),
    seconds: of(({ measured }) => measured.seconds),
    [MAIN_FIGURE]: median(rates),
    'peak RSS MB': of(({ measured }) => measured.peakRssMb),
    'last/first 1000': results.some(({ steadiness }) => steadiness === null)
      ? null
      : of(({ steadiness }) => steadiness ?? 0),
    'CPU s': isCpuKnown ? of(({ measured }) => measured.cpuSeconds ?? 0) : null,
    'server CPU s': of(({ serverSeconds }) => serverSeconds ?? 0),
  }
  return { name, figures, rounds: rates }
}

function notesOn(reports: readonly SideReport[]): string[] {
  const counts = new Set(reports.map((side) => side.figures['pages']))
  return counts.size > 1 ? ['the sides stored different numbers of pages; see bench/README.md'] : []
}

function pickSettings({ rounds, corpus, start, concurrency }: Settings): Record<string, string | number> {
  return { rounds, corpus, start, concurrency, delayMs: 0 }
}
