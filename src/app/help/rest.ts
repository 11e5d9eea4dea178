/** How the commands that look at and hand out what was crawled are called. */
import type { Command } from 'commander'
import type { ExportFlags } from '../commands/export.ts'
import type { QueryFlags } from '../commands/query.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

/** Adds the commands. */
export function addRest(root: Command, run: Run): void {
  addRuns(root, run)
  addExport(root, run)
  addSearch(root, run)
  addQuery(root, run)
}

function addRuns(root: Command, run: Run): void {
  const runs = root
    .command('runs')
    .summary('list, show, cancel or delete runs')
    .description('Runs, newest first.')
  withCommonOptions(runs).action(async (flags: CommonFlags) => {
    const { runsList } = await import('../commands/runs/runs.ts')
    await run(flags, runsList)
  })
  const each = [
    ['show', 'everything about one run, with figures of its hosts'],
    ['cancel', 'end an unfinished run for good; what it stored stays'],
    ['delete', 'remove a run and what only that run owns'],
  ] as const
  for (const [verb, summary] of each) {
    const command = runs.command(verb).summary(summary).description(summary).argument('<id>', 'id of a run')
    withCommonOptions(command).action(async (id: string, _flags: CommonFlags, made: Command) => {
      const commands = await import('../commands/runs/runs.ts')
      const { runsShow } = await import('../commands/runs/show.ts')
      const does = { show: runsShow, cancel: commands.runsCancel, delete: commands.runsDelete }[verb]
      await run(made.optsWithGlobals(), (context) => does(id, context))
    })
  }
}

function addExport(root: Command, run: Run): void {
  const command = root
    .command('export')
    .summary('write pages or documents as a file or folder, with a manifest')
    .description(
      'Write pages or documents, ordered by URL, as of one position of the store, in constant memory.',
    )
    .option('--kind <kind>', 'pages or documents (default: pages for raw and warc, else documents)')
    .option('--format <format>', 'jsonl, csv, parquet, markdown, raw or warc', 'jsonl')
    .option('--run <id>', 'what that run was answered (default: the newest version of each URL)')
    .option('--canonical-only', 'of documents that say the same, or nearly, only one')
    .option('--out <path>', "where to; '-' is standard output", '-')
    .addHelpText(
      'after',
      `
Formats (docs/exports.md has their layout):
  jsonl     JSON Lines, which loses nothing
  csv       for spreadsheets; formulas made harmless
  parquet   typed columns, for DuckDB, pandas, Spark
  markdown  a folder with a Markdown file for each document
  raw       a folder with the bodies as they came, decoded, and index.jsonl
  warc      WARC 1.1, gzip for each record, for web archives

Beside a file lies PATH.manifest.json, in a folder manifest.json: what was selected, how much, and SHA-256 of it all.
A file or folder appears whole or not at all. A folder is replaced only if it is an earlier export.

Examples:
  millrace export --out documents.jsonl
  millrace export --canonical-only --out distinct.jsonl
  millrace export --kind pages --format csv --out pages.csv
  millrace export --format parquet --out documents.parquet
  millrace export --format warc --out site.warc.gz
  millrace export | head -1`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags & ExportFlags) => {
    const { exportCommand } = await import('../commands/export.ts')
    await run(flags, (context) => exportCommand(flags, context))
  })
}

function addSearch(root: Command, run: Run): void {
  const command = root
    .command('search')
    .summary('find documents by their words')
    .description(
      'Find documents that have all the words; "a phrase" in quotes, and wor* for words that begin so.',
    )
    .argument('<query...>', 'words to find')
    .option('--limit <n>', 'how many', '10')
    .addHelpText(
      'after',
      `
Examples:
  millrace search vacuum freeze
  millrace search '"transaction id" wraparound' --limit 3 --json`,
    )
  withCommonOptions(command).action(
    async (words: readonly string[], flags: CommonFlags & { limit: string }) => {
      const { searchCommand } = await import('../commands/search.ts')
      await run(flags, (context) => searchCommand(words.join(' '), flags.limit, context))
    },
  )
}

function addQuery(root: Command, run: Run): void {
  const command = root
    .command('query')
    .summary('ask the database in SQL')
    .description(
      'Run one read-only SQL statement. The views documents_latest, pages_latest and runs_summary stay as they are ' +
        'from release to release; docs/query.md describes them.',
    )
    .argument('<sql>', 'one SELECT statement')
    .option('--format <format>', 'table, jsonl or csv (default: table on a terminal, else jsonl)')
    .option('--timeout <time>', 'end the statement after this time', '5s')
    .addHelpText(
      'after',
      `
Blobs are printed in hex. In JSON, integers beyond 2^53 are strings, so that no reader rounds them; in CSV and tables
null is empty. A table shows the first 80 characters of a value.

Examples:
  millrace query "SELECT url, title FROM documents_latest LIMIT 5"
  millrace query --format csv "SELECT url, status FROM pages_latest WHERE status >= 400" > failed.csv
  millrace query --timeout 60s "SELECT language, count(*) FROM documents_latest GROUP BY 1"`,
    )
  withCommonOptions(command).action(async (sql: string, flags: CommonFlags & QueryFlags) => {
    const { query } = await import('../commands/query.ts')
    await run(flags, (context) => query(sql, flags, context))
  })
}
