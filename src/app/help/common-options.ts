/** The options that every command takes, and how a command is run with them. */
import { Option, type Command } from 'commander'
import { LOG_LEVELS, type LogLevel } from '../../observe/index.ts'
import type { CommandContext } from '../context.ts'
import { DB_DEFAULT } from '../database/database-url.ts'

/** The flags that every command takes. */
export interface CommonFlags {
  readonly db?: string
  readonly dbPasswordCommand?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly config?: string
  readonly logLevel?: LogLevel
}

/** Runs a command with the context its common flags make, and keeps its exit code. */
export type Run = (
  flags: CommonFlags,
  command: (context: CommandContext) => Promise<number>,
  /** false: the command works also where the configuration file can not be read. Default true. */
  readsConfig?: boolean,
) => Promise<void>

/** Adds the common options to a command. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      '--db <url>',
      `database, sqlite:FILE or postgres://USER@HOST/NAME (default: $DATABASE_URL, else ${DB_DEFAULT})`,
    )
    .option(
      '--db-password-command <command>',
      'run by the shell for a password of the Postgres database; prints it as its first line',
    )
    .option('--json', 'print one JSON document, or JSON lines, and nothing else on stdout')
    .option('-q, --quiet', 'say nothing but the result and errors')
    .option('--config <file>', 'configuration file (default: millrace.config.ts where it exists)')
    .addOption(new Option('--log-level <level>', 'log lines on stderr').choices(LOG_LEVELS).default('silent'))
}
