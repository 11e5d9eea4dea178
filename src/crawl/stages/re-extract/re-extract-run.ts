/**
 * A run over stored pages. It is of a source of its own kind, made of the selection, so that a crawl never takes it for
 * its own, and the same selection finds its unfinished run again.
 */
import { isMillraceError, newId, systemClock, type Clock } from '../../../model/index.ts'
import type { Bus } from '../../../bus/index.ts'
import {
  startWorker,
  type AttemptEnd,
  type Stage,
  type StageSlots,
  type Worker,
} from '../../../jobs/index.ts'
import type { Command, Store } from '../../../store/index.ts'
import {
  addSource,
  endRun,
  findSource,
  getRun,
  newestRun,
  resumeRun,
  runIsRunning,
  type RunState,
  startRun,
} from '../../history/index.ts'
import { createPageReader, type PageReaderOptions } from '../../read/page/index.ts'
import { offerWalk, reExtractStage, walkStage } from './re-extract-stage.ts'
import { selectionKey, type Selection } from './selection.ts'

/** What to read again, and with what. */
export interface ReExtractOptions {
  readonly store: Store
  readonly bus: Bus
  readonly selection: Selection
  /** What is to happen to a new document of the run, as commands for the same unit. */
  readonly onDocument: (run: string, document: { readonly id: string }) => readonly Command[]
  /** The stages that work on what `onDocument` asked for. */
  readonly followUps: readonly Stage[]
  /** Called after each job is settled. */
  readonly onEnd?: (end: AttemptEnd) => void
  readonly clock?: Clock
  /** How pages are read; each that is left out keeps its default. */
  readonly reading?: PageReaderOptions
}

/** A run over stored pages, at work. */
export interface ReExtract {
  readonly run: string
  readonly isNew: boolean
  /** @throws MillraceError when the store can not be used; the run can then be taken up again */
  readonly ended: Promise<{ readonly state: RunState; readonly reason: string | null }>
  /** Claims no more and finishes what is in hand. */
  stop(reason: string): void
  /** Gives back what is in hand. */
  abort(reason: string): void
}

/** Enough that every thread has a page while others are loaded and committed. */
const PAGES_AT_ONCE = 32
const FOLLOW_UPS_AT_ONCE = 64
const NO_LIMITS = { maxPages: null, maxDepth: null, maxTimeMs: null }

/** Starts to read stored pages again, or goes on with the unfinished run of the selection. @throws MillraceError as the store does */
export async function startReExtract(options: ReExtractOptions): Promise<ReExtract> {
  const clock = options.clock ?? systemClock
  const { run, isNew } = await openStoredRun(options, clock)
  return new StoredRun(options, clock, { run, isNew })
}

async function openStoredRun(
  options: ReExtractOptions,
  clock: Clock,
): Promise<Pick<ReExtract, 'run' | 'isNew'>> {
  const { store, selection } = options
  const now = clock.now()
  const key = selectionKey(selection)
  const rules = { include: [], exclude: [], ...selection }
  await store.commit({
    commands: [addSource({ id: newId(now), kind: 'stored', key, seeds: [], rules, createdAt: now })],
  })
  const [source] = await store.read(findSource({ key }))
  const [newest] = source === undefined ? [] : await store.read(newestRun({ source: source.id }))
  if (newest !== undefined && ['planned', 'running', 'paused', 'stopped'].includes(newest.state)) {
    await store.commit({ commands: [resumeRun({ id: newest.id, limits: NO_LIMITS })] })
    return { run: newest.id, isNew: false }
  }
  const run = newId(now)
  try {
    const begin = startRun({ id: run, source: source?.id ?? '', limits: NO_LIMITS })
    await store.commit({ commands: [begin, ...offerWalk(run, '', now)] })
  } catch (error) {
    // Another process started the run of this selection in between: go on with that one.
    if (isMillraceError(error, 'Constraint')) return openStoredRun(options, clock)
    throw error
  }
  return { run, isNew: true }
}

class StoredRun implements ReExtract {
  readonly run: string
  readonly isNew: boolean
  readonly ended: ReExtract['ended']
  readonly #options: ReExtractOptions
  readonly #clock: Clock
  readonly #reader
  #reason: string | null = null
  #isAborted = false
  #worker: Worker | undefined

  constructor(options: ReExtractOptions, clock: Clock, { run, isNew }: Pick<ReExtract, 'run' | 'isNew'>) {
    this.#options = options
    this.#clock = clock
    this.#reader = createPageReader(options.reading)
    this.run = run
    this.isNew = isNew
    this.ended = this.#work()
    // Whoever awaits it later learns of a failure then; until that it is no unhandled one.
    this.ended.catch(() => undefined)
  }

  stop(reason: string): void {
    this.#reason ??= reason
    this.#worker?.stop()
  }

  abort(reason: string): void {
    this.#isAborted = true
    this.stop(reason)
    this.#worker?.abort()
    void this.#reader.close()
  }

  async #work(): ReExtract['ended'] {
    const { store, selection, onDocument, followUps } = this.#options
    await using reader = this.#reader
    const run = this.run
    const shared = {
      run,
      selection,
      reader,
      clock: this.#clock,
      onDocument: (made: { readonly id: string }) => onDocument(run, made),
    }
    const after = followUps.map((stage) => ({ stage, concurrency: FOLLOW_UPS_AT_ONCE }))
    await this.#workOn([
      { stage: walkStage(shared), concurrency: 1 },
      { stage: reExtractStage(shared), concurrency: PAGES_AT_ONCE },
      ...after,
    ])
    // What was asked for documents that are stored is done even when no more pages are read.
    if (this.#reason !== null && !this.#isAborted) await this.#workOn(after)
    const state = this.#reason === null ? 'completed' : 'stopped'
    await store.commit({
      commands: [endRun({ id: run, state, reason: this.#reason, process: store.process })],
    })
    const [row] = await store.read(getRun({ id: run }))
    return { state: (row?.state ?? state) as RunState, reason: row?.reason ?? null }
  }

  async #workOn(stages: readonly StageSlots[]): Promise<void> {
    const { store, bus, onEnd } = this.#options
    const told = onEnd === undefined ? {} : { onEnd }
    const guards = [runIsRunning({ id: this.run })]
    this.#worker = startWorker({ store, bus, clock: this.#clock, run: this.run, guards, stages, ...told })
    await this.#worker.ended
  }
}
