/** How `crawl` is called. */
import { Option, type Command } from 'commander'
import type { CrawlFlags } from '../commands/crawl/crawl-options.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

const EXAMPLES = `
A crawl is named by its seed URLs and its scope (--include, --exclude). The same command again goes on with the
unfinished run of that source; when it is finished, a new run starts. Limits and pace may change from call to call.

A new run of a source that was crawled before asks each server whether what is there still holds, looks again at every
page it knew, and says what is new, changed and gone; \`millrace diff\` lists it. Pages whose sitemap says that they were not
modified since are not asked for, until 7 days after they were last. --full asks for everything anew.

A pattern: '*' stands for any characters, everything else for itself. It is matched against path and query; one that
begins with http:// or https:// against the whole URL, and may name another host, which is then in scope as well.

Examples:
  millrace crawl https://example.org/
  millrace crawl https://example.org/ --source wordpress         every post, and proof that it is every post
  millrace crawl https://example.org/docs/ --include '/docs/*' --exclude '*?print=*'
  millrace crawl https://example.org/ --max-pages 500 --max-time 10m
  millrace crawl https://example.org/ --out documents.jsonl      documents appear as they are stored
  millrace crawl news                                            a source of millrace.config.ts
  millrace crawl --from seeds.txt --concurrency 2 --delay 1s
  millrace crawl https://example.org/ --dry-run                  scope and robots.txt, nothing fetched
  millrace crawl http://127.0.0.1:8080/ --allow-private          a server of your own

Exit code 0 also when pages answered 404; 3 when some URLs never answered; 75 when stopped by a signal.`

/** Adds the command. */
export function addCrawl(root: Command, run: Run): void {
  const command = root
    .command('crawl')
    .summary('read a site into the store, or go on with it')
    .description(
      'Read a site into the store; kill it at any instant, run it again, and nothing is lost or done twice.',
    )
    .argument('[url...]', 'where to begin; or the name of a source or pipeline of the configuration')
    .option('--from <file>', "read seed URLs from a file, one a line ('-': standard input)")
    .option('--source <kind>', 'html (default), wordpress: posts over the REST API, or auto: whichever it is')
    .option('--sweep', 'WordPress: compare all ids, also where the totals add up')
    .option('--full-html', "WordPress: fetch each post's page as well")
    .option('--include <pattern>', 'read only URLs that match (may be repeated)', collect)
    .option('--exclude <pattern>', 'leave out URLs that match (may be repeated)', collect)
    .option('--max-pages <n>', 'stop when the run has stored this many pages')
    .option('--max-depth <n>', 'follow links at most this far from a seed')
    .option('--max-time <time>', 'stop after this time (90s, 10m, 2h)')
    .option('--concurrency <n>', 'connections to one host (default: 4)')
    .option('--delay <time>', 'least time between two requests to one host (default: 250ms)')
    .option('--no-robots', 'do not ask robots.txt, and read no sitemaps')
    .addOption(new Option('--robots', 'ask robots.txt, whatever the configuration file says').hideHelp())
    .option('--allow-private', 'allow private, loopback and link-local addresses')
    .addOption(
      new Option('--no-allow-private', 'refuse them, whatever the configuration file says').hideHelp(),
    )
    .option('--user-agent <text>', 'how to introduce ourselves; name a way to reach you')
    .option(
      '--proxy <url>',
      "http://HOST:PORT to go by, or 'env': as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say",
    )
    .option('--cookies', 'keep cookies of the source while the process runs; they are not stored')
    .option('--insecure-tls', 'take every certificate of this source, whoever it is from')
    .option('--full', 'fetch every page anew, whatever servers and sitemaps say of changes')
    .option(
      '--out <file>',
      'append the documents that this run is given to a JSON Lines file, as they are stored',
    )
    .option('--dry-run', 'print scope and robots.txt verdicts, fetch no page, store nothing')
    .addHelpText('after', EXAMPLES)
    .action(async (urls: readonly string[], flags: CrawlFlags & CommonFlags) => {
      const { crawl } = await import('../commands/crawl/crawl.ts')
      await run(flags, (context) => crawl(urls, flags, context))
    })
  withCommonOptions(command)
}

function collect(pattern: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, pattern]
}
