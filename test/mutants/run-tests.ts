/** Runs test files of a copy of the project, and ends them when they take too long, with every process they started. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ReportLine } from './failure-reporter.ts'

const REPORTER = fileURLToPath(new URL('./failure-reporter.ts', import.meta.url))
/** Longer than any test's own deadline that a mutant needs; what has not ended by then has no deadline that works. */
const ENDED_AFTER_MS = 150_000

/** Which tests to run, and where. */
export interface TestRun {
  /** The root of the copy. */
  readonly root: string
  /** Paths from that root. */
  readonly files: readonly string[]
  /** Only the tests whose name matches. */
  readonly only?: string | undefined
}

/** A test that failed, why, and the deadline that ended it where one did. */
export interface FailedTest {
  readonly name: string
  readonly message: string
  readonly timedOutAfterMs: number | null
}

/** How the tests ended. */
export interface TestsEnded {
  readonly passed: number
  readonly failed: readonly FailedTest[]
  /** What went wrong outside of any test: a file that could not be loaded, or tests that never ended. */
  readonly broken: string | null
  readonly seconds: number
}

/** Runs the tests. */
export async function runTests({ root, files, only }: TestRun): Promise<TestsEnded> {
  const started = performance.now()
  const args = ['--test', `--test-reporter=${pathToFileURL(REPORTER).href}`, '--test-timeout=300000']
  if (only !== undefined) args.push(`--test-name-pattern=${only}`)
  const env: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: '0' }
  // Set when this is itself run by a test; the tests here are nobody's subtests.
  delete env['NODE_TEST_CONTEXT']
  const child = spawn(process.execPath, [...args, ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let isEnded = false
  const timer = setTimeout(() => {
    isEnded = true
    endGroup(child.pid)
  }, ENDED_AFTER_MS)
  const exit = once(child, 'close')
  const output = await text(child.stdout)
  await exit
  clearTimeout(timer)
  // A test file that failed may have left processes behind.
  endGroup(child.pid)
  const seconds = (performance.now() - started) / 1_000
  return {
    ...readReport(output, files, root),
    ...(isEnded ? { broken: 'the tests never ended' } : {}),
    seconds,
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function readReport(output: string, files: readonly string[], root: string): Omit<TestsEnded, 'seconds'> {
  const lines = output.split('\n').flatMap((line) => parseLine(line))
  const failures = lines.filter((line) => 'failed' in line)
  const fileNames = new Set(files.flatMap((file) => [file, basename(file), join(root, file)]))
  const failed = failures
    .filter((line) => !fileNames.has(line.failed))
    .map(({ failed: name, message, timedOutAfterMs }) => ({ name, message, timedOutAfterMs }))
  const isFileBroken = failed.length === 0 && failures.length > 0
  const passed = lines.find((line) => 'passed' in line)?.passed ?? 0
  return {
    passed,
    failed,
    broken: isFileBroken ? `${failures[0]?.failed} failed outside of its tests` : null,
  }
}

function parseLine(line: string): ReportLine[] {
  return line.startsWith('{"failed"') || line.startsWith('{"passed"') ? [JSON.parse(line) as ReportLine] : []
}
