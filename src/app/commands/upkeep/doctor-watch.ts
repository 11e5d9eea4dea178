/** `doctor --watch`: the figures of the processes at work, once a second, until Ctrl-C. */
import { once } from 'node:events'
import { createLogUpdate } from 'log-update'
import { systemClock } from '../../../model/index.ts'
import { watchSqlite } from '../../../store/sqlite/index.ts'
import type { CommandContext } from '../../context.ts'
import { databaseOf } from '../../database/database-url.ts'
import { loadPostgres, serverOf } from '../../database/load-postgres.ts'
import { EXIT } from '../../exit-code.ts'
import { renderFigures } from '../../print/figures.ts'
import { printLine } from '../../print/output.ts'
import { renderServer } from './watch-postgres.ts'

const LOOK_MS = 1_000

/** What one look found, and when. */
interface Look<Watched> {
  readonly at: number
  readonly watched: Watched
}

/** How to look, and how to say what was seen; `before` is the look a second ago. */
interface Watch<Watched> {
  look(): Watched | Promise<Watched>
  render(look: Look<Watched>, before: Look<Watched> | undefined): string
}

/** Looks `times` times. @throws MillraceError NotFound, and as connecting to a server does */
export async function watchStore(times: number, context: CommandContext): Promise<number> {
  const database = databaseOf(context.db)
  if (database.kind === 'sqlite') {
    const { path } = database
    return watchWith(
      {
        look: () => watchSqlite(path),
        render: ({ at, watched }, before) => renderFigures(watched, before?.watched, at),
      },
      times,
      context,
    )
  }
  const { watchPostgres } = await loadPostgres()
  await using server = await watchPostgres(serverOf(database))
  return await watchWith({ look: () => server.look(), render: renderServer }, times, context)
}

async function watchWith<Watched extends object>(
  watch: Watch<Watched>,
  times: number,
  context: CommandContext,
): Promise<number> {
  const show = screenOf(context)
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  let before: Look<Watched> | undefined
  for (let count = 1; count <= times && !interrupted.signal.aborted; count++) {
    const look = { watched: await watch.look(), at: systemClock.now() }
    await show({ at: look.at, ...look.watched }, watch.render(look, before))
    before = look
    if (count < times) await pause(interrupted.signal)
  }
  process.off('SIGINT', stop).off('SIGTERM', stop)
  return EXIT.done
}

type Show = (seen: object, text: string) => Promise<void>

function screenOf({ isJson, output }: CommandContext): Show {
  if (isJson) return (seen) => printLine(output, JSON.stringify(seen))
  if (!output.isTerminal) return (_, text) => printLine(output, `${text}\n`)
  const draw = createLogUpdate(process.stdout)
  return async (_, text) => draw(text)
}

/** A second, or until told to stop. */
async function pause(signal: AbortSignal): Promise<void> {
  const over = new EventTarget()
  const timer = setTimeout(() => over.dispatchEvent(new Event('over')), LOOK_MS)
  const onAbort = () => over.dispatchEvent(new Event('over'))
  signal.addEventListener('abort', onAbort, { once: true })
  await once(over, 'over')
  signal.removeEventListener('abort', onAbort)
  clearTimeout(timer)
}
