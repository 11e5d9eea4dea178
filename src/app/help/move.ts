/** How the commands that move a store, and compare two, are called. */
import type { Command } from 'commander'
import type { MoveFlags } from '../commands/move/migrate.ts'
import type { CommonFlags, Run } from './common-options.ts'

/** Adds the commands. */
export function addMove(root: Command, run: Run): void {
  addMigrate(root, run)
  addVerify(root, run)
}

function addMigrate(root: Command, run: Run): void {
  const command = root
    .command('migrate')
    .summary('move a database to another backend, with proof')
    .description(
      'Copy every row of a database into an empty one, catch up with whoever still writes, and prove by digests of both ' +
        'sides that they are equal. The source is only read. Whatever interrupts it, the same command goes on.',
    )
  withSides(command)
    .option('--dry-run', 'only look: counts, estimates, and every value that would not survive')
    .option(
      '--undo',
      'empty a target that a move began, or that Millrace has not written since it was finished',
    )
    .addHelpText(
      'after',
      `
Examples:
  millrace migrate --from sqlite:millrace.db --to postgres://me@db.example/crawls --dry-run
  millrace migrate --from sqlite:millrace.db --to postgres://me@db.example/crawls
  millrace migrate --from postgres://me@db.example/crawls --to sqlite:back.db --json
  millrace migrate --undo --to postgres://me@db.example/crawls

Exit codes: 0 equal, 64 usage, 65 different or would not survive, 66 no such source, 69 unreachable, 73 the target holds
other data, 75 interrupted (the same command goes on), 78 configuration. docs/migrate.md says what is promised.`,
    )
    .action(async (flags: CommonFlags & MoveFlags) => {
      const { migrate } = await import('../commands/move/migrate.ts')
      await run(flags, (context) => migrate(flags, context))
    })
}

function addVerify(root: Command, run: Run): void {
  const command = root
    .command('verify')
    .summary('compare two databases row by row')
    .description(
      'Read and hash every row on each side by itself, and name the rows and columns that differ. Neither is written.',
    )
  withSides(command)
    .addHelpText(
      'after',
      `
Example:
  millrace verify --from sqlite:millrace.db --to postgres://me@db.example/crawls

Exit codes: 0 equal, 64 usage, 65 different, 66 no such database, 69 unreachable, 75 written meanwhile or stopped,
78 configuration.`,
    )
    .action(async (flags: CommonFlags & MoveFlags) => {
      const { verifyStores } = await import('../commands/move/migrate.ts')
      await run(flags, (context) => verifyStores(flags, context))
    })
}

function withSides(command: Command): Command {
  return command
    .option('--from <url>', 'database to read, sqlite:FILE or postgres://USER@HOST/NAME')
    .option('--to <url>', 'the other one')
    .option('--tables <names>', 'only these tables, with commas between')
    .option('--from-password-command <command>', 'run by the shell for a password of --from')
    .option('--to-password-command <command>', 'run by the shell for a password of --to')
    .option('--json', 'print one JSON document and nothing else on stdout')
    .option('-q, --quiet', 'say nothing but errors and what differs')
    .option('--config <file>', 'configuration file (default: millrace.config.ts where it exists)')
}
