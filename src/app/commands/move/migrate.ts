/** `migrate` and `verify`: a store moved, or compared, told while it happens and summed up at its end. */
import { isMillraceError, MillraceError, systemClock, toMillraceError } from '../../../model/index.ts'
import type { SourceSide } from '../../../store/index.ts'
import { move, type MoveReport, type MoveWorld, undoMove, verify } from '../../../transfer/index.ts'
import type { DatabaseConfig } from '../../config/index.ts'
import type { CommandContext } from '../../context.ts'
import { openSource, openTarget } from '../../database/open-sides.ts'
import { passwordByCommand } from '../../database/password-command.ts'
import { EXIT } from '../../exit-code.ts'
import { printLine, say } from '../../print/output.ts'
import { stopOnSignal } from '../stop-on-signal.ts'
import { describeReport, type ReportKind } from './move-report.ts'
import { showMove } from './move-progress.ts'

/** The options as typed. */
export interface MoveFlags {
  readonly from?: string
  readonly to?: string
  readonly tables?: string
  readonly dryRun?: boolean
  readonly undo?: boolean
  readonly fromPasswordCommand?: string
  readonly toPasswordCommand?: string
}

const EXITS: Readonly<Record<MoveReport['outcome'], number>> = {
  equal: EXIT.done,
  ready: EXIT.done,
  different: EXIT.badData,
  refused: EXIT.badData,
  interrupted: EXIT.again,
}

/** Moves, or takes a move back; returns the exit code. @throws MillraceError as the move does */
export async function migrate(flags: MoveFlags, context: CommandContext): Promise<number> {
  const to = sideOf('to', flags, context)
  if (flags.undo === true) return undo(to, flags, context)
  const from = sideOf('from', flags, context)
  demandTwo(from, to)
  await using source = disposable(await opened('from', openSource(from)))
  await using target = disposable(await opened('to', openTarget(to)))
  return await told('move', context, (world) =>
    move({ ...world, tables: tablesOf(flags), source, target, isDryRun: flags.dryRun ?? false }),
  )
}

/** Compares; returns the exit code. @throws MillraceError as the comparison does */
export async function verifyStores(flags: MoveFlags, context: CommandContext): Promise<number> {
  const [from, to] = [sideOf('from', flags, context), sideOf('to', flags, context)]
  demandTwo(from, to)
  await using one = disposable<SourceSide>(await opened('from', openSource(from)))
  await using other = disposable<SourceSide>(await opened('to', openSource(to)))
  return await told('comparison', context, (world) =>
    verify({ ...world, tables: tablesOf(flags), from: one, to: other }),
  )
}

async function undo(to: DatabaseConfig, flags: MoveFlags, context: CommandContext): Promise<number> {
  if (flags.from !== undefined || flags.tables !== undefined || flags.dryRun === true)
    throw new MillraceError('Usage', '--undo: expected nothing beside --to')
  await using target = disposable(await opened('to', openTarget(to)))
  await undoMove(target)
  if (context.isJson) await printLine(context.output, JSON.stringify({ outcome: 'undone', to: target.name }))
  else say(context.output, `emptied: ${target.name}`)
  return EXIT.done
}

type Told = Omit<MoveWorld, 'tables'>

async function told(
  kind: ReportKind,
  context: CommandContext,
  run: (world: Told) => Promise<MoveReport>,
): Promise<number> {
  const { output, isJson } = context
  const startedAt = performance.now()
  using stop = stopOnSignal()
  const shown = showMove(context)
  let report: MoveReport
  try {
    report = await run({ clock: systemClock, signal: stop.signal, onProgress: (made) => shown.tell(made) })
  } catch (error) {
    throw kind === 'move' && isMillraceError(error, 'StoreUnreachable') ? cutOff(error) : error
  } finally {
    shown.stop()
  }
  const seconds = Math.round(performance.now() - startedAt) / 1000
  if (isJson) await printLine(output, JSON.stringify({ ...report, seconds }))
  else if (!output.isQuiet || report.outcome !== 'equal')
    await printLine(output, describeReport(kind, report, seconds))
  return EXITS[report.outcome]
}

/** A side went away in the midst of a move. */
function cutOff({ code, message, facts, cause }: MillraceError): MillraceError {
  const advice = 'nothing is lost: run the same command again, which goes on where it was'
  return new MillraceError(code, `${message}; ${advice}`, { cause, facts })
}

/** A password that the configuration has for the same URL is taken; one for another URL is not. */
function sideOf(side: 'from' | 'to', flags: MoveFlags, { config }: CommandContext): DatabaseConfig {
  const url = flags[side]
  if (url === undefined) throw new MillraceError('Usage', `expected a database: --${side} URL`)
  const command = flags[`${side}PasswordCommand`]
  if (command !== undefined) return { url, password: passwordByCommand(command) }
  const { db } = config
  return typeof db === 'object' && db.url === url ? db : { url }
}

/** Says of which side it is when it can not be opened. */
async function opened<Side>(side: 'from' | 'to', opening: Promise<Side>): Promise<Side> {
  try {
    return await opening
  } catch (error) {
    const { code, message, facts } = toMillraceError(error)
    throw new MillraceError(code, `--${side}: ${message}`, { cause: error, applied: 'no', facts })
  }
}

function demandTwo(from: DatabaseConfig, to: DatabaseConfig): void {
  if (from.url !== to.url) return
  throw new MillraceError('Usage', 'expected two databases: --from and --to are the same')
}

function tablesOf({ tables }: MoveFlags): readonly string[] | null {
  if (tables === undefined) return null
  const names = tables.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new MillraceError('Usage', `--tables: expected names with commas between, got "${tables}"`)
}

function disposable<Side extends { close(): Promise<void> }>(side: Side): Side & AsyncDisposable {
  return Object.assign(side, { [Symbol.asyncDispose]: () => side.close() })
}
