/** A child process of a test: its lines can be awaited, and it can be killed at any of them. */
import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

/** A running script of this folder. */
export interface Child {
  readonly pid: number
  /** Every line of its stdout so far. */
  readonly lines: readonly string[]
  /** The next line that begins with `start`, looked for after the last one that was awaited. @throws when it ends first */
  line(start: string): Promise<string>
  kill(signal: NodeJS.Signals): void
  /** Tells it to go on: what that means is the script's. */
  goOn(): void
  /** Resolves with its exit code, or the signal that ended it, when all its lines have been read. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts `script`, a file of this folder without extension. It is killed when the test ends. */
export function startChild(
  t: TestContext,
  script: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Child {
  const file = fileURLToPath(new URL(`./${script}.ts`, import.meta.url))
  const stdio = ['pipe', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, [file, ...args], { ...options, stdio: [...stdio] })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('a child without pipes')
  t.after(() => child.kill('SIGKILL'))
  const output = new Lines()
  createInterface({ input: stdout })
    .on('line', (line) => output.add(line))
    .on('close', () => output.end())
  return {
    pid: child.pid ?? -1,
    lines: output.lines,
    line: (start) => output.next(start),
    kill: (signal) => child.kill(signal),
    goOn: () => stdin.write('go on\n'),
    ended: endOf(child),
  }
}

async function endOf(child: ReturnType<typeof spawn>): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return code ?? signal ?? 0
}

class Lines {
  readonly lines: string[] = []
  #read = 0
  #hasEnded = false
  #wake = Promise.withResolvers<void>()

  add(line: string): void {
    this.lines.push(line)
    this.#notify()
  }

  end(): void {
    this.#hasEnded = true
    this.#notify()
  }

  async next(start: string): Promise<string> {
    for (;;) {
      while (this.#read < this.lines.length) {
        const line = this.lines[this.#read++] ?? ''
        if (line.startsWith(start)) return line
      }
      if (this.#hasEnded) throw new Error(`the child ended without "${start}" after: ${this.lines.at(-1)}`)
      await this.#wake.promise
    }
  }

  #notify(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }
}
