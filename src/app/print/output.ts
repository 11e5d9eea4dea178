/**
 * Where a command's words go: results to stdout, everything else to stderr. With `--json` stdout has one JSON document
 * or JSON lines and nothing else. A reader that closes the pipe has had enough: that ends the command well.
 */
import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** What a command may write to. */
export interface Output {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly isQuiet: boolean
  /** Whether stdout is a terminal, so that a person reads the result. */
  readonly isTerminal: boolean
}

/** Writes a line of the result, waiting when the reader is slow. */
export async function printLine(output: Output, line: string): Promise<void> {
  if (!output.stdout.write(`${line}\n`)) await once(output.stdout, 'drain')
}

/** Says something beside the result, unless `--quiet`. */
export function say(output: Output, line: string): void {
  if (!output.isQuiet) output.stderr.write(`${line}\n`)
}

/** Says something that must be said, also with `--quiet`. */
export function warn(output: Output, line: string): void {
  output.stderr.write(`millrace: ${line}\n`)
}
