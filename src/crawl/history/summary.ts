/** What a crawl has to say for itself: numbers of a run, and what one settled job added. */
import type { Command, Reader } from '../../store/index.ts'
import { MillraceError } from '../../model/index.ts'
import { addGonePage, addKeptPage, addPage, dropPage, type PageRow } from './page.ts'
import type { PageChange } from './changes/index.ts'
import { countDuplicates, getRun, type Run, type RunState } from './run.ts'

/** A run in numbers; the `--json` summary of `crawl`. */
export interface RunSummary {
  readonly run: string
  readonly state: RunState
  /** Answers stored, of any status. */
  readonly pages: number
  /** Pages that gave a document. */
  readonly documents: number
  /** URLs that gave no usable page: status 400 and above, endless redirects, bodies refused, no answer at all. */
  readonly failed: number
  /** URLs not read: forbidden by robots.txt, or not HTML. */
  readonly skipped: number
  /** Documents whose text another document of the run has too. */
  readonly duplicates: number
  /** Documents that are no duplicates and yet nearly say what another document of the run says: all but one of each. */
  readonly nearDuplicates: number
  /** Bytes of bodies, decoded. */
  readonly bytes: number
  /** Pages the source did not have before, or had lost. */
  readonly new: number
  /** Pages whose text or title is another than before. */
  readonly changed: number
  /** Pages that say what they said before, those of `unasked` too. */
  readonly unchanged: number
  /** Pages that were not found (404, 410) for the first time. */
  readonly missed: number
  /** Pages that were not found for the second run in a row. */
  readonly gone: number
  /** Pages that were not asked for, because a sitemap says that they are as they were. */
  readonly unasked: number
}

/** How long counting duplicates may take: it reads the run's documents once. */
const COUNT_DEADLINE_MS = 60_000

/** @throws MillraceError NotFound */
export async function summarizeRun(reader: Reader, run: string): Promise<RunSummary> {
  const [row] = await reader.read(getRun({ id: run }))
  if (row === undefined)
    throw new MillraceError('NotFound', `expected the id of a run, got "${run}"; see \`millrace runs\``)
  const [counted] = await reader.read(countDuplicates({ run }), { deadlineMs: COUNT_DEADLINE_MS })
  const { state, pages, documents, failed, skipped, bytes } = row
  const { duplicates, nearDuplicates } = counted ?? { duplicates: 0, nearDuplicates: 0 }
  const sums = { pages, documents, failed, skipped, duplicates, nearDuplicates, bytes }
  return { run, state: state as RunState, ...sums, ...changesOf(row) }
}

/** What a run's answers said of their pages, as a summary names it. */
export function changesOf(row: Run): Pick<RunSummary, PageChange | 'unasked'> {
  return {
    new: row.pagesNew,
    changed: row.pagesChanged,
    unchanged: row.pagesUnchanged,
    missed: row.pagesMissed,
    gone: row.pagesGone,
    unasked: row.pagesUnasked,
  }
}

/** The page rows among a settled job's commands. */
export function pageRowsIn(commands: readonly Command[]): readonly PageRow[] {
  const names = [addPage, addKeptPage, addGonePage].map((made) => made.definition.name)
  return commands
    .filter((command) => names.includes(command.name))
    .flatMap((command) => command.rows as readonly unknown[] as readonly PageRow[])
}

/** How many pages a settled job added to its run. */
export function pagesIn(commands: readonly Command[]): number {
  const dropped = commands.filter((command) => command.name === dropPage.definition.name)
  return pageRowsIn(commands).length - dropped.reduce((sum, command) => sum + command.rows.length, 0)
}
