/**
 * The commit benchmark on Postgres: how many acknowledged writes a second, beside what programs do with the two drivers
 * of Node. All write the same row to the same table of one server, and wait for its fsync.
 */
import { fileURLToPath } from 'node:url'

import { packageVersion, runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import { startBenchServer, type BenchServer } from './rig/postgres.ts'
import { median, ratiosOf, type Report, type SideReport } from './rig/report.ts'
import { chooseSides, inTurns, type Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  readonly script: string
  readonly args: readonly string[]
  /** The side writes this share of --units: what matters is that each takes some seconds. */
  readonly share: number
}

interface Result {
  readonly unitsPerSecond: number
  readonly cpuMicroseconds: number
  readonly eventLoopP99Ms: number
  readonly serverMicroseconds: number
}

const MAIN_FIGURE = 'units/s'
const OURS = 'sides/millrace-postgres-commit.ts'

const SIDES: readonly Side[] = [
  { name: 'millrace', script: OURS, args: [], share: 1 },
  { name: 'millrace-guard', script: OURS, args: ['--guard'], share: 1 },
  { name: 'postgres.js', script: 'peers/postgresjs-commit.mjs', args: [], share: 0.2 },
  { name: 'pg', script: 'peers/pg-commit.mjs', args: [], share: 0.2 },
]

/** Writes the same rows with every side, each into a database of its own. */
export async function commitPostgresBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  await using server = await startBenchServer()
  const results = await inTurns(sides, settings.rounds, (side) => commitOnce(side, server, settings))
  const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? []))
  const { rounds, bytes, units, callers } = settings
  return {
    name: 'commit on Postgres',
    mainFigure: MAIN_FIGURE,
    settings: { rounds, bytes, units, callers },
    versions: {
      ...runtimeVersions(),
      postgres: server.version,
      pg: await packageVersion('pg'),
      'postgres.js': await packageVersion('postgres'),
    },
    sides: reports,
    ratios: ratiosOf(reports, MAIN_FIGURE, 'millrace'),
    notes: [
      'fsync and synchronous_commit on; a unit of millrace is the row and its change row, of millrace-guard also a guard',
      'postgres.js and pg: one prepared INSERT per call over a pool of 10; a fifth of the units',
    ],
  }
}

async function commitOnce(side: Side, server: BenchServer, settings: Settings): Promise<Result> {
  const db = await server.freshDatabase()
  const units = Math.ceil(settings.units * side.share)
  const own = { bytes: settings.bytes, units, callers: settings.callers, db }
  const flags = Object.entries(own).flatMap(([name, value]) => [`--${name}`, String(value)])
  const script = fileURLToPath(new URL(side.script, import.meta.url))
  const cpuAtStart = server.cpuSeconds()
  const { stdout } = await measure({ program: process.execPath, args: [script, ...side.args, ...flags] })
  const serverMicroseconds = ((server.cpuSeconds() - cpuAtStart) * 1e6) / units
  await server.dropDatabase(db)
  return { ...(JSON.parse(stdout.trim()) as Omit<Result, 'serverMicroseconds'>), serverMicroseconds }
}

function summarise(name: string, results: readonly Result[]): SideReport {
  const of = (figure: (result: Result) => number) => median(results.map(figure))
  const rates = results.map((result) => result.unitsPerSecond)
  const figures = {
    [MAIN_FIGURE]: median(rates),
    'CPU us/unit': of((result) => result.cpuMicroseconds),
    'server us/unit': of((result) => result.serverMicroseconds),
    'event loop p99 ms': of((result) => result.eventLoopP99Ms),
  }
  return { name, figures, rounds: rates }
}
