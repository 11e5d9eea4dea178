/** test/process: runs a command as a user would and gathers what it said. It never hides an exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** How a command ended. */
export interface Ended {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs this Node with the given arguments to its end. */
export async function runCommand(
  args: readonly string[],
  options: {
    readonly cwd?: string
    readonly input?: string
    readonly env?: NodeJS.ProcessEnv
    readonly uid?: number
  } = {},
): Promise<Ended> {
  const { cwd, env, uid } = options
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'pipe',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const exit = once(child, 'close')
  child.stdin.end(options.input ?? '')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await exit) as [number | null]
  return { code, stdout, stderr }
}
