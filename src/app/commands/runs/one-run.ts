/** One run: found by its id, and as JSON shows it. */
import { changesOf, getRun, type Run } from '../../../crawl/index.ts'
import { MillraceError } from '../../../model/index.ts'
import type { Reader } from '../../../store/index.ts'

/** Counting reads every job of a run once. */
export const COUNT_DEADLINE_MS = 60_000

/** The run with that id. @throws MillraceError NotFound */
export async function requireRun(reader: Reader, id: string): Promise<Run> {
  const [run] = await reader.read(getRun({ id }))
  if (run !== undefined) return run
  throw new MillraceError('NotFound', `expected the id of a run, got "${id}"; \`millrace runs\` lists them`)
}

/** The row, as JSON shows it. */
export function describe(run: Run): object {
  const { id, startedAt, finishedAt, ...rest } = run
  const kept = Object.entries(rest).filter(([name]) => !/^pages[A-Z]/.test(name))
  return {
    run: id,
    ...Object.fromEntries(kept),
    ...changesOf(run),
    startedAt: isoTime(startedAt),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
