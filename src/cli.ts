/** The command line: words to options, options to a command, its end to an exit code. */
import { program } from './app/program.ts'

/** Runs one command line; resolves with the exit code and never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  return program(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
  })
}
