/** Runs one side as a whole process, from start to exit, and takes its time and memory. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { watchPeakRss } from './peak-rss.ts'

/** What one process cost. */
export interface Measured {
  readonly stdout: string
  /** Wall time from spawn to exit. */
  readonly seconds: number
  /** The largest resident set of any single process of the tree, in MB (10^6 bytes). */
  readonly peakRssMb: number
  /** User and system time of the whole tree; null where /usr/bin/time is missing. */
  readonly cpuSeconds: number | null
}

/** What to run. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd?: string
}

interface Finished {
  readonly stdout: string
  readonly seconds: number
}

const TIME = '/usr/bin/time'
const LONGEST_MS = 30 * 60_000

/** Runs a command to its end. @throws Error with the end of its stderr when it does not exit 0, or takes 30 minutes */
export async function measure(command: Command): Promise<Measured> {
  return existsSync(TIME) ? measureByTime(command) : measureBySampling(command)
}

async function measureByTime({ program, args, cwd }: Command): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-time-'))
  const file = join(folder, 'time')
  try {
    const timed = ['-f', '%M %U %S', '-o', file, program, ...args]
    const finished = await runToEnd(start({ program: TIME, args: timed, ...(cwd && { cwd }) }), program)
    const [peakKb = Number.NaN, user = 0, system = 0] = (await readFile(file, 'utf8')).split(' ').map(Number)
    return { ...finished, peakRssMb: (peakKb * 1024) / 1e6, cpuSeconds: user + system }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function measureBySampling(command: Command): Promise<Measured> {
  const child = start(command)
  const watch = watchPeakRss(child.pid ?? 0)
  try {
    const finished = await runToEnd(child, command.program)
    return { ...finished, peakRssMb: watch.peakBytes() / 1e6, cpuSeconds: null }
  } finally {
    watch.stop()
  }
}

/** In a process group of its own, so that a side that hangs can be ended with all it started. */
function start({ program, args, cwd }: Command) {
  return spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
}

async function runToEnd(child: ReturnType<typeof start>, program: string): Promise<Finished> {
  const startedAt = performance.now()
  const end = () => endGroup(child)
  const timer = setTimeout(end, LONGEST_MS)
  process.once('exit', end)
  try {
    const closed = once(child, 'close') as Promise<[number | null, string | null]>
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      closed,
    ])
    if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}:\n${stderr.slice(-2_000)}`)
    return { stdout, seconds: (performance.now() - startedAt) / 1_000 }
  } finally {
    clearTimeout(timer)
    process.off('exit', end)
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    process.kill(-child.pid, 'SIGKILL')
  }
}
