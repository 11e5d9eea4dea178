/** `re-extract`: stored pages are read again by the extractor of today, without fetching. */
import { createBus } from '../../../bus/index.ts'
import {
  countStored,
  EXTRACTOR_VERSION,
  getRun,
  startReExtract,
  type ReExtract,
  type RunState,
  type Selection,
} from '../../../crawl/index.ts'
import { deadByCode } from '../../../jobs/index.ts'
import { MillraceError, newId, parseHttpUrl, systemClock, urlKey } from '../../../model/index.ts'
import { indexStage, offerIndex } from '../../../search/index.ts'
import type { Reader, Store } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader, openStore } from '../../open-store.ts'
import { printLine, say } from '../../print/output.ts'
import { requireRun } from '../jobs/known-run.ts'

/** The options as typed. */
export interface ReExtractFlags {
  readonly source?: string
  readonly run?: string
  readonly urlPrefix?: string
  readonly dryRun?: boolean
}

/** Runs the command; returns the exit code. @throws MillraceError Usage, BadUrl, NotFound */
export async function reExtract(flags: ReExtractFlags, context: CommandContext): Promise<number> {
  const selection = selectionOf(flags)
  {
    // Looked at before it is opened for writing, which would make a store where there is none.
    await using reader = await openReader(context.db)
    await requireRun(reader, flags.run)
    if (flags.dryRun === true) return await dryRun(reader, selection, context)
  }
  await using store = await openStore(context.db, 're-extract')
  const startedAt = performance.now()
  const started = await startReExtract({
    store,
    bus: createBus(),
    selection,
    onDocument: (run, { id }) => offerIndex(run, { id: newId(systemClock.now()), document: id }),
    followUps: [indexStage],
  })
  say(
    context.output,
    `${started.isNew ? 'reading' : 'going on reading'} stored pages again, run ${started.run}`,
  )
  const unwatch = stopOnSignal(started, context)
  try {
    const { state, reason } = await started.ended
    return await conclude(store, { run: started.run, state, reason, startedAt }, context)
  } finally {
    unwatch()
  }
}

function selectionOf({ source, run, urlPrefix }: ReExtractFlags): Selection {
  return {
    source: source ?? null,
    run: run ?? null,
    urlPrefix: urlPrefix === undefined ? null : urlKey(parseHttpUrl(urlPrefix)),
  }
}

async function dryRun(reader: Reader, selection: Selection, context: CommandContext): Promise<number> {
  const counts = await countStored(reader, selection)
  const pages = counts.reduce((sum, count) => sum + count.pages, 0)
  if (context.isJson) {
    const byExtractor = Object.fromEntries(counts.map((count) => [count.extractor, count.pages]))
    const found = { dryRun: true, pages, extractor: EXTRACTOR_VERSION, byExtractor }
    await printLine(context.output, JSON.stringify(found))
    return EXIT.done
  }
  await printLine(
    context.output,
    `${pages} stored pages would be read again by extractor ${EXTRACTOR_VERSION}`,
  )
  for (const { extractor, pages } of counts) {
    const made = extractor === 0 ? 'without a document' : `with a document of extractor ${extractor}`
    await printLine(context.output, `  ${pages} ${made}`)
  }
  return EXIT.done
}

/** The first signal finishes what is in hand, the second gives it back at once. */
function stopOnSignal(started: ReExtract, { output }: CommandContext): () => void {
  let signals = 0
  const stop = (signal: NodeJS.Signals) => {
    signals++
    if (signals > 1) return started.abort(signal)
    say(output, `stopping: what is in hand is finished; ${signal} again stops at once`)
    return started.stop(signal)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return () => void process.off('SIGINT', stop).off('SIGTERM', stop)
}

interface Ending {
  readonly run: string
  readonly state: RunState
  readonly reason: string | null
  readonly startedAt: number
}

async function conclude(
  store: Store,
  { run, state, reason, startedAt }: Ending,
  { output, isJson }: CommandContext,
): Promise<number> {
  const [row] = await store.read(getRun({ id: run }))
  if (row === undefined) throw new MillraceError('NotFound', `run ${run} was deleted while it was at work`)
  const { pages, documents, failed, skipped } = row
  const seconds = Math.round(performance.now() - startedAt) / 1000
  const summary = { run, state, lookedAt: pages + failed + skipped, new: documents }
  const rest = { unchanged: pages - documents, failed, skipped, seconds }
  if (isJson) await printLine(output, JSON.stringify({ ...summary, ...rest }))
  else if (!output.isQuiet) {
    const { lookedAt } = summary
    const counts = `${lookedAt} looked at, ${documents} new versions, ${rest.unchanged} unchanged, ${skipped} skipped, ${failed} failed`
    await printLine(output, `${state}: ${counts}, in ${seconds} s`)
    if (failed > 0) await printLine(output, `\`millrace dead list --run ${run}\` has those that failed`)
  }
  if (state !== 'completed') return reason === null ? EXIT.done : EXIT.again
  return (await store.read(deadByCode({ run }))).length > 0 ? EXIT.incomplete : EXIT.done
}
