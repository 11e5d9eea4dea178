/** The live lines of a crawl on a terminal: how far, how fast, what fails, who makes us wait. */
import { createLogUpdate } from 'log-update'
import { PAGE_KIND } from '../../crawl/index.ts'
import { countKnown } from '../../jobs/index.ts'
import type { Clock } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import type { CrawlTally } from '../crawl-tally.ts'
import { waitingHosts } from '../commands/crawl/waiting-hosts.ts'
import { formatBytes, formatDuration } from '../quantity.ts'
import { renderWait } from './crawl-summary.ts'
import { plainLine } from './plain-text.ts'

/** What progress is shown of. */
export interface ProgressSubject {
  readonly reader: Reader
  readonly clock: Clock
  readonly run: string
  readonly title: string
  /** Pages the run had before this call. */
  readonly pagesBefore: number
  readonly tally: CrawlTally
}

/** What is drawn. */
export interface ProgressView {
  readonly title: string
  readonly elapsedMs: number
  readonly pages: number
  readonly known: number
  readonly pagesPerSecond: number
  readonly bytes: number
  readonly failures: string
  readonly waiting: readonly { readonly host: string; readonly forMs: number; readonly reason: string }[]
}

const DRAW_MS = 500
/** Speed is taken over this many draws: long enough to be calm, short enough to be true. */
const SPEED_DRAWS = 20

/** Lines that are being redrawn. */
export interface Drawing {
  /** Takes the lines away until they are next redrawn, so that a line can be written in their place. */
  clear(): void
  /** Takes them away for good. */
  stop(): void
}

/** Draws until it is stopped. */
export function showProgress(stream: NodeJS.WriteStream, subject: ProgressSubject): Drawing {
  const draw = createLogUpdate(stream)
  const startedAt = subject.clock.now()
  const history: { at: number; pages: number }[] = []
  let isLooking = false
  let isShown = true
  const tick = async () => {
    if (isLooking) return
    isLooking = true
    const view = await look(subject, startedAt, history)
    isLooking = false
    if (isShown) draw(renderProgress(view))
  }
  // A look that fails must not end the crawl: the crawl itself will say what is wrong with its store.
  const timer = setInterval(() => void tick().catch(() => clearInterval(timer)), DRAW_MS)
  return {
    clear() {
      if (isShown) draw.clear()
    },
    stop() {
      clearInterval(timer)
      // Once only: a second time would clear what was printed since.
      if (isShown) draw.clear()
      draw.done()
      isShown = false
    },
  }
}

const TELL_MS = 1_000
const TELL_AGAIN_MS = 60_000
/** Shorter waits than this are over before they are read. */
const WORTH_TELLING_MS = 5_000

/** Says a line for each host that makes the run wait, again after a minute, until it is stopped. */
export function tellWaits(subject: ProgressSubject, tell: (line: string) => void): Drawing {
  const toldAt = new Map<string, number>()
  const tick = async () => {
    const { reader, clock, run } = subject
    const now = clock.now()
    for (const lane of await waitingHosts(reader, { run, at: now + WORTH_TELLING_MS })) {
      if (now - (toldAt.get(lane.key) ?? 0) < TELL_AGAIN_MS) continue
      toldAt.set(lane.key, now)
      tell(renderWait(lane, now))
    }
  }
  // A look that fails must not end the crawl: the crawl itself will say what is wrong with its store.
  const timer = setInterval(() => void tick().catch(() => clearInterval(timer)), TELL_MS)
  return { clear: () => undefined, stop: () => clearInterval(timer) }
}

/** The lines as text. */
export function renderProgress(view: ProgressView): string {
  const left = Math.max(0, view.known - view.pages)
  const eta =
    view.pagesPerSecond > 0 && left > 0 ? `   ETA ${formatDuration((left / view.pagesPerSecond) * 1000)}` : ''
  const speed = `${view.pagesPerSecond.toFixed(1)}/s`
  const lines = [
    `${plainLine(view.title, 100)}   ${formatDuration(view.elapsedMs)}`,
    `pages ${view.pages} of ${view.known} known   ${speed}   ${formatBytes(view.bytes)}${eta}`,
  ]
  if (view.failures !== '') lines.push(`failed: ${view.failures}`)
  for (const { host, forMs, reason } of view.waiting) {
    lines.push(`waiting ${formatDuration(forMs)} for ${plainLine(host, 60)}: ${plainLine(reason, 120)}`)
  }
  return lines.join('\n')
}

async function look(
  { reader, clock, run, title, pagesBefore, tally }: ProgressSubject,
  startedAt: number,
  history: { at: number; pages: number }[],
): Promise<ProgressView> {
  const now = clock.now()
  history.push({ at: now, pages: tally.pages })
  if (history.length > SPEED_DRAWS) history.shift()
  const since = history[0] ?? { at: startedAt, pages: 0 }
  const seconds = Math.max(1, now - since.at) / 1000
  const [known] = await reader.read(countKnown({ run, kind: PAGE_KIND }))
  const lanes = await waitingHosts(reader, { run, at: now })
  return {
    title,
    elapsedMs: now - startedAt,
    pages: pagesBefore + tally.pages,
    // What is read over an API is not known one by one before it is there.
    known: Math.max(known?.count ?? 0, pagesBefore + tally.pages),
    pagesPerSecond: (tally.pages - since.pages) / seconds,
    bytes: tally.bytes,
    failures: tally.failureText(),
    waiting: lanes.map((lane) => ({
      host: lane.key,
      forMs: lane.waitUntil - now,
      reason: lane.waitReason ?? '',
    })),
  }
}
