/** `runs`: what was crawled, and the end of what is not wanted. */
import {
  cancelRun,
  deleteRunPages,
  deleteRunRow,
  documentsOwnedByRun,
  getRun,
  listRuns,
  rejoinClusters,
  summarizeRun,
  type Run,
} from '../../crawl/index.ts'
import { cancelJobs, countJobs, deadByCode, deleteJobs, rescue } from '../../jobs/index.ts'
import { MillraceError } from '../../model/index.ts'
import { forgetIndexed, indexDocuments } from '../../search/index.ts'
import type { Reader, Store } from '../../store/index.ts'
import type { CommandContext } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { openReader, openStore } from '../open-store.ts'
import { printLine, say } from '../print/output.ts'
import { plainLine } from '../print/plain-text.ts'
import { renderTable } from '../print/table.ts'
import { formatBytes } from '../quantity.ts'

const NEWEST = '~'
/** Counting reads every job of a run once. */
const COUNT_DEADLINE_MS = 60_000
const LISTED_MAX = 100
/** Rows a unit cancels or deletes: small enough that other writers never wait long. */
const CHUNK = 1_000
const PAGES_A_UNIT = 100

/** `runs`: the newest runs, one a line. */
export async function runsList({ db, isJson, output }: CommandContext): Promise<number> {
  await using reader = await openReader(db)
  const runs = await reader.read(listRuns({ before: NEWEST, limit: LISTED_MAX }))
  if (isJson) {
    for (const run of runs) await printLine(output, JSON.stringify(describe(run)))
    return EXIT.done
  }
  if (runs.length === 0) say(output, 'no runs yet: millrace crawl https://example.org/')
  else await printLine(output, renderTable(COLUMNS, runs.map(cells)))
  return EXIT.done
}

const COLUMNS = ['run', 'state', 'started', 'pages', 'documents', 'failed', 'skipped', 'bytes', 'seeds']

function cells(run: Run & { readonly seeds: unknown }): readonly string[] {
  const { id, state, startedAt, pages, documents, failed, skipped, bytes } = run
  const seeds = plainLine((run.seeds as readonly string[]).join(' '), 60)
  const started = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
  return [id, state, started, ...[pages, documents, failed, skipped].map(String), formatBytes(bytes), seeds]
}

/** `runs show ID`: one run in full. */
export async function runsShow(id: string, { db, isJson, output }: CommandContext): Promise<number> {
  await using reader = await openReader(db)
  const summary = await summarizeRun(reader, id)
  const run = await requireRun(reader, id)
  const jobs = await reader.read(countJobs({ run: id }), { deadlineMs: COUNT_DEADLINE_MS })
  const dead = await reader.read(deadByCode({ run: id }))
  const shown = { ...describe(run), ...summary, jobs, dead }
  if (isJson) await printLine(output, JSON.stringify(shown))
  else {
    const rows = Object.entries(shown).filter(([, value]) => !Array.isArray(value))
    await printLine(
      output,
      rows.map(([name, value]) => `${name.padEnd(12)}${plainLine(textOf(value))}`).join('\n'),
    )
    for (const { kind, state, count } of jobs)
      await printLine(output, `jobs        ${kind} ${state} ${count}`)
    for (const { code, count, example } of dead) {
      await printLine(output, `dead        ${code} ×${count}: ${plainLine(example)}`)
    }
  }
  return EXIT.done
}

/** `runs cancel ID`: no more work for it, from any process. */
export async function runsCancel(id: string, { db, output }: CommandContext): Promise<number> {
  await using store = await openStore(db, 'runs cancel')
  const run = await requireRun(store, id)
  const { results } = await store.commit({ commands: [cancelRun({ id })] })
  if (results[0].changed === 0) {
    throw new MillraceError('Usage', `run ${id} is ${run.state}: only an unfinished run can be cancelled`)
  }
  await untilNoneChanged(store, () => cancelJobs({ run: id, limit: CHUNK }))
  say(output, `run ${id} cancelled; what it stored stays`)
  return EXIT.done
}

/** `runs delete ID`: the run and what only it owns. */
export async function runsDelete(id: string, { db, output }: CommandContext): Promise<number> {
  await using store = await openStore(db, 'runs delete')
  await requireRun(store, id)
  await refuseWhileAtWork(store, id)
  await store.commit({ commands: [cancelRun({ id })] })
  await untilNoneChanged(store, () => deleteJobs({ run: id, limit: CHUNK }))
  while ((await deletePages(store, id)) > 0);
  await rejoinClusters(store)
  await store.commit({ commands: [deleteRunRow({ id })] })
  say(output, `run ${id} deleted`)
  return EXIT.done
}

/** A living process would go on with a run that is gone. What dead ones had in hand is given back first. */
async function refuseWhileAtWork(store: Store, id: string): Promise<void> {
  await rescue(store)
  const jobs = await store.read(countJobs({ run: id }), { deadlineMs: COUNT_DEADLINE_MS })
  if (!jobs.some(({ state }) => state === 'running')) return
  throw new MillraceError(
    'Busy',
    `run ${id} is being crawled; stop it first, or end it with \`runs cancel ${id}\``,
  )
}

/** Deletes some pages with what they own; full text moves to the version that stays. Returns how many rows went. */
async function deletePages(store: Store, run: string): Promise<number> {
  const chunk = { run, limit: PAGES_A_UNIT }
  const owned = await store.read(documentsOwnedByRun(chunk))
  const documents = owned.map(({ document }) => document)
  const survivors = owned.flatMap(({ survivor }) => survivor ?? [])
  const { results } = await store.commit({
    commands: [
      forgetIndexed.all(documents.map((document) => ({ document }))),
      deleteRunPages(chunk),
      // A document that another page came to refer to meanwhile was not deleted, and is indexed again.
      indexDocuments({ documents: [...survivors, ...documents] }),
    ],
  })
  return results[1].changed
}

async function untilNoneChanged(store: Store, make: () => ReturnType<typeof cancelJobs>): Promise<void> {
  for (;;) {
    const { results } = await store.commit({ commands: [make()] })
    if (results[0].changed === 0) return
  }
}

async function requireRun(reader: Reader, id: string): Promise<Run> {
  const [run] = await reader.read(getRun({ id }))
  if (run !== undefined) return run
  throw new MillraceError('NotFound', `expected the id of a run, got "${id}"; \`millrace runs\` lists them`)
}

function describe(run: Run): object {
  const { id, startedAt, finishedAt, ...rest } = run
  return {
    run: id,
    ...rest,
    startedAt: isoTime(startedAt),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
