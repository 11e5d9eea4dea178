/** How `diff` is called. */
import type { Command } from 'commander'
import type { DiffFlags } from '../commands/runs/diff.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

const EXAMPLES = `
Each line is a mark and a URL: + new, ~ changed, - gone, and with --all = unchanged. A page has changed when its text or
title has; it is gone when two runs in a row were told that it is not there (404, 410). Pages that a run did not come
to are as they were before it.

Examples:
  millrace runs                                  the ids
  millrace diff 01a1fccc-... 01a2b0d4-...
  millrace diff 01a1fccc-... 01a2b0d4-... --json | jq -r 'select(.change == "changed").url'

Exit code 0 whatever the differences; 65 with --exit-code when there are any.`

/** Adds the command. */
export function addDiff(root: Command, run: Run): void {
  const command = root
    .command('diff')
    .summary('list what changed between two runs of a source')
    .description(
      'List the pages that are new, changed or gone at the end of the second run, held against the end of the first.',
    )
    .argument('<run1>', 'id of the earlier run')
    .argument('<run2>', 'id of the later run')
    .option('--all', 'list unchanged pages too')
    .option('--exit-code', 'end with 65 when there are differences')
    .addHelpText('after', EXAMPLES)
  withCommonOptions(command).action(async (before: string, after: string, flags: DiffFlags & CommonFlags) => {
    const { diff } = await import('../commands/runs/diff.ts')
    await run(flags, (context) => diff({ before, after }, flags, context))
  })
}
