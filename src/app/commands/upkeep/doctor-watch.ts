/** `doctor --watch`: the figures of the processes at work, once a second, until Ctrl-C. */
import { once } from 'node:events'
import { createLogUpdate } from 'log-update'
import { systemClock } from '../../../model/index.ts'
import { watchSqlite, type WatchedStore } from '../../../store/sqlite/index.ts'
import type { CommandContext } from '../../context.ts'
import { sqlitePath } from '../../database-url.ts'
import { EXIT } from '../../exit-code.ts'
import { renderFigures } from '../../print/figures.ts'
import { printLine } from '../../print/output.ts'

const LOOK_MS = 1_000

/** Looks `times` times. @throws MillraceError NotFound */
export async function watchStore(times: number, context: CommandContext): Promise<number> {
  const path = sqlitePath(context.db)
  const show = screenOf(context)
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  let before: WatchedStore | undefined
  for (let look = 1; look <= times && !interrupted.signal.aborted; look++) {
    const watched = watchSqlite(path)
    await show(watched, before)
    before = watched
    if (look < times) await pause(interrupted.signal)
  }
  process.off('SIGINT', stop).off('SIGTERM', stop)
  return EXIT.done
}

type Show = (watched: WatchedStore, before: WatchedStore | undefined) => Promise<void>

function screenOf({ isJson, output }: CommandContext): Show {
  if (isJson) {
    return (watched) => printLine(output, JSON.stringify({ at: systemClock.now(), ...watched }))
  }
  if (!output.isTerminal) return (watched, before) => printLine(output, `${textOf(watched, before)}\n`)
  const draw = createLogUpdate(process.stdout)
  return async (watched, before) => draw(textOf(watched, before))
}

function textOf(watched: WatchedStore, before: WatchedStore | undefined): string {
  return renderFigures(watched, before, systemClock.now())
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
