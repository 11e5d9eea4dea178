/** All commands and their options, with the help that teaches them. Each command is loaded only when it is run. */
import { Command, CommanderError } from 'commander'
import { createLog } from '../observe/index.ts'
import { isMillraceError, toMillraceError } from '../model/index.ts'
import type { Config } from './config/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT, exitCodeOf, firstFailure } from './exit-code.ts'
import type { CommonFlags, Run } from './help/common-options.ts'
import { addContent } from './help/content.ts'
import { addCrawl } from './help/crawl.ts'
import { addDiff } from './help/diff.ts'
import { addJobs } from './help/jobs.ts'
import { addMove } from './help/move.ts'
import { addReExtract } from './help/re-extract.ts'
import { addRest } from './help/rest.ts'
import { addUpkeep } from './help/upkeep.ts'
import { DB_DEFAULT } from './database/database-url.ts'
import { plainText } from './print/plain-text.ts'
import { VERSION } from './version.ts'

/** What a process gives a program. */
export interface World {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
  readonly env: NodeJS.ProcessEnv
}

/** Parses and runs; returns the exit code. */
export async function program(argv: readonly string[], world: World): Promise<number> {
  const state: { code: number } = { code: EXIT.done }
  const ended = endOnClosedPipe(world)
  const run: Run = async (flags, command, readsConfig = true) => {
    const config = readsConfig ? await configOf(flags) : {}
    state.code = await command(await contextOf(flags, config, world))
  }
  const root = rootCommand(world)
  addCrawl(root, run)
  addRest(root, run)
  addDiff(root, run)
  addReExtract(root, run)
  addContent(root, run)
  addJobs(root, run)
  addUpkeep(root, run)
  addMove(root, run)
  try {
    await Promise.race([root.parseAsync([...argv]), ended])
  } catch (error) {
    return report(error, world)
  }
  return state.code
}

function rootCommand(world: World): Command {
  return new Command('millrace')
    .description('Turn websites into datasets that can be trusted.')
    .version(VERSION)
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(--help shows how)')
    .addHelpText(
      'after',
      `
Examples:
  millrace crawl https://example.org/          read a site into millrace.db
  millrace crawl https://example.org/          again: goes on where it was stopped
  millrace search "vacuum freeze"              find it again
  millrace export --kind documents --out documents.jsonl
  millrace query "SELECT url, title FROM documents_latest LIMIT 5"
  millrace explain https://example.org/docs/   why it waits, failed, or was never met
  millrace runs --db postgres://me@host/name   a store in Postgres, by any command

Exit codes: 0 done, 3 finished but some URLs gave no answer, 64 usage, 65 bad data, 69 unavailable,
70 our bug, 73/74 cannot create / I/O, 75 stopped early and safe to run again, 77 no permission, 78 configuration.`,
    )
}

/** Loaded late, so that help and usage errors load nothing of it. */
async function configOf({ config }: CommonFlags): Promise<Config> {
  const { loadConfig } = await import('./config/index.ts')
  return loadConfig(config)
}

/** A flag wins over the environment, the environment over the configuration, and that over the default. */
async function contextOf(flags: CommonFlags, config: Config, world: World): Promise<CommandContext> {
  const { stdout, stderr } = world
  return {
    ...(await databaseOf(flags, config, world)),
    config,
    isJson: flags.json ?? false,
    isTerminal: stderr.isTTY,
    output: { stdout, stderr, isQuiet: flags.quiet ?? false, isTerminal: stdout.isTTY },
    log: createLog(flags.logLevel ?? 'silent'),
  }
}

/** What gives a password belongs to the URL it stands beside: it is never sent to a database that something else named. */
async function databaseOf(flags: CommonFlags, config: Config, world: World): Promise<NamedDatabase> {
  const { db, dbFrom } = namedDatabase(flags, config, world)
  const passwordFrom = db.password === undefined ? null : 'file'
  if (flags.dbPasswordCommand === undefined) return { db, dbFrom, passwordFrom }
  const { passwordByCommand } = await import('./database/password-command.ts')
  const password = passwordByCommand(flags.dbPasswordCommand)
  return { db: { ...db, password }, dbFrom, passwordFrom: 'flag' }
}

type NamedDatabase = Pick<CommandContext, 'db' | 'dbFrom' | 'passwordFrom'>

function namedDatabase(
  { db }: CommonFlags,
  config: Config,
  { env }: World,
): Pick<CommandContext, 'db' | 'dbFrom'> {
  const environment = env['DATABASE_URL']
  if (db !== undefined) return { db: { url: db }, dbFrom: 'flag' }
  if (environment !== undefined) return { db: { url: environment }, dbFrom: 'environment' }
  if (config.db === undefined) return { db: { url: DB_DEFAULT }, dbFrom: 'default' }
  return { db: typeof config.db === 'string' ? { url: config.db } : config.db, dbFrom: 'file' }
}

/** Resolves when whoever reads our output has gone; the rest of the output is nobody's. */
function endOnClosedPipe(world: World): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [world.stdout, world.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EPIPE') resolve()
        else world.stderr.write(`millrace: cannot write output: ${error.message}\n`)
      })
    }
  })
}

function report(thrown: unknown, world: World): number {
  // Commander has already printed help, version or what is wrong with the command line.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage
  const error = toMillraceError(firstFailure(thrown))
  world.stderr.write(`millrace: ${plainText(error.message)} [${error.code}]\n`)
  if (isMillraceError(error, 'Fault')) {
    world.stderr.write(
      `${error.stack ?? ''}\nThis is a bug in Millrace; please report it with the lines above.\n`,
    )
  }
  return exitCodeOf(error.code)
}
