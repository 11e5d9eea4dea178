/** What a crawl has to say for itself: numbers of a run, and what one settled job added. */
import type { Command, Reader } from '../../store/index.ts'
import { MillraceError } from '../../model/index.ts'
import { addPage, type PageRow } from './page.ts'
import { countDuplicates, getRun, type RunState } from './run.ts'

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
  const counts = { pages, documents, failed, skipped, duplicates, nearDuplicates, bytes }
  return { run, state: state as RunState, ...counts }
}

/** The page rows among a settled job's commands. */
export function pageRowsIn(commands: readonly Command[]): readonly PageRow[] {
  return commands
    .filter((command) => command.name === addPage.definition.name)
    .flatMap((command) => command.rows as readonly unknown[] as readonly PageRow[])
}

/** How many pages a settled job stored. */
export function pagesIn(commands: readonly Command[]): number {
  return pageRowsIn(commands).length
}
