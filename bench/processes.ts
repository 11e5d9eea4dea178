/** The processes benchmark: how fast and how fairly many processes write one file. Each side's processes start together. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { fileSystemOf, packageVersion, runtimeVersions } from './rig/machine.ts'
import { median, ratiosOf } from './rig/report.ts'
import type { Report, SideReport } from './rig/report.ts'
import { chooseSides, inTurns } from './rig/settings.ts'
import type { Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  readonly script: string
}

/** What each process prints at its end. */
interface Written {
  readonly written: number
  /** The longest any one write waited for its acknowledgement. */
  readonly longestMs: number
  /** How often "database is locked" came through. */
  readonly busy: number
}

const PROCESSES = 8
const SECONDS = 5
/** Callers of each Millrace process; the peer has no such thing, its process waits for every write. */
const CALLERS = 64
const MAIN_FIGURE = 'units/s'

const SIDES: readonly Side[] = [
  { name: 'millrace', script: 'sides/millrace-process.ts' },
  { name: 'better-sqlite3', script: 'peers/better-sqlite3-process.mjs' },
]

/** Writes for some seconds from eight processes with every side. */
export async function processesBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  const root = await mkdtemp(join(settings.dir ?? tmpdir(), 'bench-processes-'))
  try {
    const results = await inTurns(sides, settings.rounds, (side) => writeOnce(side, root, settings.bytes))
    const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? []))
    const { rounds, bytes } = settings
    const peer = await packageVersion('better-sqlite3')
    return {
      name: 'processes',
      mainFigure: MAIN_FIGURE,
      settings: {
        rounds,
        bytes,
        processes: PROCESSES,
        seconds: SECONDS,
        callers: CALLERS,
        fileSystem: await fileSystemOf(root),
      },
      versions: { ...runtimeVersions(), 'better-sqlite3': peer },
      sides: reports,
      ratios: ratiosOf(reports, MAIN_FIGURE, 'millrace'),
      notes: [
        'every write is fsynced before it is acknowledged; millrace writes a guard, a row and a change, its peer a row',
        'slowest/fastest: units of the slowest process by those of the fastest',
      ],
    }
  } finally {
    await rm(root, { recursive: true })
  }
}

async function writeOnce(side: Side, root: string, bytes: number): Promise<readonly Written[]> {
  const folder = await mkdtemp(join(root, `${side.name}-`))
  const own = { bytes, callers: CALLERS, seconds: SECONDS, db: join(folder, 'x.db') }
  const flags = Object.entries(own).flatMap(([name, value]) => [`--${name}`, String(value)])
  const script = fileURLToPath(new URL(side.script, import.meta.url))
  const children = []
  // One after the other until each is ready: making the file is not what is measured.
  for (let count = 0; count < PROCESSES; count++) children.push(await startOne([script, ...flags]))
  for (const child of children) child.go()
  const written = await Promise.all(children.map((child) => child.ended))
  await rm(folder, { recursive: true })
  return written
}

async function startOne(args: readonly string[]) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  const ended = once(lines, 'line').then(async ([line]) => {
    if (child.exitCode === null) await once(child, 'exit')
    process.off('exit', end)
    return JSON.parse(String(line)) as Written
  })
  return { ended, go: () => child.stdin.write('go\n') }
}

function summarise(name: string, rounds: readonly (readonly Written[])[]): SideReport {
  const rates = rounds.map((all) => all.reduce((sum, one) => sum + one.written, 0) / SECONDS)
  const of = (figure: (all: readonly Written[]) => number) => median(rounds.map(figure))
  const figures = {
    [MAIN_FIGURE]: median(rates),
    'longest wait ms': of((all) => Math.max(...all.map((one) => one.longestMs))),
    'slowest/fastest': of((all) => least(all) / Math.max(...all.map((one) => one.written))),
    'busy errors': of((all) => all.reduce((sum, one) => sum + one.busy, 0)),
  }
  return { name, figures, rounds: rates }
}

function least(all: readonly Written[]): number {
  return Math.min(...all.map((one) => one.written))
}
