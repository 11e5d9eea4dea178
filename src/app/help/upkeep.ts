/** How the commands that set up and look after a store are called. */
import type { Command } from 'commander'
import type { BackupFlags } from '../commands/upkeep/backup.ts'
import type { DoctorFlags } from '../commands/upkeep/doctor.ts'
import type { InitFlags } from '../commands/upkeep/init.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

/** Adds the commands. */
export function addUpkeep(root: Command, run: Run): void {
  addInit(root, run)
  addConfig(root, run)
  addDoctor(root, run)
  addBackup(root, run)
  addRestore(root, run)
  addCompact(root, run)
  addDuplicates(root, run)
}

function addInit(root: Command, run: Run): void {
  root
    .command('init')
    .summary('write a configuration file to start from')
    .description('Write millrace.config.ts with every key there is, explained and commented out.')
    .option('--config <file>', 'write this file instead')
    .option('--force', 'overwrite a file that is there')
    .option('-q, --quiet', 'say nothing but errors')
    .action(async (flags: CommonFlags & InitFlags) => {
      const { init } = await import('../commands/upkeep/init.ts')
      await run(flags, (context) => init(flags, context), false)
    })
}

function addConfig(root: Command, run: Run): void {
  const config = root
    .command('config')
    .summary('check the configuration')
    .description('What the configuration file says, and what holds.')
  const check = config
    .command('check')
    .summary('print what holds, and where each value comes from')
    .description(
      'Read the configuration file and print every setting with its value, secrets masked, and where it comes from: a ' +
        'flag, the environment, a key of the file, or the default.',
    )
    .addHelpText('after', '\nExit code 78 when the file is wrong; the message names the key by its path.')
  withCommonOptions(check).action(async (flags: CommonFlags) => {
    const { configCheck } = await import('../commands/upkeep/config-check.ts')
    await run(flags, (context) => configCheck(flags.config, context))
  })
}

function addDoctor(root: Command, run: Run): void {
  const command = root
    .command('doctor')
    .summary('say whether engine, file, schema and leases are sound')
    .description(
      'Look at the database without changing it; also while a crawl is running, and after it was killed. Of Postgres also ' +
        'at its server: settings for durability, sessions, who waits for whom, dead rows.',
    )
    .option(
      '--full',
      'read all there is: every index against its table, or every value on Postgres, every reference and raw body',
    )
    .option('--watch', 'show the figures of the processes at work once a second instead, until Ctrl-C')
    .option('--times <n>', 'with --watch: end after so many looks')
    .addHelpText(
      'after',
      `
With --watch, times are the median / 99th percentile / longest of the last second; docs/figures.md says what each is.
On Postgres it shows what the server knows of them. Exit code 0 when nothing failed, 65 when a check failed, 66 when
there is no database, 69 when its server can not be reached.`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags & DoctorFlags) => {
    const { doctor } = await import('../commands/upkeep/doctor.ts')
    await run(flags, (context) => doctor(flags, context))
  })
}

function addBackup(root: Command, run: Run): void {
  const command = root
    .command('backup')
    .summary('copy the database into one file, also while a crawl writes it')
    .description(
      'Copy the database as of one position into one file that is checked before it gets its name. A process that is ' +
        'writing is asked to carry the copy out beside its own work; without one this command does it.',
    )
    .requiredOption('--to <file>', 'where to; FILE.part is used meanwhile')
    .option('--force', 'replace a Millrace database of that name')
    .addHelpText(
      'after',
      `
Examples:
  millrace backup --to backup.db
  millrace backup --db sqlite:site.db --to /backups/site-monday.db --force --json

On Postgres pg_dump does this; docs/postgres.md has the commands.
Exit code 75 when stopped, or when another backup is at work; 73 when the file is there already; 74 when the disk is full.`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags & BackupFlags) => {
    const { backup } = await import('../commands/upkeep/backup.ts')
    await run(flags, (context) => backup(flags, context))
  })
}

function addRestore(root: Command, run: Run): void {
  const command = root
    .command('restore')
    .summary('make the database what a backup is')
    .description(
      'Check a backup and put it in place of the database, in one step. What was in hand when the backup was made is ' +
        'done again by the next crawl.',
    )
    .argument('<from>', 'the backup')
    .option('--to <file>', 'the database to make (default: that of --db)')
    .option('--force', 'replace the Millrace database that is there')
    .addHelpText(
      'after',
      `
Examples:
  millrace restore backup.db --to restored.db
  millrace restore backup.db --db sqlite:site.db --force

A database that a process has open is never replaced: exit code 75, and the process is named.`,
    )
  withCommonOptions(command).action(async (from: string, flags: CommonFlags & BackupFlags) => {
    const { restore } = await import('../commands/upkeep/backup.ts')
    await run(flags, (context) => restore(from, flags, context))
  })
}

function addCompact(root: Command, run: Run): void {
  const command = root
    .command('compact')
    .summary('give back the space that deleted rows left')
    .description(
      'Tidy the full-text index and write the database anew without its free pages. Nobody else may have it open, and ' +
        'twice its size must be free beside it.',
    )
    .addHelpText(
      'after',
      '\nExit code 75 when a process has it open, which is named. Killed at any instant it changes nothing.',
    )
  withCommonOptions(command).action(async (flags: CommonFlags) => {
    const { compact } = await import('../commands/upkeep/backup.ts')
    await run(flags, compact)
  })
}

function addDuplicates(root: Command, run: Run): void {
  const command = root
    .command('duplicates')
    .summary('say how many documents say the same, or nearly')
    .description(
      'Count the newest documents that say what another one says. Documents that an older Millrace stored get the ' +
        'fingerprints they lack first; what a crawl stores has them.',
    )
    .addHelpText(
      'after',
      `
Which they are: millrace query "SELECT url, duplicate_of FROM duplicates_latest WHERE NOT is_canonical"`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags) => {
    const { duplicates } = await import('../commands/upkeep/duplicates.ts')
    await run(flags, duplicates)
  })
}
