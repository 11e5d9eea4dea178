/** Who is at work on a database: processes known and lost, transactions that stay open, and who waits for whom. */
import { ok, warn, type Check, type RegisteredProcess } from '../../finding.ts'
import { processOf, type Session } from './sessions.ts'

/** Our own batches and reads are over long before. */
const TRANSACTION_MS_LONG = 60_000
/** A frozen process is ended by its own limit after 15 s; somebody else's session by nothing. */
const IDLE_MS_LONG = 5_000
const SHOWN = 5

/** Known processes, and those that ended without closing. */
export function checkProcesses(all: readonly RegisteredProcess[]): Check {
  const alive = all.filter((one) => one.isAlive)
  const lost = all.filter((one) => !one.isAlive)
  const atWork = alive.length === 0 ? 'none at work' : `at work: ${list(alive)}`
  if (lost.length === 0) return ok('processes', atWork)
  const advice = 'nothing is lost: the next crawl gives back what they had in hand'
  return warn('processes', `${atWork}; ended without closing: ${list(lost)}`, advice)
}

/** Transactions that keep vacuum from its work, or everybody from writing. */
export function checkTransactions(sessions: readonly Session[]): Check {
  const long = sessions.filter(({ state, transactionMs }) => {
    const isIdle = state?.startsWith('idle in transaction') === true
    return transactionMs !== null && transactionMs > (isIdle ? IDLE_MS_LONG : TRANSACTION_MS_LONG)
  })
  if (long.length === 0) return ok('transactions', 'none is open for long')
  const detail = long.slice(0, SHOWN).map((one) => `${nameOf(one)} has one open for ${seconds(one)}`)
  const [worst] = long.toSorted((a, b) => (b.transactionMs ?? 0) - (a.transactionMs ?? 0))
  const advice =
    'while it is open no dead row goes away, and who waits for its locks waits on: let it end, or ' +
    `SELECT pg_terminate_backend(${worst?.pid})`
  return warn('transactions', detail.join('; '), advice)
}

/**
 * Who holds the lock that others wait for. Writers wait for one another all the time, by the row of the position; a
 * session that is none of ours should keep nobody. `before` is a look a moment earlier.
 */
export function checkLock(
  before: readonly Session[],
  now: readonly Session[],
  processes: readonly RegisteredProcess[],
): Check {
  const [earlier, still] = [waitedFor(before), waitedFor(now)]
  const holders = now.filter(({ pid }) => earlier.has(pid) && still.has(pid))
  const first = holders.filter(({ blockedBy }) => blockedBy.length === 0)
  if (first.length === 0) return ok('lock', 'nobody waits for long')
  const detail = first.map((holder) => {
    const waiting = now.filter(({ blockedBy }) => blockedBy.includes(holder.pid)).length
    return `${nameOf(holder, processes)} holds what ${waiting} wait for, for ${seconds(holder)}`
  })
  if (first.every((one) => isOurs(one, processes))) return ok('lock', detail.join('; '))
  const pid = first.find((one) => !isOurs(one, processes))?.pid
  return warn('lock', detail.join('; '), `let it end, or SELECT pg_terminate_backend(${pid})`)
}

function waitedFor(sessions: readonly Session[]): ReadonlySet<number> {
  return new Set(sessions.flatMap(({ blockedBy }) => blockedBy))
}

function isOurs(session: Session, processes: readonly RegisteredProcess[]): boolean {
  const id = processOf(session)
  return processes.some((one) => one.id === id && one.isAlive)
}

function nameOf(session: Session, processes: readonly RegisteredProcess[] = []): string {
  const { pid, role, application, state, statement } = session
  const ours = processes.find(({ id }) => id === processOf(session))
  if (ours !== undefined) return `process ${ours.pid} (${ours.command})`
  const doing = state?.startsWith('idle') === true ? state : statement.replaceAll(/\s+/g, ' ').slice(0, 80)
  return `session ${pid} (${[application || 'unnamed', role, doing].filter(Boolean).join(', ')})`
}

function seconds({ transactionMs }: Session): string {
  return `${Math.round((transactionMs ?? 0) / 1_000)} s`
}

function list(some: readonly RegisteredProcess[]): string {
  return some.map(({ pid, host, command }) => `${pid} on ${host} (${command})`).join(', ')
}
