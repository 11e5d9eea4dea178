/** The pool benchmark: with how many sessions a process reads best, for few callers at once and for many. */
import { fileURLToPath } from 'node:url'

import { runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import { startBenchServer } from './rig/postgres.ts'
import { median, type Report, type SideReport } from './rig/report.ts'
import { chooseSides, inTurns, type Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  readonly size: number
  readonly callers: number
}

interface Result {
  readonly readsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const SIZES = [1, 2, 4, 8, 16]
const CALLERS = [4, 32, 256]
const SECONDS = 2
const MAIN_FIGURE = 'reads/s'
/** A session costs the server memory: a larger pool is better only when it is so by more than this. */
const WORTH_IT = 1.05
const SCRIPT = fileURLToPath(new URL('sides/millrace-pool.ts', import.meta.url))

const SIDES: readonly Side[] = CALLERS.flatMap((callers) =>
  SIZES.map((size) => ({ name: `${callers} callers, pool of ${size}`, size, callers })),
)

/** Reads the same rows by pools of several sizes. */
export async function poolBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  await using server = await startBenchServer()
  const db = await server.freshDatabase()
  await measure({ program: process.execPath, args: [SCRIPT, '--fill', '--db', db] })
  const results = await inTurns(sides, settings.rounds, ({ size, callers }) =>
    readOnce({ size, callers, db }),
  )
  const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? []))
  return {
    name: 'pool',
    mainFigure: MAIN_FIGURE,
    settings: { rounds: settings.rounds, seconds: SECONDS },
    versions: { ...runtimeVersions(), postgres: server.version },
    sides: reports,
    ratios: {},
    notes: [
      'nine reads of ten are one row by its key, the tenth is a hundred rows',
      ...CALLERS.map((callers) => bestOf(callers, sides, reports)),
    ],
  }
}

async function readOnce(asked: {
  readonly size: number
  readonly callers: number
  readonly db: string
}): Promise<Result> {
  const flags = Object.entries({ ...asked, seconds: SECONDS }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])
  const { stdout } = await measure({ program: process.execPath, args: [SCRIPT, ...flags] })
  return JSON.parse(stdout.trim()) as Result
}

function summarise(name: string, results: readonly Result[]): SideReport {
  const of = (figure: (result: Result) => number) => median(results.map(figure))
  const rates = results.map((result) => result.readsPerSecond)
  const figures = {
    [MAIN_FIGURE]: median(rates),
    'p50 ms': of((result) => result.p50Ms),
    'p99 ms': of((result) => result.p99Ms),
  }
  return { name, figures, rounds: rates }
}

/** The smallest pool that no larger one beats by much. */
function bestOf(callers: number, sides: readonly Side[], reports: readonly SideReport[]): string {
  const rated = sides.flatMap((side, index) =>
    side.callers === callers ? [{ size: side.size, rate: reports[index]?.figures[MAIN_FIGURE] ?? 0 }] : [],
  )
  const most = Math.max(...rated.map(({ rate }) => rate))
  const best = rated.find(({ rate }) => rate * WORTH_IT >= most)
  return `best for ${callers} callers: ${best?.size ?? '-'} sessions`
}
