/** `dead`: jobs that gave up: which, why, and sending them again. */
import { pageOfRun, pageVersions } from '../../../crawl/index.ts'
import {
  attemptsOfJob,
  codesOfClass,
  deadLetters,
  ERROR_CLASSES,
  errorClassOf,
  jobFacts,
  type DeadLetter,
} from '../../../jobs/index.ts'
import { MillraceError, systemClock } from '../../../model/index.ts'
import type { Reader } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader } from '../../open-store.ts'
import {
  countsOf,
  describeAttempt,
  describePage,
  renderAttempts,
  renderPage,
} from '../../print/explanation.ts'
import { printLine, say } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderTable } from '../../print/table.ts'
import { isoTime, when } from '../../print/when.ts'
import { requireRun } from './known-run.ts'

/** The options that choose, as typed. */
export interface DeadFlags {
  readonly run?: string
  readonly class?: string
  readonly kind?: string
}

const CHUNK = 500
const ATTEMPTS_SHOWN = 100

/** Dead letters that a person chose, in chunks, newest run first. @throws MillraceError Usage, NotFound for an unknown run */
export async function* chosenLetters(
  reader: Reader,
  flags: DeadFlags,
): AsyncGenerator<readonly DeadLetter[]> {
  await requireRun(reader, flags.run)
  const choice = { run: flags.run ?? '', kind: flags.kind ?? '', codes: codesFrom(flags.class) }
  let after = { afterRun: '~', afterId: '~' }
  for (;;) {
    const letters = await reader.read(deadLetters({ ...choice, ...after, limit: CHUNK }))
    const last = letters.at(-1)
    if (last === undefined) return
    yield letters
    if (letters.length < CHUNK) return
    after = { afterRun: last.run, afterId: last.id }
  }
}

function codesFrom(name: string | undefined): readonly string[] | null {
  if (name === undefined) return null
  const codes = codesOfClass(name)
  if (codes !== undefined) return codes
  throw new MillraceError(
    'Usage',
    `--class: expected one of ${ERROR_CLASSES.join(', ')}, or an error code such as FetchTimeout, got "${name}"`,
  )
}

/** `dead list`. */
export async function deadList(flags: DeadFlags, { db, isJson, output }: CommandContext): Promise<number> {
  await using reader = await openReader(db)
  let count = 0
  for await (const letters of chosenLetters(reader, flags)) {
    if (isJson) for (const letter of letters) await printLine(output, JSON.stringify(describe(letter)))
    else
      await printLine(output, renderTable(count === 0 ? COLUMNS : COLUMNS.map(() => ''), letters.map(cells)))
    count += letters.length
  }
  if (!isJson && count === 0) say(output, 'no job is dead')
  if (!isJson && count > 0)
    say(
      output,
      `${count} dead; \`millrace dead show ID\` says more, \`millrace dead redrive\` sends them again`,
    )
  return EXIT.done
}

const COLUMNS = ['job', 'kind', 'class', 'error', 'attempts', 'gave up', 'url or key', 'lane']

function cells(letter: DeadLetter): readonly string[] {
  const { id, kind, errorCode, attempts, finishedAt, uniqueKey, lane } = letter
  const gaveUp = new Date(finishedAt).toISOString().slice(0, 19).replace('T', ' ')
  const row = [id, kind, errorClassOf(errorCode), errorCode, String(attempts), gaveUp]
  return [...row, plainLine(uniqueKey, 80), plainLine(lane, 40)]
}

function describe({ id, uniqueKey, createdAt, finishedAt, ...letter }: DeadLetter): object {
  const times = { createdAt: isoTime(createdAt), gaveUpAt: isoTime(finishedAt) }
  return { job: id, key: uniqueKey, ...letter, errorClass: errorClassOf(letter.errorCode), ...times }
}

/** `dead show ID`: its input, every try that failed, and what its URL answered at other times. */
export async function deadShow(id: string, { db, isJson, output }: CommandContext): Promise<number> {
  await using reader = await openReader(db)
  const [job] = await reader.read(jobFacts({ id }))
  if (job === undefined || job.state !== 'dead') throw notDead(id, job?.state)
  const attempts = await reader.read(attemptsOfJob({ job: id, limit: ATTEMPTS_SHOWN }))
  const [page] = await reader.read(pageOfRun({ run: job.run, urlKey: job.uniqueKey }))
  const [latest] = await reader.read(pageVersions({ urlKey: job.uniqueKey, limit: 1 }))
  const answer = page ?? latest
  const { errorCode, errorMessage, finishedAt, createdAt, input, run, kind, uniqueKey, lane } = job
  const { waits, crashes, crashesAlone } = job
  const error = { errorCode: errorCode ?? 'Fault', errorMessage: errorMessage ?? '' }
  const counts = { waits, crashes, crashesAlone }
  if (isJson) {
    const times = { createdAt: isoTime(createdAt), gaveUpAt: isoTime(finishedAt) }
    const letter = { job: id, run, kind, key: uniqueKey, lane, input, ...error, ...counts, ...times }
    const tries = attempts.map(describeAttempt)
    await printLine(
      output,
      JSON.stringify({
        ...letter,
        attempts: tries,
        latestPage: answer === undefined ? null : describePage(answer),
      }),
    )
    return EXIT.done
  }
  const now = systemClock.now()
  const lines = [
    `job       ${id}`,
    `run       ${run}`,
    `kind      ${kind}`,
    `key       ${plainLine(uniqueKey)}`,
    `lane      ${plainLine(lane)}`,
    `input     ${plainLine(JSON.stringify(input), 2_000)}`,
    `error     ${error.errorCode} (${errorClassOf(error.errorCode)}): ${plainLine(error.errorMessage, 500)}`,
    `gave up   ${when(finishedAt ?? createdAt, now)}`,
    `tries     ${countsOf(job)}`,
    ...renderAttempts(attempts, now),
    ...(answer === undefined ? ['answer    none was ever stored of this URL'] : renderPage(answer, now)),
    `-> \`millrace dead redrive ${id}\` sends it again`,
  ]
  await printLine(output, lines.join('\n'))
  return EXIT.done
}

/** The error for an id that is none of a dead job. */
export function notDead(id: string, state: string | undefined): MillraceError {
  const what =
    state === undefined ? 'no job has it' : `that job is ${state}; \`millrace explain ${id}\` says more`
  return new MillraceError('NotFound', `expected the id of a dead job, got "${id}": ${what}`)
}
