/** `dead redrive`: dead jobs are sent again, in chunks of one run, each of which is taken as a whole or not at all. */
import { PAGE_KIND, RE_EXTRACT_KIND, runCanGoOn, runWithSource, takeUpRun } from '../../../crawl/index.ts'
import { areDead, jobFacts, redriveJobs } from '../../../jobs/index.ts'
import { isMillraceError, MillraceError } from '../../../model/index.ts'
import type { Reader, Store } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader, openStore } from '../../open-store.ts'
import { crawlCommand } from '../../print/crawl-command.ts'
import { printLine, say, warn } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { chosenLetters, notDead, type DeadFlags } from './dead.ts'

/** The options as typed. */
export interface RedriveFlags extends DeadFlags {
  readonly all?: boolean
  readonly dryRun?: boolean
}

/** A dead job as far as sending it again needs it. */
interface Letter {
  readonly id: string
  readonly run: string
  readonly kind: string
  readonly uniqueKey: string
}

/** What became of the jobs of one run. */
interface Sent {
  readonly run: string
  readonly jobs: number
  /** Why they can not be worked on again; null when they can. */
  readonly refusal: string | null
  /** What to type, so that they are worked on. */
  readonly command: string
}

/** Runs the command. @throws MillraceError Usage when nothing is chosen or nothing could be sent, NotFound */
export async function deadRedrive(
  ids: readonly string[],
  flags: RedriveFlags,
  context: CommandContext,
): Promise<number> {
  checkChoice(ids, flags)
  const { db, isJson, output } = context
  const isDryRun = flags.dryRun === true
  await using store = isDryRun ? await openReader(db) : await openStore(db, 'dead redrive')
  const sent = new Map<string, Sent>()
  for await (const letters of ids.length > 0 ? named(store, ids) : chosenLetters(store, flags)) {
    for (const [run, chunk] of Map.groupBy(letters, (letter) => letter.run)) {
      const earlier = sent.get(run)
      const one = earlier?.refusal == null ? await send(store, run, chunk, context) : earlier
      sent.set(run, { ...one, jobs: (earlier?.jobs ?? 0) + chunk.length })
      if (isDryRun && !isJson) for (const letter of chunk) await printLine(output, lineOf(letter))
    }
  }
  return await conclude([...sent.values()], isDryRun, context)
}

function checkChoice(ids: readonly string[], { run, class: name, kind, all }: RedriveFlags): void {
  const isFiltered = [run, name, kind].some((flag) => flag !== undefined) || all === true
  if (ids.length > 0 !== isFiltered) return
  const got = ids.length > 0 ? 'both' : 'neither'
  throw new MillraceError(
    'Usage',
    `expected ids of dead jobs, or --class, --run, --kind or --all, got ${got}; \`millrace dead list\` has the ids`,
  )
}

async function* named(reader: Reader, ids: readonly string[]): AsyncGenerator<readonly Letter[]> {
  const letters: Letter[] = []
  for (const id of new Set(ids)) {
    const [job] = await reader.read(jobFacts({ id }))
    if (job === undefined || job.state !== 'dead') throw notDead(id, job?.state)
    letters.push(job)
  }
  yield letters
}

/** Sends the jobs of one run, where the store is one that can be written; else only says what would be. */
async function send(
  store: Reader | Store,
  run: string,
  letters: readonly Letter[],
  { db }: CommandContext,
): Promise<Sent> {
  const [row] = await store.read(runWithSource({ id: run }))
  if (row === undefined) return { run, jobs: 0, refusal: 'its run was deleted', command: '' }
  const command = crawlCommand(row, db, letters.length)
  const refusal = refusalOf(row)
  if (refusal !== null || !('commit' in store)) return { run, jobs: 0, refusal, command }
  const ids = letters.map(({ id }) => id)
  const failed = letters.filter(({ kind }) => kind === PAGE_KIND || kind === RE_EXTRACT_KIND).length
  try {
    await store.commit({
      commands: [redriveJobs({ run, ids }), takeUpRun({ id: run, failed })],
      guards: [areDead({ run, ids }), runCanGoOn({ id: run })],
    })
    return { run, jobs: 0, refusal: null, command }
  } catch (error) {
    if (!isMillraceError(error, 'GuardFailed')) throw error
    return { run, jobs: 0, refusal: `${error.message}; look again`, command }
  }
}

function refusalOf(run: {
  readonly id: string
  readonly state: string
  readonly unfinished: string | null
}): string | null {
  if (run.state === 'cancelled' || run.state === 'failed')
    return `the run is ${run.state}, and nobody goes on with it: crawl its source again`
  if (run.unfinished === null || run.unfinished === run.id) return null
  return `run ${run.unfinished} of the same source is unfinished: finish or cancel that one first`
}

function lineOf({ id, kind, uniqueKey }: Letter): string {
  return `${id}  ${kind}  ${plainLine(uniqueKey)}`
}

async function conclude(
  sent: readonly Sent[],
  isDryRun: boolean,
  { isJson, output }: CommandContext,
): Promise<number> {
  const good = sent.filter(({ refusal }) => refusal === null)
  const refused = sent.filter(({ refusal }) => refusal !== null)
  if (isJson) await printLine(output, JSON.stringify({ dryRun: isDryRun, runs: sent }))
  else {
    if (sent.length === 0) say(output, 'no job is dead')
    for (const { run, jobs, command } of good) {
      const does = isDryRun ? 'would be sent again' : 'can be worked on again'
      await printLine(
        output,
        `${jobs} ${jobs === 1 ? 'job' : 'jobs'} of run ${run} ${does}; run this to have it done,`,
      )
      await printLine(output, `with the flags for pace and network of the first time:\n  ${command}`)
    }
  }
  for (const { run, jobs, refusal } of refused) warn(output, `${jobs} of run ${run} stay dead: ${refusal}`)
  return refused.length > 0 ? EXIT.incomplete : EXIT.done
}
