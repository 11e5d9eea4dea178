/**
 * A fault at every system call: a script is run by the real store, and the n-th write, sync or truncation of the
 * database's files fails or kills the process. Whatever n is, the file then holds what was acknowledged, nothing that
 * was refused, and every unit had its word.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'
import { disagreements, find, toldBy } from './check.ts'
import { scriptOf, SWEEP_SIZE } from './script.ts'
import { filesOf, trace } from './strace.ts'

const CHILD = fileURLToPath(new URL('./script-child.ts', import.meta.url))
const DEADLINE_MS = 60_000
const SYSCALLS = {
  fsync: ['signal=KILL', 'error=EIO', 'error=ENOSPC'],
  fdatasync: ['signal=KILL', 'error=EIO', 'error=ENOSPC'],
  pwrite64: ['signal=KILL', 'error=EIO', 'error=ENOSPC'],
  write: ['signal=KILL', 'error=EIO', 'error=ENOSPC'],
  ftruncate: ['signal=KILL', 'error=EIO', 'error=ENOSPC'],
} as const

type Syscall = keyof typeof SYSCALLS

/** What the script is run on: no file yet, or one whose last process was killed with its log full. */
export type Start = 'a new file' | 'a killed file'

/** One fault. */
export interface Fault {
  readonly start: Start
  readonly syscall: string
  readonly does: string
  /** Which call of the thread that makes it, from 1. */
  readonly nth: number
}

/** Scripts on files, and the faults that can meet them. */
export class Sweep {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
  readonly #seed: number
  #trials = 0

  constructor(seed: number) {
    this.#seed = seed
    mkdirSync(join(this.#folder, 'killed'))
    spawnSync(process.execPath, [...this.#args(join(this.#folder, 'killed', 'a.db'), 'first'), 'kill'])
  }

  /** Every fault there is, by a run that counts. */
  async faults(start: Start): Promise<readonly Fault[]> {
    const { path, folder } = this.#prepare(start)
    const log = join(folder, 'log')
    const traced = await trace(
      ['-o', log, '-e', `trace=${Object.keys(SYSCALLS).join()}`, ...onFiles(path)],
      this.#args(path, 'second'),
      DEADLINE_MS,
    )
    if (traced.code !== 0) throw new Error(`the counting run ended with ${traced.code}: ${traced.stderr}`)
    const counts = highestCounts(readFileSync(log, 'utf8'))
    return (Object.keys(SYSCALLS) as Syscall[]).flatMap((syscall) =>
      SYSCALLS[syscall].flatMap((does) =>
        Array.from({ length: counts.get(syscall) ?? 0 }, (_, at) => ({ start, syscall, does, nth: at + 1 })),
      ),
    )
  }

  /** Runs the script into the fault; returns what is wrong afterwards. */
  async run({ start, syscall, does, nth }: Fault): Promise<readonly string[]> {
    const { path, folder } = this.#prepare(start)
    const inject = `inject=${syscall}:${does}:when=${nth}`
    const { code, signal, lines, stderr } = await trace(
      ['-o', join(folder, 'log'), '-e', `trace=${syscall}`, '-e', inject, ...onFiles(path)],
      this.#args(path, 'second'),
      DEADLINE_MS,
    )
    const faults: string[] = []
    const isKill = does === 'signal=KILL'
    if (isKill ? signal !== 'SIGKILL' : code !== 0) faults.push(`it ended with ${code ?? signal}: ${stderr}`)
    if (!/INJECTED|killed by SIGKILL/.test(readFileSync(join(folder, 'log'), 'utf8')))
      faults.push('no fault was met')
    faults.push(...(await this.#check(path, start, lines, isKill)))
    if (faults.length === 0) rmSync(folder, { recursive: true })
    else faults.push(`files are kept in ${folder}; it said: ${lines.join(', ')}`)
    return faults
  }

  /** Removes all files. */
  close(): void {
    rmSync(this.#folder, { recursive: true })
  }

  async #check(
    path: string,
    start: Start,
    lines: readonly string[],
    isKill: boolean,
  ): Promise<readonly string[]> {
    const told = toldBy(lines)
    const hasOpened = lines.includes('open')
    const before = start === 'a killed file' ? scriptOf('first', this.#seed, SWEEP_SIZE) : []
    const script = scriptOf('second', this.#seed, SWEEP_SIZE)
    const unsaid = script.flat().filter(({ id }) => !told.acked.has(id) && !told.refused.has(id))
    const faults: string[] = []
    if (!isKill && hasOpened && unsaid.length > 0)
      faults.push(`no word on ${unsaid.map(({ id }) => id).join()}`)
    const isSilent = !hasOpened && !lines.some((line) => /^refused open (InputOutput|DiskFull) /.test(line))
    if (!isKill && isSilent) faults.push('it did not say why it did not open')
    await (await openSqlite({ path, definitions: conformanceDefinitions })).close()
    const found = find(path, [...before, ...script])
    const lost = before.flat().filter(({ id }) => !found.positions.has(id))
    faults.push(...found.faults, ...disagreements(found, told), ...lost.map(({ id }) => `${id} is gone`))
    return faults
  }

  #prepare(start: Start): { readonly path: string; readonly folder: string } {
    const folder = join(this.#folder, String(this.#trials++))
    mkdirSync(folder)
    if (start === 'a killed file') cpSync(join(this.#folder, 'killed'), folder, { recursive: true })
    return { folder, path: join(folder, 'a.db') }
  }

  #args(path: string, name: string): string[] {
    return [CHILD, path, name, String(this.#seed), JSON.stringify(SWEEP_SIZE)]
  }
}

/** Only calls on these files are traced, and so only those can be failed. */
function onFiles(path: string): readonly string[] {
  return filesOf(path).flatMap((file) => ['-P', file])
}

/** How often the thread that did so most made each call: strace counts by thread. */
function highestCounts(log: string): ReadonlyMap<string, number> {
  const byThread = new Map<string, number>()
  for (const [, thread, syscall] of log.matchAll(/^(\d+) +(\w+)\(/gm)) {
    const key = `${syscall} ${thread}`
    byThread.set(key, (byThread.get(key) ?? 0) + 1)
  }
  const highest = new Map<string, number>()
  for (const [key, count] of byThread) {
    const syscall = key.split(' ')[0] ?? ''
    highest.set(syscall, Math.max(count, highest.get(syscall) ?? 0))
  }
  return highest
}
