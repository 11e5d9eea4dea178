/** Programs under strace: their system calls on the files of one database failed, killed at, or written down. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** How a traced program ended. */
export interface Traced {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly lines: readonly string[]
  readonly stderr: string
}

/** Why nothing can be traced here; undefined when it can. Installs strace where that is allowed. */
export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is there on Linux only'
  if (!runs('strace', '-V') && process.getuid?.() === 0) {
    spawnSync('apt-get', ['install', '-y', '-qq', 'strace'], { stdio: 'ignore', timeout: 120_000 })
  }
  if (!runs('strace', '-V')) return 'strace is missing and could not be installed: apt-get install strace'
  if (!runs('strace', '-o', '/dev/null', 'true')) return 'this machine does not let strace trace'
  return undefined
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** The files of the database at `path` that SQLite writes. */
export function filesOf(path: string): readonly string[] {
  return [path, `${path}-wal`, `${path}-journal`, `${path}-shm`]
}

/** Runs Node with `args` under strace with `options`; it is killed after `deadlineMs`, which is then its signal. */
export async function trace(
  options: readonly string[],
  args: readonly string[],
  deadlineMs: number,
): Promise<Traced> {
  // Stopped by seccomp a program takes no injected signal, and otherwise it stops at every system call.
  const quick = options.some((option) => option.includes('signal=')) ? [] : ['--seccomp-bpf']
  const child = spawn('strace', ['-f', '-qq', ...quick, ...options, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // strace passes the end of the program on, but not its own: a group of their own ends both.
    detached: true,
  })
  const exit = once(child, 'close')
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), deadlineMs)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null]
  clearTimeout(timer)
  return { code, signal, lines: stdout.split('\n').filter(Boolean), stderr }
}
