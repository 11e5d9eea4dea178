/** `diff`: what changed between the ends of two runs, a page a line. */
import { diffRuns, type DiffSpan, type UrlDifference } from '../../../crawl/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader } from '../../open-store.ts'
import { printLine, say } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'

/** What the command line gives. */
export interface DiffFlags {
  readonly all?: boolean
  readonly exitCode?: boolean
}

const MARKS = { new: '+', changed: '~', gone: '-', unchanged: '=' } as const

/** Runs the command; returns the exit code. @throws MillraceError NotFound, Usage */
export async function diff(
  span: DiffSpan,
  { all, exitCode }: DiffFlags,
  { db, isJson, output }: CommandContext,
): Promise<number> {
  await using reader = await openReader(db)
  const counts = { new: 0, changed: 0, unchanged: 0, gone: 0 }
  for await (const difference of diffRuns(reader, { ...span, isDetailed: all === true && isJson })) {
    counts[difference.change]++
    if (difference.change === 'unchanged' && all !== true) continue
    await printLine(output, isJson ? JSON.stringify(difference) : renderLine(difference))
  }
  const { new: added, changed, unchanged, gone } = counts
  say(output, `${added} new, ${changed} changed, ${gone} gone, ${unchanged} unchanged`)
  return exitCode === true && added + changed + gone > 0 ? EXIT.badData : EXIT.done
}

function renderLine({ change, url }: UrlDifference): string {
  return `${MARKS[change]} ${plainLine(url, Number.POSITIVE_INFINITY)}`
}
