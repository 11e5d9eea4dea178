/** How a crawl ended, in a few lines for a person. */
import type { RunSummary } from '../../crawl/index.ts'
import { formatBytes, formatDuration } from '../quantity.ts'
import { plainLine } from './plain-text.ts'
import { when } from './when.ts'

/** What the summary says beyond the run's numbers. */
export interface SummaryDetails {
  readonly seconds: number
  readonly reason: string | null
  /** Failures of this call, by class. */
  readonly failures: string
  readonly dead: readonly { readonly code: string; readonly count: number; readonly example: string }[]
  /** Hosts that hold back what is left to do. */
  readonly waiting: readonly WaitingHost[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The lines. */
export function renderSummary(summary: RunSummary, details: SummaryDetails): string {
  const { run, state, pages, documents, failed, skipped, duplicates, nearDuplicates, bytes } = summary
  const why = details.reason === null ? '' : ` (${plainLine(details.reason)})`
  const lines = [
    `run ${run} ${state}${why} after ${formatDuration(details.seconds * 1000)}`,
    `${pages} pages, ${documents} documents, ${formatBytes(bytes)}; ` +
      `${failed} failed, ${skipped} skipped, ${duplicates} duplicates, ${nearDuplicates} near duplicates`,
  ]
  if (isIncremental(summary)) lines.push(renderChanges(summary))
  if (details.failures !== '') lines.push(`failed: ${details.failures}`)
  for (const { code, count, example } of details.dead)
    lines.push(`gave up on ${count}: ${code}: ${plainLine(example)}`)
  if (details.dead.length > 0)
    lines.push('-> `millrace dead list` has them all, `millrace dead redrive` sends them again')
  lines.push(...details.waiting.map((host) => renderWait(host, details.now)))
  return lines.join('\n')
}

/** Of a first run everything is new, which says nothing. */
function isIncremental({ changed, unchanged, missed, gone }: RunSummary): boolean {
  return changed + unchanged + missed + gone > 0
}

function renderChanges({ new: added, changed, unchanged, missed, gone, unasked }: RunSummary): string {
  const told = unasked === 0 ? '' : ` (${unasked} of them by word of a sitemap)`
  const lost = missed === 0 ? '' : `, ${missed} missed for the first time`
  return `${added} new, ${changed} changed, ${unchanged} unchanged${told}, ${gone} gone${lost}`
}

/** A host that is left alone. */
export interface WaitingHost {
  readonly key: string
  readonly waitUntil: number
  readonly waitReason: string | null
}

/** What a run waits for, in a line. */
export function renderWait({ key, waitUntil, waitReason }: WaitingHost, now: number): string {
  const why = waitReason === null ? '' : `: ${plainLine(waitReason, 200)}`
  return `waiting for ${plainLine(key, 80)} until ${when(waitUntil, now)}${why}`
}
