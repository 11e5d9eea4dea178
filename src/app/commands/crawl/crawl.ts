/** `crawl`: a site into the store, shown while it happens and summed up at its end. */
import { createBus } from '../../../bus/index.ts'
import { completenessOf, summarizeRun, type Crawl, type Source } from '../../../crawl/index.ts'
import { deadByCode } from '../../../jobs/index.ts'
import { systemClock, type ErrorCode } from '../../../model/index.ts'
import type { Store } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { CrawlTally } from '../../crawl-tally.ts'
import { EXIT, exitCodeOf } from '../../exit-code.ts'
import { openStore } from '../../open-store.ts'
import { logEnd } from '../../print/crawl-log.ts'
import type { Drawing } from '../../print/crawl-progress.ts'
import { renderSummary } from '../../print/crawl-summary.ts'
import { contactHint, networkLines, networkWarnings } from './crawl-network.ts'
import { printLine, say, warn } from '../../print/output.ts'
import { renderCompleteness, shortfallOf } from './completeness.ts'
import { dryRun } from './crawl-dry-run.ts'
import type { CrawlFlags } from './crawl-options.ts'
import { followOut, type FollowedOut } from './crawl-out.ts'
import { CrawlPause } from './crawl-pause.ts'
import { planOf, type CrawlPlan } from './crawl-plan.ts'
import { startIndexedCrawl } from './indexed-crawl.ts'
import { waitingHosts } from './waiting-hosts.ts'

/** Runs the command; `words` are URLs, or a name of the configuration. Returns the exit code. @throws MillraceError */
export async function crawl(
  words: readonly string[],
  flags: CrawlFlags,
  context: CommandContext,
): Promise<number> {
  const plan = await planOf(words, flags, context.config)
  const { source, network, pace } = plan
  sayNetwork(network, context)
  if (flags.dryRun === true) return dryRun({ source, ...network, pace }, context)
  const pause = new CrawlPause(context)
  try {
    return await crawlSource(plan, context, pause)
  } catch (error) {
    const code = pause.exitCodeOf(error)
    if (code === undefined) throw error
    return code
  }
}

async function crawlSource(plan: CrawlPlan, context: CommandContext, pause: CrawlPause): Promise<number> {
  const { source, limits, pace, network, file, isFull, isIndexed, wordpress } = plan
  const startedAt = performance.now()
  await using store = await openStore(context.db, `crawl ${source.seeds[0]}`, {
    whenFull: pause.whenFull(context.db),
    onNotice: ({ kind, lastedMs, message }) => {
      context.log.warn({ kind, lastedMs }, message)
      pause.beforeLine()
      warn(context.output, message)
    },
  })
  const tally = new CrawlTally()
  const bus = createBus()
  await using following = new AsyncDisposableStack()
  let out: FollowedOut | undefined
  const started = await startIndexedCrawl({
    ...network,
    store,
    bus,
    source,
    limits,
    pace,
    isFull,
    isIndexed,
    wordpress,
    onOpen: async ({ run }) => {
      out = following.use(await followOut({ store, bus, run: run.id, file, pause }))
    },
    // A run that is ended is never taken up again, so its file must be whole before.
    onEnding: async () => out?.finish(),
    onEnd: (end) => {
      tally.add(end)
      logEnd(context.log, end)
      bus.hint('crawl.settled')
    },
  })
  announce(started, source, context)
  context.log.info({ run: started.run.id, isNew: started.isNew, seeds: source.seeds.length }, 'crawl started')
  const drawing = await draw(store, started, tally, context)
  pause.beforeLine = () => drawing.clear()
  const unwatch = stopOnSignal(started, context, { drawing, pause })
  try {
    const { reason } = await started.ended
    drawing.stop()
    const warnings = networkWarnings(network.network)
    return await conclude({ store, run: started.run.id, tally, reason, startedAt, warnings }, context)
  } finally {
    drawing.stop()
    unwatch()
  }
}

function sayNetwork({ userAgent, network }: CrawlPlan['network'], { output }: CommandContext): void {
  const hint = contactHint(userAgent)
  for (const line of networkWarnings(network)) warn(output, line)
  for (const line of [...networkLines(network), ...(hint === null ? [] : [hint])]) say(output, line)
}

function announce(crawl: Crawl, { name, seeds }: Source, { output, isJson }: CommandContext): void {
  if (isJson) return
  const more = seeds.length > 1 ? ` and ${seeds.length - 1} more` : ''
  const doing = crawl.isNew
    ? 'crawling'
    : `continuing run ${crawl.run.id} (${crawl.run.pages} pages so far) of`
  say(output, `${doing} ${name === undefined ? '' : `${name}: `}${seeds[0]}${more}`)
}

const NOT_DRAWN: Drawing = { clear: () => undefined, stop: () => undefined }

async function draw(
  store: Store,
  crawl: Crawl,
  tally: CrawlTally,
  context: CommandContext,
): Promise<Drawing> {
  const { output, isTerminal } = context
  if (output.isQuiet) return NOT_DRAWN
  const { showProgress, tellWaits } = await import('../../print/crawl-progress.ts')
  const title = `run ${crawl.run.id}`
  const subject = {
    reader: store,
    clock: systemClock,
    run: crawl.run.id,
    title,
    pagesBefore: crawl.run.pages,
    tally,
  }
  // Log lines and redrawn lines would tear each other.
  const isDrawn = isTerminal && !context.log.isLevelEnabled('error')
  return isDrawn ? showProgress(process.stderr, subject) : tellWaits(subject, (line) => say(output, line))
}

/** The first signal finishes what is in hand, the second gives it back at once. */
function stopOnSignal(
  crawl: Crawl,
  { output }: CommandContext,
  { drawing, pause }: { readonly drawing: Drawing; readonly pause: CrawlPause },
): () => void {
  let signals = 0
  const stop = (signal: NodeJS.Signals) => {
    signals++
    pause.interrupt(signal)
    if (signals > 1) return crawl.abort(signal)
    // A line among the redrawn ones would leave one of them behind.
    drawing.stop()
    say(output, `stopping: what is in hand is finished; ${signal} again stops at once`)
    return crawl.stop(signal)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return () => void process.off('SIGINT', stop).off('SIGTERM', stop)
}

interface Ending {
  readonly store: Store
  readonly run: string
  readonly tally: CrawlTally
  readonly reason: string | null
  readonly startedAt: number
  /** What is to be seen at the end as well. */
  readonly warnings: readonly string[]
}

async function conclude(
  { store, run, tally, reason, startedAt, warnings }: Ending,
  context: CommandContext,
): Promise<number> {
  const summary = await summarizeRun(store, run)
  const completeness = await completenessOf(store, run)
  const dead = await store.read(deadByCode({ run }))
  const now = systemClock.now()
  const held = await waitingHosts(store, { run, at: now })
  // What a depth limit leaves behind waits for nobody.
  const waiting = summary.state === 'completed' ? [] : held
  const seconds = Math.round(performance.now() - startedAt) / 1000
  const shown = { ...summary, ...(completeness === undefined ? {} : { completeness }) }
  context.log.info({ ...shown, seconds, reason }, 'crawl ended')
  if (context.isJson) await printLine(context.output, JSON.stringify({ ...shown, seconds }))
  else if (!context.output.isQuiet) {
    await printLine(
      context.output,
      renderSummary(summary, { seconds, reason, failures: tally.failureText(), dead, waiting, now }),
    )
  }
  for (const line of warnings) warn(context.output, line)
  if (completeness !== undefined && !context.isJson && !context.output.isQuiet)
    await printLine(context.output, renderCompleteness(completeness))
  const shortfall =
    completeness === undefined || summary.state !== 'completed' ? [] : shortfallOf(completeness)
  for (const line of shortfall) warn(context.output, line)
  if (summary.pages === 0 && dead[0] !== undefined) {
    if (context.isJson || context.output.isQuiet) warn(context.output, `${dead[0].code}: ${dead[0].example}`)
    return exitCodeOf(dead[0].code as ErrorCode)
  }
  if (summary.state === 'cancelled' || reason?.startsWith('SIG') === true) return EXIT.again
  return dead.length > 0 || shortfall.length > 0 ? EXIT.incomplete : EXIT.done
}
