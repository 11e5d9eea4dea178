/** What the server of a Postgres store knows of the processes at work, for a person. */
import type { Session, WatchedProcess, WatchedServer } from '../../../store/postgres/index.ts'
import { plainLine } from '../../print/plain-text.ts'
import { formatBytes, formatDuration } from '../../quantity.ts'

/** A look, and when. */
export interface TimedLook {
  readonly at: number
  readonly watched: WatchedServer
}

/** Sessions of others are shown from here on. */
const TRANSACTION_MS_SHOWN = 1_000

/** The lines. `before` is the look a while ago, that rates are taken from. */
export function renderServer(look: TimedLook, before: TimedLook | undefined): string {
  const { processes, others, position } = look.watched
  const rate = (of: (one: WatchedServer) => number, shown: (value: number) => string = String) => {
    if (before === undefined || look.at <= before.at) return '-'
    const grown = of(look.watched) - of(before.watched)
    return shown(Math.max(0, Math.round((grown / (look.at - before.at)) * 1_000)))
  }
  const none = processes.length === 0 ? '; no process of Millrace is at work' : ''
  const slow = others.filter(({ transactionMs }) => (transactionMs ?? 0) >= TRANSACTION_MS_SHOWN)
  return [
    `position ${position}: ${rate((one) => one.position)} units/s; ` +
      `database: ${rate((one) => one.commits)} transactions/s, ${rate((one) => one.rollbacks)} undone/s; ` +
      `log ${rate((one) => one.walBytes, formatBytes)}/s${none}`,
    ...processes.map((one) => processLine(one, look.watched)),
    ...slow.map((one) => `! ${sessionText(one)}, open for ${formatDuration(one.transactionMs ?? 0)}`),
  ].join('\n')
}

function processLine(process: WatchedProcess, { processes, others }: WatchedServer): string {
  const { sessions } = process
  const busy = sessions.filter(({ state }) => state !== null && state !== 'idle').length
  const blockers = new Set(sessions.flatMap(({ blockedBy }) => blockedBy))
  const named = [...blockers].map((pid) => {
    const ours = processes.find((one) => one.sessions.some((session) => session.pid === pid))
    const other = others.find((session) => session.pid === pid)
    return ours === undefined
      ? other === undefined
        ? `session ${pid}`
        : sessionText(other)
      : `process ${ours.pid}`
  })
  const waits = named.length === 0 ? '' : `; waits for ${named.join(', ')}`
  const where = `process ${process.pid} on ${plainLine(process.host, 40)}`
  return `${where}  ${plainLine(process.command, 80)}: ${sessions.length} sessions, ${busy} busy${waits}`
}

function sessionText({ pid, application, role, state, statement }: Session): string {
  const doing = state?.startsWith('idle') === true ? state : statement
  return `session ${pid} (${plainLine([application || 'unnamed', role, doing].filter(Boolean).join(', '), 120)})`
}
