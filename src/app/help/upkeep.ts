/** How the commands that set up and look after a store are called. */
import type { Command } from 'commander'
import type { DoctorFlags } from '../commands/upkeep/doctor.ts'
import type { InitFlags } from '../commands/upkeep/init.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

/** Adds the commands. */
export function addUpkeep(root: Command, run: Run): void {
  addInit(root, run)
  addDoctor(root, run)
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

function addDoctor(root: Command, run: Run): void {
  const command = root
    .command('doctor')
    .summary('say whether engine, file, schema and leases are sound')
    .description(
      'Look at the database without changing it; also while a crawl is running, and after it was killed.',
    )
    .option(
      '--full',
      'check every index against its table, every reference and every raw body, which takes longer',
    )
    .option('--watch', 'show the figures of the processes at work once a second instead, until Ctrl-C')
    .option('--times <n>', 'with --watch: end after so many looks')
    .addHelpText(
      'after',
      `
With --watch, times are the median / 99th percentile / longest of the last second; docs/figures.md says what each is.
Exit code 0 when nothing failed, 65 when a check failed, 66 when there is no database.`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags & DoctorFlags) => {
    const { doctor } = await import('../commands/upkeep/doctor.ts')
    await run(flags, (context) => doctor(flags, context))
  })
}
