/**
 * The proof: what the site announces against what is stored, window by window. Where they differ the window is parted until
 * it is small, its ids are read again, and what is missing is fetched, what is gone looked into; then it is asked anew.
 */
import type { Command } from '../../../store/index.ts'
import { getRun } from '../../history/index.ts'
import { ask, asked, moved } from '../api/index.ts'
import { countGone, countItems, isShort, keepProof, type ProofState, type Window } from '../rows/index.ts'
import { goOn, type ChainInput, type Visit } from '../step.ts'
import { refused } from '../walk/index.ts'
import { ALL, halved, yearsBetween, type Span } from './windows.ts'

/** Input of `prove`; without windows it begins. */
export interface ProveInput extends ChainInput {
  /** Still to be asked. */
  readonly queue?: readonly Span[]
  readonly done?: readonly Window[]
  /** How often windows or their ids were read again. */
  readonly round?: number
  /** What was off before ids were read again. */
  readonly before?: string
  /** Whether all windows agree, and their sum is still to be. */
  readonly isConfirming?: boolean
}

/** How often a window is read again before it is said to be short: a site may change as fast as it is read. */
const ROUNDS_MAX = 4
/** More windows than a site is parted into, whose totals may be anything. */
const WINDOWS_MAX = 64
/** A window of more posts is parted before its ids are read: two requests against one for each hundred. */
const SMALL = 400
const AFTER_ALL = '~'

/** Asks for the total of one window, or judges when all were asked. */
export async function prove(visit: Visit<ProveInput>): Promise<readonly Command[]> {
  const { input } = visit
  const queue = input.queue ?? (await firstWindows(visit))
  const done = input.done ?? []
  const round = input.round ?? 0
  const before = input.before ?? ''
  const [span, ...rest] = queue
  if (span === undefined) return judge(visit, done, round)
  const window = {
    ...span,
    announced: await announcedIn(visit, span),
    stored: (await storedIn(visit, span)).stored,
  }
  const asked = [...done, window]
  if (rest.length > 0) return goOn(visit, 'prove', { queue: rest, done: asked, round, before })
  return judge(visit, asked, round)
}

/**
 * By years; a later run that found nothing new by its sum alone, and by years only when that is off. One that found
 * something is not: a post that is gone and one that was added under an old date would make up for each other in it.
 */
async function firstWindows(visit: Visit<ProveInput>): Promise<readonly Span[]> {
  const [run] = await visit.reader.read(getRun({ id: visit.tools.run }))
  if (!visit.input.isFirst && run?.pages === 0) return [ALL]
  const { first, last } = await storedIn(visit, ALL)
  return yearsBetween(first, last)
}

async function judge(
  visit: Visit<ProveInput>,
  windows: readonly Window[],
  round: number,
): Promise<readonly Command[]> {
  const off = windows.filter(isShort)
  if (off.length === 0) return confirm(visit, windows, round)
  // Reading the same again would find the same again.
  const state = off.map((window) => `${window.from} ${window.announced} ${window.stored}`).join()
  if (round >= ROUNDS_MAX || state === visit.input.before) return conclude(visit, windows, 'short')
  const well = windows.filter((window) => !isShort(window))
  const large = off.filter(({ announced, stored }) => Math.max(announced ?? 0, stored) > SMALL)
  const parted = await Promise.all(large.map((window) => part(visit, window)))
  const parts = parted.flat()
  if (parts.length > 0 && windows.length + parts.length <= WINDOWS_MAX) {
    const kept = windows.filter((window) => !large.includes(window) || !isParted(window, parts))
    return goOn(visit, 'prove', { queue: parts, done: kept, round, before: visit.input.before ?? '' })
  }
  return goOn(visit, 'sweep', { windows: off.map(spanOf), done: well, round: round + 1, before: state })
}

/** Windows were asked one after the other: their sum is held against one more total, which is of one instant. */
async function confirm(
  visit: Visit<ProveInput>,
  windows: readonly Window[],
  round: number,
): Promise<readonly Command[]> {
  if (windows.length < 2) return conclude(visit, windows, 'proven')
  if (visit.input.isConfirming !== true)
    return goOn(visit, 'prove', { queue: [], done: windows, round, isConfirming: true })
  const announced = await announcedIn(visit, ALL)
  const { stored } = await storedIn(visit, ALL)
  if (announced === null || announced === stored) return conclude(visit, windows, 'proven')
  if (round >= ROUNDS_MAX) return conclude(visit, [{ ...ALL, announced, stored }], 'short')
  return goOn(visit, 'prove', { queue: windows.map(spanOf), done: [], round: round + 1 })
}

async function part(visit: Visit<ProveInput>, window: Window): Promise<readonly Span[]> {
  const { first, last } = await storedIn(visit, window)
  const whole = window.from === null && window.to === null
  const years = whole ? yearsBetween(first, last) : []
  return years.length > 1 ? years : (halved(spanOf(window), first, last) ?? [])
}

/** Parts begin where what they are of begins. */
function isParted({ from }: Window, parts: readonly Span[]): boolean {
  return parts.some((span) => span.from === from)
}

function spanOf({ from, to }: Span): Span {
  return { from, to }
}

async function announcedIn(
  { tools, input, context }: Visit<ProveInput>,
  { from, to }: Span,
): Promise<number | null> {
  const after = from === null ? undefined : moved(from, -1)
  const url = asked(input.collection.url, { per_page: 1, _fields: 'id', after, before: to ?? undefined })
  const answer = await ask(tools, url, context)
  if (answer.problem !== null) throw refused(url, answer)
  return answer.total
}

async function storedIn({ tools, input, reader }: Visit<ChainInput>, { from, to }: Span) {
  const place = { source: tools.source, collection: input.collection.url }
  const [row] = await reader.read(countItems({ ...place, from: from ?? '', to: to ?? AFTER_ALL }))
  return row ?? { stored: 0, first: null, last: null }
}

async function conclude(
  visit: Visit<ProveInput>,
  windows: readonly Window[],
  verdict: ProofState,
): Promise<readonly Command[]> {
  const { tools, input, reader } = visit
  const { url: collection, name } = input.collection
  const [row] = await reader.read(countGone({ source: tools.source, collection, run: tools.run }))
  const isUnknown = windows.some(({ announced }) => announced === null)
  const ordered = windows.toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))
  return [
    keepProof({
      run: tools.run,
      collection,
      name,
      state: isUnknown ? 'unproven' : verdict,
      announced: isUnknown ? null : ordered.reduce((sum, { announced }) => sum + (announced ?? 0), 0),
      stored: ordered.reduce((sum, { stored }) => sum + stored, 0),
      gone: row?.gone ?? 0,
      windows: ordered.map(({ from, to, announced, stored }) => ({ from, to, announced, stored })),
      note: isUnknown ? 'the site announces no totals' : null,
    }),
  ]
}
