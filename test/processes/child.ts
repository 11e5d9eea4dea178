/** A process of ours that can be stopped, continued and killed, and whose lines are heard as they come. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A running script. */
export interface Child {
  readonly pid: number
  /** Whether it has ended. */
  readonly isGone: boolean
  kill(signal: NodeJS.Signals): void
  /** Writes a line to its stdin. */
  tell(line: string): void
  /** Resolves with the exit code, or the signal that ended it, when its last line was heard. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts a script; `onLine` hears every line of its stdout. */
export function startChild(script: string, args: readonly string[], onLine: (line: string) => void): Child {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  createInterface({ input: child.stdout }).on('line', onLine)
  // It may be killed while it is told something.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close').then(
    ([code, signal]) => (code ?? signal ?? 0) as number | NodeJS.Signals,
  )
  return {
    pid: child.pid ?? -1,
    get isGone() {
      return child.exitCode !== null || child.signalCode !== null
    },
    kill: (signal) => void child.kill(signal),
    tell: (line) => void child.stdin.write(`${line}\n`),
    ended,
  }
}
