/**
 * The commit benchmark: how many acknowledged writes a second. Peers write by hand, one process each: autocommit is what
 * most programs do, one big transaction is the ceiling, which acknowledges nothing until its end.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { fileSystemOf, packageVersion, runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import { median, ratiosOf } from './rig/report.ts'
import type { Report, SideReport } from './rig/report.ts'
import { chooseSides, inTurns } from './rig/settings.ts'
import type { Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  /** The child script and its own arguments; --bytes, --units, --callers and --db are added. */
  readonly script: string
  readonly args: readonly string[]
  /** The side writes this share of --units, so that a slow one does not take the whole evening. */
  readonly share: number
}

/** What every child script prints as one line of JSON. */
interface Result {
  readonly unitsPerSecond: number
  /** How long the event loop was held; absent where the script is nothing but a loop of writes. */
  readonly eventLoopP99Ms?: number
  /** The same while another process holds the write lock for 1.5 s. */
  readonly lockedLoopP99Ms?: number
  /** The SQLite the script wrote with. */
  readonly sqlite?: string
}

const MAIN_FIGURE = 'units/s'
const BETTER_SQLITE3 = 'peers/better-sqlite3-commit.mjs'

const SIDES: readonly Side[] = [
  { name: 'millrace', script: 'sides/millrace-commit.ts', args: [], share: 1 },
  { name: 'node-sqlite-transaction', script: 'peers/node-sqlite-transaction.ts', args: [], share: 1 },
  { name: 'better-sqlite3-transaction', script: BETTER_SQLITE3, args: ['--mode', 'transaction'], share: 1 },
  { name: 'better-sqlite3-normal', script: BETTER_SQLITE3, args: ['--mode', 'autocommit-normal'], share: 1 },
  { name: 'better-sqlite3-full', script: BETTER_SQLITE3, args: ['--mode', 'autocommit-full'], share: 0.1 },
]

/** Writes the same number of bytes a unit with every side. */
export async function commitBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  const root = await mkdtemp(join(settings.dir ?? tmpdir(), 'bench-commit-'))
  try {
    const results = await inTurns(sides, settings.rounds, (side) => commitOnce(side, root, settings))
    const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? []))
    const { rounds, bytes, units, callers } = settings
    return {
      name: 'commit',
      mainFigure: MAIN_FIGURE,
      settings: { rounds, bytes, units, callers, fileSystem: await fileSystemOf(root) },
      versions: await versionsOf(results),
      sides: reports,
      ratios: ratiosOf(reports, MAIN_FIGURE, 'millrace'),
      notes: [
        'millrace and node-sqlite-transaction write a guard, a row and a change; better-sqlite3 writes the row only',
        'a transaction acknowledges nothing before its end; autocommit-normal may lose acknowledged rows in a power cut',
        `better-sqlite3-full writes ${unitsOf(sides, settings)} units`,
      ],
    }
  } finally {
    await rm(root, { recursive: true })
  }
}

async function commitOnce(side: Side, root: string, settings: Settings): Promise<Result> {
  const folder = await mkdtemp(join(root, `${side.name}-`))
  const own = {
    bytes: settings.bytes,
    units: Math.ceil(settings.units * side.share),
    callers: settings.callers,
    db: join(folder, 'x.db'),
  }
  const flags = Object.entries(own).flatMap(([name, value]) => [`--${name}`, String(value)])
  const script = fileURLToPath(new URL(side.script, import.meta.url))
  const { stdout } = await measure({ program: process.execPath, args: [script, ...side.args, ...flags] })
  await rm(folder, { recursive: true })
  return JSON.parse(stdout.trim()) as Result
}

function summarise(name: string, results: readonly Result[]): SideReport {
  const rates = results.map((result) => result.unitsPerSecond)
  const delays = results.flatMap((result) => result.eventLoopP99Ms ?? [])
  const locked = results.flatMap((result) => result.lockedLoopP99Ms ?? [])
  const figures = {
    [MAIN_FIGURE]: median(rates),
    'event loop p99 ms': delays.length === 0 ? null : median(delays),
    'p99 ms, locked': locked.length === 0 ? null : median(locked),
  }
  return { name, figures, rounds: rates }
}

async function versionsOf(results: ReadonlyMap<string, readonly Result[]>): Promise<Record<string, string>> {
  const peer = [...results].find(([name]) => name.startsWith('better-sqlite3'))?.[1][0]
  if (peer === undefined) return runtimeVersions()
  const version = await packageVersion('better-sqlite3')
  return { ...runtimeVersions(), 'better-sqlite3': `${version} (SQLite ${peer.sqlite})` }
}

function unitsOf(sides: readonly Side[], settings: Settings): number {
  const share = sides.find((side) => side.name === 'better-sqlite3-full')?.share ?? 0
  return Math.ceil(settings.units * share)
}
