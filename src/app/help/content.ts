/** How the command that reads HTML files is called. */
import type { Command } from 'commander'
import type { ContentFlags } from '../commands/content/content.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

/** Adds the command. */
export function addContent(root: Command, run: Run): void {
  const command = root
    .command('content')
    .summary('print the main content of HTML files')
    .description(
      'Print the document that a crawl would make of each HTML file: title, authors and dates, then the main content as ' +
        'markdown. Files may be gzipped; - is standard input. Nothing is fetched and no database is used.',
    )
    .argument('<file...>', 'HTML files')
    .option(
      '--url <url>',
      'where the page was found; links are made absolute by it (default: what the page says)',
    )
    .addHelpText(
      'after',
      `
With --json, one line a file: file, title, text, markdown, authors, publishedAt, modifiedAt, language, leadImage,
description, wordCount. docs/content.md says what counts as content and why.

Examples:
  millrace content page.html --url https://example.org/page
  curl -s https://example.org/page | millrace content -
  millrace content *.html.gz --json | jq -r .title`,
    )
  withCommonOptions(command).action(async (files: readonly string[], flags: CommonFlags & ContentFlags) => {
    const { contentCommand } = await import('../commands/content/content.ts')
    await run(flags, (context) => contentCommand(files, flags, context), false)
  })
}
