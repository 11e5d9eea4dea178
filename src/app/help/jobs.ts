/** How the commands that say why something waits, and that handle what gave up, are called. */
import type { Command } from 'commander'
import type { DeadFlags } from '../commands/jobs/dead.ts'
import type { ExplainFlags } from '../commands/jobs/explain.ts'
import type { RedriveFlags } from '../commands/jobs/redrive.ts'
import { withCommonOptions, type CommonFlags, type Run } from './common-options.ts'

const CLASSES = 'network, server, content, refused, ours, or an error code such as FetchTimeout'

/** Adds the commands. */
export function addJobs(root: Command, run: Run): void {
  addExplain(root, run)
  addHosts(root, run)
  addDead(root, run)
}

function addExplain(root: Command, run: Run): void {
  const command = root
    .command('explain')
    .summary('say why a URL or a job waits, failed, or was never met')
    .description(
      'Say where a URL or a job stands: what it waits for and until when, how each try went, what it answered; ' +
        'and of a URL that was never met, why.',
    )
    .argument('<url-or-job>', 'a URL, or the id of a job')
    .option('--run <id>', 'look in this run (default: the newest that knows it)')
    .addHelpText(
      'after',
      `
Examples:
  millrace explain https://example.org/docs/
  millrace explain https://example.org/docs/ --json
  millrace explain 01a1fccc-c04e-7d07-9ff3-fc1dc4ba1a92

Times are in UTC. Exit code 66 when there is no such job or run.`,
    )
  withCommonOptions(command).action(async (asked: string, flags: CommonFlags & ExplainFlags) => {
    const { explain } = await import('../commands/jobs/explain.ts')
    await run(flags, (context) => explain(asked, flags, context))
  })
}

function addHosts(root: Command, run: Run): void {
  const command = root
    .command('hosts')
    .summary('say of each host how fast it may be asked, and what it waits for')
    .description('Hosts by name: what each is at, when the next request may go, why, and its last error.')
    .addHelpText(
      'after',
      `
open: a request may go at once; paced: after the gap between two; full: when one in hand is done; waiting: the host
asked to be left alone (Retry-After), its robots.txt can not be had, or its breaker is open.
The breaker of a host opens when 5 tries in a row failed, for 30 s at first; then it is half-open: one job tries the
host. When that is answered the breaker is closed again, when not it opens for twice as long, 15 minutes at most.

Examples:
  millrace hosts
  millrace hosts --json | jq 'select(.state == "waiting")'
  millrace hosts --json | jq 'select(.breaker != "closed") | {host, breaker, failures, nextAt, code, reason}'`,
    )
  withCommonOptions(command).action(async (flags: CommonFlags) => {
    const { hosts } = await import('../commands/jobs/hosts.ts')
    await run(flags, hosts)
  })
}

function addDead(root: Command, run: Run): void {
  const dead = root
    .command('dead')
    .summary('list, show or send again the jobs that gave up')
    .description('Jobs that gave up are kept with their input and every error. Without a verb: list.')
    .addHelpText(
      'after',
      `
Examples:
  millrace dead list --class network
  millrace dead show ID
  millrace dead redrive --class FetchTimeout --dry-run
  millrace dead redrive ID ID`,
    )
  addList(dead, run)
  const show = dead
    .command('show')
    .summary('one in full: input, every try, what its URL answered')
    .description('One dead job in full: its input, every try with its error, and what its URL answered.')
    .argument('<id>', 'id of a job')
  withCommonOptions(show).action(async (id: string, flags: CommonFlags) => {
    const { deadShow } = await import('../commands/jobs/dead.ts')
    await run(flags, (context) => deadShow(id, context))
  })
  addRedrive(dead, run)
}

function addList(dead: Command, run: Run): void {
  const list = dead
    .command('list', { isDefault: true })
    .summary('the dead jobs, newest run first')
    .description('The dead jobs, newest run first.')
  withCommonOptions(withChoice(list)).action(async (flags: CommonFlags & DeadFlags) => {
    const { deadList } = await import('../commands/jobs/dead.ts')
    await run(flags, (context) => deadList(flags, context))
  })
}

function addRedrive(dead: Command, run: Run): void {
  const redrive = dead
    .command('redrive')
    .summary('send dead jobs again')
    .description(
      'Make dead jobs available again, with all their tries before them; what is on record of them stays. The crawl ' +
        'that is printed goes on with their run.',
    )
    .argument('[id...]', 'ids of jobs')
    .option('--all', 'all there are')
    .option('--dry-run', 'print what would be sent, and change nothing')
    .addHelpText(
      'after',
      `
Examples:
  millrace dead redrive --class network --dry-run
  millrace dead redrive --run RUN --class server
  millrace dead redrive ID

Exit code 3 when jobs of some run stay dead, because nobody can go on with that run.`,
    )
  withCommonOptions(withChoice(redrive)).action(
    async (ids: readonly string[], flags: CommonFlags & RedriveFlags) => {
      const { deadRedrive } = await import('../commands/jobs/redrive.ts')
      await run(flags, (context) => deadRedrive(ids, flags, context))
    },
  )
}

function withChoice(command: Command): Command {
  return command
    .option('--run <id>', 'only those of this run')
    .option('--class <class>', `only those with such an error: ${CLASSES}`)
    .option('--kind <kind>', 'only jobs of this kind: crawl.page, crawl.sitemap, crawl.deepen, search.index')
}
