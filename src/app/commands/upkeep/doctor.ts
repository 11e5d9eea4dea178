/** `doctor`: whether engine, file, schema, leases and history are sound, told without touching anything. */
import { countOrphanedBodies, fingerprintGaps, newestTime } from '../../../crawl/index.ts'
import { leasesByProcess, type ProcessLeases } from '../../../jobs/index.ts'
import { systemClock, toMillraceError } from '../../../model/index.ts'
import type { Check, Inspection, Reader, RegisteredProcess } from '../../../store/index.ts'
import type { DatabaseConfig } from '../../config/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { inspectStore, openReader } from '../../open-store.ts'
import { renderChecks } from '../../print/checks.ts'
import { printLine } from '../../print/output.ts'
import { formatBytes, formatDuration, parseCount } from '../../quantity.ts'

/** The options as typed. */
export interface DoctorFlags {
  readonly full?: boolean
  readonly watch?: boolean
  readonly times?: string
}

/** A stored time may be this far ahead of our clock: another machine's may differ. */
const CLOCK_SKEW_MS = 60_000

/** Prints the findings; returns the exit code: bad data when a check failed. @throws MillraceError NotFound */
export async function doctor(flags: DoctorFlags, context: CommandContext): Promise<number> {
  if (flags.watch === true) {
    const { watchStore } = await import('./doctor-watch.ts')
    const times = flags.times === undefined ? Number.POSITIVE_INFINITY : parseCount(flags.times, '--times', 1)
    return watchStore(times, context)
  }
  const { db, isJson, output } = context
  const inspection = await inspectStore(db, { isFull: flags.full ?? false })
  const checks = [...inspection.checks, ...(await checkContent(db, inspection, flags))]
  const isSound = checks.every(({ status }) => status !== 'fail')
  await printLine(output, isJson ? JSON.stringify({ ok: isSound, checks }) : renderChecks(checks))
  return isSound ? EXIT.done : EXIT.badData
}

/** Not looked at where the schema is another one: opening a reader would upgrade it, and `doctor` alters nothing. */
async function checkContent(
  db: DatabaseConfig,
  { isReadable, processes }: Inspection,
  { full }: DoctorFlags,
): Promise<readonly Check[]> {
  if (!isReadable) return []
  await using reader = await openReader(db)
  const checks = [
    await tried('leases', () => checkLeases(reader, processes)),
    await tried('clock', () => checkClock(reader)),
  ]
  if (full !== true) return checks
  const bodies = await tried('bodies', () => checkBodies(reader))
  return [...checks, bodies, await tried('duplicates', () => checkDuplicates(reader))]
}

async function tried(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check()
  } catch (error) {
    const { message, code } = toMillraceError(error)
    return { name, status: 'fail', detail: `${message} [${code}]`, advice: `see ${code} in docs/errors.md` }
  }
}

async function checkLeases(reader: Reader, processes: readonly RegisteredProcess[]): Promise<Check> {
  const leases = await reader.read(leasesByProcess({ at: systemClock.now() }))
  const byId = new Map(processes.map((process) => [process.id, process]))
  const isHeld = ({ process, isRegistered, expired }: ProcessLeases) =>
    isRegistered && expired === 0 && byId.get(process)?.isAlive !== false
  const detail = leases.map((one) => describeLeases(one, byId.get(one.process))).join('; ')
  if (leases.every(isHeld)) return sound('leases', detail || 'no job is in hand')
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

async function checkClock(reader: Reader): Promise<Check> {
  const ahead = ((await newestTime(reader)) ?? 0) - systemClock.now()
  if (ahead <= CLOCK_SKEW_MS) return sound('clock', 'no stored time is ahead of this clock')
  const detail = `the newest stored time is ${formatDuration(ahead)} ahead of this machine's clock`
  const advice = 'set the clock right: until then what is due later, and leases, wait too long'
  return { name: 'clock', status: 'warn', detail, advice }
}

async function checkBodies(reader: Reader): Promise<Check> {
  const { count, bytes } = await countOrphanedBodies(reader)
  if (count === 0) return sound('bodies', 'every raw body belongs to a page or a document')
  const detail = `${count} raw bodies (${formatBytes(bytes)}) belong to no page and no document`
  const advice = 'they only take space; please report how they came about'
  return { name: 'bodies', status: 'warn', detail, advice }
}

async function checkDuplicates(reader: Reader): Promise<Check> {
  const { without, waiting, astray } = await fingerprintGaps(reader)
  const name = 'duplicates'
  if (astray > 0) {
    const advice = 'exports may name a wrong cluster; please report how it came about'
    return { name, status: 'fail', detail: `${astray} fingerprints have no document or no cluster`, advice }
  }
  if (without + waiting === 0) return sound(name, 'every document has its fingerprint, and that its cluster')
  const detail = `${without} documents have no fingerprint yet, ${waiting} fingerprints no cluster`
  return { name, status: 'warn', detail, advice: '`millrace duplicates` makes them' }
}

function sound(name: string, detail: string): Check {
  return { name, status: 'ok', detail, advice: null }
}
