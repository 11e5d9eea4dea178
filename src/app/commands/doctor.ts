/** `doctor`: whether engine, file, schema and leases are sound, told without touching anything. */
import { leasesByProcess, type ProcessLeases } from '../../jobs/index.ts'
import { systemClock, toMillraceError } from '../../model/index.ts'
import {
  inspectSqlite,
  type Check,
  type Inspection,
  type RegisteredProcess,
} from '../../store/sqlite/index.ts'
import type { CommandContext } from '../context.ts'
import { sqlitePath } from '../database-url.ts'
import { EXIT } from '../exit-code.ts'
import { openReader } from '../open-store.ts'
import { renderChecks } from '../print/checks.ts'
import { printLine } from '../print/output.ts'

/** The options as typed. */
export interface DoctorFlags {
  readonly full?: boolean
}

/** Prints the findings; returns the exit code: bad data when a check failed. @throws MillraceError NotFound */
export async function doctor(flags: DoctorFlags, { db, isJson, output }: CommandContext): Promise<number> {
  const inspection = await inspectSqlite(sqlitePath(db), { isFull: flags.full ?? false })
  const checks = [...inspection.checks, ...(await checkLeases(db, inspection))]
  const isSound = checks.every(({ status }) => status !== 'fail')
  await printLine(output, isJson ? JSON.stringify({ ok: isSound, checks }) : renderChecks(checks))
  return isSound ? EXIT.done : EXIT.badData
}

/** Not looked at where the schema is another one: opening a reader would upgrade it, and `doctor` alters nothing. */
async function checkLeases(db: string, { isReadable, processes }: Inspection): Promise<readonly Check[]> {
  if (!isReadable) return []
  try {
    await using reader = await openReader(db)
    const leases = await reader.read(leasesByProcess({ at: systemClock.now() }))
    return [judgeLeases(leases, processes)]
  } catch (error) {
    const { message, code } = toMillraceError(error)
    return [{ name: 'leases', status: 'fail', detail: `${message} [${code}]`, advice: null }]
  }
}

function judgeLeases(leases: readonly ProcessLeases[], processes: readonly RegisteredProcess[]): Check {
  const byId = new Map(processes.map((process) => [process.id, process]))
  const isHeld = ({ process, isRegistered, expired }: ProcessLeases) =>
    isRegistered && expired === 0 && byId.get(process)?.isAlive !== false
  const detail = leases.map((one) => describeLeases(one, byId.get(one.process))).join('; ')
  if (leases.every(isHeld))
    return { name: 'leases', status: 'ok', detail: detail || 'no job is in hand', advice: null }
  const advice = 'nothing is lost: the next crawl gives these jobs back'
  return { name: 'leases', status: 'warn', detail, advice }
}

/** A registered process that the inspection did not see has started since. */
function describeLeases(leases: ProcessLeases, holder: RegisteredProcess | undefined): string {
  const { isRegistered, running, expired } = leases
  const hasEnded = !isRegistered || holder?.isAlive === false
  const who = hasEnded ? 'a process that ended' : `process ${holder?.pid ?? 'just started'}`
  return `${running} in hand of ${who}${expired > 0 ? `, ${expired} past their lease` : ''}`
}
