/** How `re-extract` is called. */
import type { Command } from 'commander'
import type { ReExtractFlags } from '../commands/content/re-extract.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

/** Adds the command. */
export function addReExtract(root: Command, run: Run): void {
  const command = root
    .command('re-extract')
    .summary('read stored pages again, without fetching')
    .description(
      'Read the newest stored body of each URL again, with the extractor of this Millrace. Where that says something ' +
        'else than the newest document, a new version of it is added; nothing is fetched and no page changes.',
    )
    .option('--source <id>', 'only pages of this source')
    .option('--run <id>', 'only pages that this run fetched')
    .option('--url-prefix <url>', 'only pages whose URL begins so')
    .option('--dry-run', 'say how many pages that would be, and change nothing')
    .addHelpText(
      'after',
      `
It is a run of its own: \`millrace runs\` shows it, and the same command goes on with it after it was stopped or killed.

Examples:
  millrace re-extract --dry-run                 how many pages, by the extractor that read them last
  millrace re-extract                           after an upgrade that reads pages better
  millrace re-extract --url-prefix https://example.org/docs/ --json`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags & ReExtractFlags) => {
    const { reExtract } = await import('../commands/content/re-extract.ts')
    await run(flags, (context) => reExtract(flags, context))
  })
}
