/** `runs`: what was crawled, and the end of what is not wanted. */
import {
  cancelRun,
  changesOf,
  deleteRunMetrics,
  deleteRunPages,
  deleteRunRow,
  documentsOwnedByRun,
  listRuns,
  rejoinClusters,
  type Run,
} from '../../../crawl/index.ts'
import { cancelJobs, countJobs, deleteJobs, rescue } from '../../../jobs/index.ts'
import { MillraceError } from '../../../model/index.ts'
import { forgetIndexed, indexDocuments } from '../../../search/index.ts'
import type { Command, Store } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader, openStore } from '../../open-store.ts'
import { printLine, say } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderTable } from '../../print/table.ts'
import { formatBytes } from '../../quantity.ts'
import { COUNT_DEADLINE_MS, describe, requireRun } from './one-run.ts'

const NEWEST = '~'
const LISTED_MAX = 100
/** Rows a unit cancels or deletes: small enough that other writers never wait long. */
const CHUNK = 1_000
const PAGES_A_UNIT = 100
const HOSTS_A_UNIT = 100

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

const COLUMNS =
  'run state started pages documents new changed unchanged gone failed skipped bytes source'.split(' ')

function cells(run: Run & { readonly seeds: unknown; readonly sourceName: string }): readonly string[] {
  const { id, state, startedAt, pages, documents, failed, skipped, bytes } = run
  const given = run.seeds as readonly string[]
  const seeds = plainLine(given.length === 0 ? 're-extract' : given.join(' '), 60)
  const source = run.sourceName === '' ? seeds : `${run.sourceName}: ${seeds}`
  const started = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
  const { new: added, changed, unchanged, gone } = changesOf(run)
  const counts = [pages, documents, added, changed, unchanged, gone, failed, skipped]
  return [id, state, started, ...counts.map(String), formatBytes(bytes), source]
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
  await untilNoneChanged(store, () => deleteRunMetrics({ run: id, limit: HOSTS_A_UNIT }))
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

async function untilNoneChanged(store: Store, make: () => Command): Promise<void> {
  for (;;) {
    const { results } = await store.commit({ commands: [make()] })
    if (results[0].changed === 0) return
  }
}
