/**
 * One trial of a move: it is killed with SIGKILL again and again at seeded moments, each time gone on with by a fresh
 * process, while the source is written to between two of them; then both sides are compared. Now and then the move is
 * taken back, which is killed too.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { changeRow, fillFile } from '../../src/transfer/migrate/testing/index.ts'
import { runCommand } from '../process/index.ts'
import { seededRandom, type Random } from '../site/index.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
/** Lines of progress that a move says, about: the seeded moment is so many lines, and some milliseconds, from its start. */
const LINES = 36
const DELAY_MS = 40

/** What a trial is asked to do. */
export interface MigrateTrial {
  readonly seed: number
  readonly kills: number
  /** Rows a table of the source. */
  readonly rows: number
  /** A file that is not there yet. */
  readonly from: string
  /** An empty database, or a file that is not there yet. */
  readonly to: string
}

/** What was wrong; empty when all is well. */
export interface MigrateTrialResult {
  readonly kills: number
  readonly wrong: readonly string[]
}

/** Runs the trial. */
export async function migrateTrial({
  seed,
  kills,
  rows,
  from,
  to,
}: MigrateTrial): Promise<MigrateTrialResult> {
  const random = seededRandom(seed)
  await fillFile(from, { rows, seed })
  const wrong: string[] = []
  let done = 0
  while (done < kills) {
    const isUndo = done > 0 && random.chance(0.1)
    const args = isUndo ? ['--undo', '--to', to] : ['--from', from, '--to', to]
    const code = await killed(['migrate', ...args], random)
    if (code === null) done++
    // Undoing what is undone already says so; whatever else is not 0 is wrong.
    else if (code !== 0 && !(isUndo && code === 66)) wrong.push(`${args.join(' ')} exited with ${code}`)
    if (wrong.length > 0) return { kills: done, wrong }
    // A move that came to its end has something to do again.
    if (code === 0 || random.chance(0.5)) changeRow(from, `seed ${seed} kill ${done} ${random.below(1e9)}`)
  }
  const rest = await runCommand([BIN, 'migrate', '--from', from, '--to', to, '--json'])
  if (rest.code !== 0) wrong.push(`the last move exited with ${rest.code}: ${rest.stderr}`)
  const proof = await runCommand([BIN, 'verify', '--from', from, '--to', to, '--json'])
  if (proof.code !== 0) wrong.push(`verify exited with ${proof.code}: ${proof.stderr}${proof.stdout}`)
  const doctor = await runCommand([BIN, 'doctor', '--full', '--db', to])
  // Made-up rows have made-up fingerprints and times.
  const failed = doctor.stdout.split('\n').filter((line) => /^FAIL(?! +(?:duplicates|clock))/.test(line))
  wrong.push(...failed.map((line) => `doctor: ${line}`))
  const again = await runCommand([BIN, 'migrate', '--from', from, '--to', to, '--json'])
  if (rootIn(again.stdout) === undefined || rootIn(again.stdout) !== rootIn(proof.stdout))
    wrong.push(`the roots differ: ${again.stdout.slice(0, 300)} and ${proof.stdout.slice(0, 300)}`)
  return { kills: done, wrong }
}

/** Runs a command and kills it at a seeded moment; its exit code, or null when it was killed in time. */
async function killed(args: readonly string[], random: Random): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'close')
  const heard: string[] = []
  let left = random.below(LINES)
  const delayMs = random.below(DELAY_MS)
  // The very first statements come before anything is said.
  if (left === 0) setTimeout(() => child.kill('SIGKILL'), 300 + random.below(600))
  createInterface({ input: child.stderr }).on('line', (line) => {
    heard.push(line)
    if (--left === 0) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  const [code] = (await exited) as [number | null]
  if (code !== null && code !== 0 && code !== 66) process.stderr.write(`${heard.join('\n')}\n`)
  return code
}

function rootIn(text: string): string | undefined {
  return /"root":"([0-9a-f]{64})"/.exec(text)?.[1]
}
