/** Processes that die, for tests: a real one that is killed with its jobs in hand, and one that is only said to be lost. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { Command } from '../../store/index.ts'

/** What `rescue` commits for a lost process. */
export function rescueCommand(process: string): Command {
  return { name: 'jobs.rescueProcess', rows: [{ process }] }
}

/** What `rescue` commits for hung ones. */
export const rescueLeasesCommand: Command = { name: 'jobs.rescueLeases', rows: [{}] }

/** What `beat` commits. */
export function beatCommand(process: string, leaseUntil: number): Command {
  return { name: 'jobs.heartbeat', rows: [{ process, leaseUntil }] }
}

/** Another process of ours, which says what it does line by line. */
export interface Child {
  /** The next line it wrote; undefined after the last. */
  nextLine(): Promise<string | undefined>
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>
  /** Waits for its own end; returns its exit code. */
  ended(): Promise<number | null>
}

/** Starts a script of this folder. It is killed at the end of the test if it still runs. */
export function startChild(t: TestContext, script: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const kill = async () => {
    child.kill('SIGKILL')
    await exit
  }
  t.after(kill)
  return {
    async nextLine() {
      const { value, done } = await lines.next()
      return done === true ? undefined : value
    },
    kill,
    async ended() {
      await exit
      return child.exitCode
    },
  }
}
