/**
 * The reading of a WordPress site is a chain of steps, and each step is a job that asks the site once: what it learned,
 * and the step after it, are written in the unit of its completion. So a chain has no state but its next job's input.
 */
import { hostOf, newId, sha256, URL_CHARS_MAX, type Json } from '../../model/index.ts'
import { ensureLane, offer, type WorkContext } from '../../jobs/index.ts'
import type { Command, Reader } from '../../store/index.ts'
import { WORDPRESS_KIND, type Pace } from '../frontier.ts'
import type { CompiledScope } from '../scope/index.ts'
import type { PageTools } from '../stages/index.ts'
import type { AskTools, SiteZone } from './api/index.ts'

/** What the steps of one run work with. */
export interface WordpressTools extends AskTools, PageTools {
  readonly run: string
  readonly source: string
  /** auto: a site that shows no API is read as any other. */
  readonly kind: 'wordpress' | 'auto'
  readonly scope: CompiledScope
  readonly pace: Pace
  /** Whether ids are swept even where totals add up. */
  readonly sweeps: boolean
  /** Whether the page of each post is fetched as well. */
  readonly wantsHtml: boolean
  /** How many more pages the run may store. */
  readonly pagesLeft: () => number
  /** What is to happen to a new document: commands for the same unit. */
  readonly onDocument: (document: { readonly id: string }) => readonly Command[]
}

/** One try at a step. */
export interface Visit<Input> {
  readonly tools: WordpressTools
  readonly input: Input
  readonly reader: Reader
  readonly context: WorkContext
}

/** A step: asks, and says what to write. */
export type Step<Input> = (visit: Visit<Input>) => Promise<readonly Command[]>

/** A list of the API that is read, with what is needed to name what its posts refer to. */
export interface Collection extends SiteZone {
  readonly url: string
  /** `posts`, `pages`, or the base of another type. */
  readonly name: string
  /** Fields of a post that hold ids of terms, and the collection of those. */
  readonly terms: readonly TermField[]
  readonly users: string
  /** Whether the site hides its users, so that posts are asked to bring their authors along. */
  readonly hidesUsers: boolean
  readonly media: string
}

/** `categories`, where its terms are. */
export interface TermField {
  readonly field: string
  readonly url: string
}

/** Tries of a step. Each failed one halves how many posts are asked for at a time. */
const ATTEMPTS_MAX = 6

/** A step to come. */
export interface NextStep {
  readonly step: string
  /** What makes it unique in its run. */
  readonly key: string
  /** What it will ask, for its lane. */
  readonly url: string
  readonly input: object
}

/** The commands that make it a job. */
export function offerStep(
  { run, pace }: Pick<WordpressTools, 'run' | 'pace'>,
  { step, key, url, input }: NextStep,
  now: number,
): readonly Command[] {
  const lane = hostOf(url)
  const entry = { id: newId(now), key: boundedKey(key), lane, input: { ...input, step } as Json }
  return [
    ensureLane({ key: lane, concurrency: pace.concurrency, gapMs: pace.gapMs }),
    offer({ run, kind: WORDPRESS_KIND, entries: [entry], priority: 0, attemptsMax: ATTEMPTS_MAX }),
  ]
}

/** Two addresses may stand in a key, and be too long together for an index: their digest tells them apart as well. */
function boundedKey(key: string): string {
  return key.length <= URL_CHARS_MAX ? key : `${key.slice(0, 200)} ${sha256(key)}`
}

/** What every step of the chain of one collection carries along. */
export interface ChainInput {
  readonly collection: Collection
  /** Counts the steps of the chain. */
  readonly turn: number
  /** Posts to ask for at a time, and how many answers in a row were well with that. */
  readonly perPage: number
  readonly calm: number
  /** Whether this run reads the collection for the first time. */
  readonly isFirst: boolean
}

/** The next step of a chain, with what it carries along. */
export function goOn(
  { tools, input }: Visit<ChainInput>,
  step: string,
  own: object = {},
): readonly Command[] {
  const { collection, perPage, calm, isFirst } = input
  const turn = input.turn + 1
  const carried = { collection, turn, perPage, calm, isFirst }
  const key = `${collection.url} ${turn} ${step}`
  return offerStep(
    tools,
    { step, key, url: collection.url, input: { ...carried, ...own } },
    tools.clock.now(),
  )
}
