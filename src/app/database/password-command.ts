/** `--db-password-command`: a password that another program knows, asked for each time one is needed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { MillraceError } from '../../model/index.ts'
import { MASK } from '../config/index.ts'
import { plainLine } from '../print/plain-text.ts'

const WAIT_MS = 30_000
/** A password is a line; who writes more than this writes something else. */
const CHARS_MAX = 65_536
const STDERR_SHOWN = 300
/** What a shell ends with when there is no such command, or it can not be run. */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127])

/**
 * Gives, each time it is called, the first line that the command prints, which the shell runs anew.
 * @throws MillraceError Usage for no command; when called, NoPermission when it fails or takes too long, BadConfig when it can not be run or
 *   prints nothing; never with what it printed on stdout
 */
export function passwordByCommand(command: string, waitMs: number = WAIT_MS): () => Promise<string> {
  if (command.trim() === '')
    throw new MillraceError('Usage', 'expected a command that prints the password, got none')
  return async () => {
    const { output, errors, code, isLate } = await run(command, waitMs)
    const [password = ''] = output.split(/\r?\n/, 1)
    const said = password === '' ? errors : errors.replaceAll(password, MASK)
    if (isLate) throw refused(`took over ${waitMs / 1_000} s and was ended`, said)
    if (code === null || NOT_RUN.has(code)) throw notRun(`could not be run`, said)
    if (code !== 0) throw refused(`ended with exit code ${code}`, said)
    if (password === '') throw notRun('printed no password: expected it as the first line', said)
    return password
  }
}

function refused(what: string, said: string): MillraceError {
  return new MillraceError('NoPermission', sentence(what, said))
}

function notRun(what: string, said: string): MillraceError {
  return new MillraceError('BadConfig', sentence(what, said))
}

function sentence(what: string, said: string): string {
  return `--db-password-command: the command ${what}${said === '' ? '' : `; it said: ${plainLine(said, STDERR_SHOWN)}`}`
}

interface Ran {
  readonly output: string
  readonly errors: string
  /** null: ended by a signal, or never started. */
  readonly code: number | null
  readonly isLate: boolean
}

async function run(command: string, waitMs: number): Promise<Ran> {
  // A group of its own, so that what the shell started ends with it.
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const read = { output: '', errors: '', isLate: false }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    read.output = `${read.output}${text}`.slice(0, CHARS_MAX)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    read.errors = `${read.errors}${text}`.slice(0, CHARS_MAX)
  })
  const timer = setTimeout(() => {
    read.isLate = true
    endGroup(child)
  }, waitMs)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { ...read, errors: read.errors.trim(), code }
  } catch (error) {
    return { ...read, errors: (error as Error).message, code: null }
  } finally {
    clearTimeout(timer)
  }
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
