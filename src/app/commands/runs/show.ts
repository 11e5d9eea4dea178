/** `runs show`: one run in full, with what happened at its hosts. */
import { completenessOf, runMetrics, summarizeRun } from '../../../crawl/index.ts'
import { countJobs, deadByCode } from '../../../jobs/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader } from '../../open-store.ts'
import { printLine } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderCompleteness } from '../crawl/completeness.ts'
import { metricLines } from './metric-lines.ts'
import { COUNT_DEADLINE_MS, describe, requireRun } from './one-run.ts'

/** Hosts told one by one; the others are summed up. */
const HOSTS_MAX = 20

/** `runs show ID`: one run in full. */
export async function runsShow(id: string, { db, isJson, output }: CommandContext): Promise<number> {
  await using reader = await openReader(db)
  const summary = await summarizeRun(reader, id)
  const run = await requireRun(reader, id)
  const jobs = await reader.read(countJobs({ run: id }), { deadlineMs: COUNT_DEADLINE_MS })
  const dead = await reader.read(deadByCode({ run: id }))
  const metrics = await runMetrics(reader, id, HOSTS_MAX)
  const completeness = await completenessOf(reader, id)
  const facts = { ...describe(run), ...summary }
  if (isJson) {
    await printLine(
      output,
      JSON.stringify({ ...facts, ...(completeness && { completeness }), jobs, dead, metrics }),
    )
    return EXIT.done
  }
  const lines = [
    ...Object.entries(facts).map(([name, value]) => `${name.padEnd(11)} ${plainLine(textOf(value))}`),
    ...(completeness === undefined ? [] : [renderCompleteness(completeness)]),
    ...jobs.map(({ kind, state, count }) => `jobs        ${kind} ${state} ${count}`),
    ...dead.map(({ code, count, example }) => `dead        ${code} ×${count}: ${plainLine(example)}`),
    ...metricLines(metrics),
  ]
  await printLine(output, lines.join('\n'))
  return EXIT.done
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
