/**
 * A move from its beginning to its proof:
 *
 *   look at every row -> copy -> catch up until the source stands still -> compare -> complete -> finished
 *                                  ^_______________ the source went on _______________|
 *
 * Each arrow is committed in the target with the rows it is about. Whoever is killed anywhere, the same call goes on.
 */
import { isMillraceError, MillraceError } from '../../model/index.ts'
import type { KeyRange, TableShape } from '../../store/index.ts'
import { demandSame, tablesAsked } from './agree.ts'
import { checkGoingOn } from './chunks.ts'
import { type Comparison, compareTables, rootOf } from './prove/index.ts'
import { catchUp, copyAgain, copyTables } from './copy/index.ts'
import { type KeptMark, type Mark, readMark, writeMark } from './mark.ts'
import { preflight } from './look/index.ts'
import type { MoveReport } from './report.ts'
import type { MoveRequest } from './request.ts'

/** What stays the same during one call. */
interface Moving extends MoveRequest {
  readonly shapes: readonly TableShape[]
  /** Whether these are all tables there are. */
  readonly isWhole: boolean
}

/**
 * Moves, or goes on with what an earlier call began. Again, on a pair that is equal: compares and changes nothing.
 * @throws MillraceError Usage, CannotCreate when the target holds other data, Busy, Aborted, SchemaChanged, BadInput,
 *   and as the sides do
 */
export async function move(request: MoveRequest): Promise<MoveReport> {
  const { source, target, isDryRun } = request
  const shapes = await tablesAsked(source, request.tables)
  const isWhole = request.tables === null || shapes.length === (await source.tables()).length
  const moving: Moving = { ...request, shapes, isWhole }
  const found = await target.look()
  if (found.state === 'data') throw holdsData(target.name)
  const known = found.mark === null ? undefined : readMark(found.mark)
  if (known !== undefined) await demandOrigin(moving, known)
  const looked =
    known === undefined || isDryRun ? await preflight(source, shapes, target.kind, request) : null
  if (looked !== null && looked.trapCount > 0) return ended(moving, { outcome: 'refused', preflight: looked })
  if (isDryRun) return ended(moving, { outcome: 'ready', preflight: looked })
  if (found.state === 'moved' && known !== undefined && (await isUnmoved(moving, known)))
    return await compareAgain(moving, known)
  const mark = known ?? (await newMark(moving))
  await target.begin({ mark: writeMark(mark), found: found.mark, position: mark.position })
  demandSame(shapes, await target.reading().tables())
  return await proceed(moving, mark, { preflight: looked, isResumed: known !== undefined })
}

/** Whether a finished move has nothing to go on with. */
async function isUnmoved({ source, target }: Moving, mark: Mark): Promise<boolean> {
  const [from, to] = [await source.position(), await target.reading().position()]
  return from === mark.position && to === mark.position
}

/** Looks whether it is still as it was when it was finished. */
async function compareAgain(moving: Moving, mark: Mark): Promise<MoveReport> {
  const sides = { from: moving.source, to: moving.target.reading() }
  const at = moving.clock.now()
  const found = await compareTables(sides, moving.shapes, moving)
  const lastEqual = isAllEqual(found) ? { position: mark.position, at } : mark.lastEqual
  return reportOf(moving, { ...mark, lastEqual }, found, { isResumed: true, isFinished: true })
}

async function proceed(moving: Moving, begun: Mark, more: Partial<MoveReport>): Promise<MoveReport> {
  const kept: KeptMark = { mark: { ...begun, root: null } }
  const told = () => ({ ...more, rowsCopied: rowsIn(kept.mark) - rowsIn(begun) })
  try {
    await copyTables(moving, moving.shapes, kept, moving)
    for (;;) {
      const found = await settle(moving, kept)
      if (found === undefined) continue
      if (!isAllEqual(found) || !moving.isWhole) return reportOf(moving, kept.mark, found, told())
      if (await finish(moving, kept, found))
        return reportOf(moving, kept.mark, found, { ...told(), isFinished: true })
    }
  } catch (error) {
    if (!isMillraceError(error, 'Aborted')) throw error
    return ended(moving, { ...told(), outcome: 'interrupted', lastEqual: kept.mark.lastEqual })
  }
}

/** Catches up and compares; undefined when the source went on meanwhile. */
async function settle(moving: Moving, kept: KeptMark): Promise<Comparison | undefined> {
  const { source, target } = moving
  await catchUp(moving, kept, moving)
  const repair = (shape: TableShape, range: KeyRange) => copyAgain(moving, kept, shape, range)
  const sides = { from: source, to: target.reading(), repair }
  const found = await compareTables(sides, moving.shapes, moving)
  return (await source.position()) === kept.mark.position ? found : undefined
}

/** Makes the target a database to work with; false when the source went on meanwhile. */
async function finish(moving: Moving, kept: KeptMark, found: Comparison): Promise<boolean> {
  await completeTarget(moving)
  if ((await moving.source.position()) !== kept.mark.position) return false
  const lastEqual = { position: kept.mark.position, at: moving.clock.now() }
  kept.mark = { ...kept.mark, lastEqual, root: rootOfAll(found) }
  await moving.target.finish(writeMark(kept.mark))
  return true
}

async function completeTarget(moving: Moving): Promise<void> {
  const tell = (what: string) => moving.onProgress({ step: 'completing', what, rows: 0, rowsTotal: 0 })
  try {
    await moving.target.complete(tell, moving.signal)
  } catch (error) {
    checkGoingOn(moving.signal)
    throw error
  }
}

async function newMark({ source, clock }: Moving): Promise<Mark> {
  const position = await source.position()
  return {
    version: 1,
    source: await source.identity(),
    startedAt: clock.now(),
    position,
    copied: {},
    lastEqual: null,
    root: null,
  }
}

/** A move goes on from the database it began with. @throws MillraceError BadInput */
async function demandOrigin({ source, target }: Moving, mark: Mark): Promise<void> {
  const identity = await source.identity()
  if (identity === mark.source) return
  const message = `expected ${mark.source} as the source, because the move into ${target.name} began with it, got ${identity}; name that one, or empty the target with \`millrace migrate --undo --to ${target.name}\``
  throw new MillraceError('BadInput', message)
}

function holdsData(name: string): MillraceError {
  const message = `expected an empty database, or none, as the target, but ${name} holds data that no move brought; it was left as it is: choose another --to, or compare the two with \`millrace verify\``
  return new MillraceError('CannotCreate', message)
}

function isAllEqual({ tables }: Comparison): boolean {
  return tables.every(({ rootFrom, rootTo }) => rootFrom === rootTo)
}

function rootOfAll({ tables }: Comparison): string {
  return rootOf(tables.map(({ table, rootFrom }) => ({ table, root: rootFrom })))
}

function rowsIn(mark: Mark): number {
  return Object.values(mark.copied).reduce((sum, { rows }) => sum + rows, 0)
}

function reportOf(moving: Moving, mark: Mark, found: Comparison, more: Partial<MoveReport>): MoveReport {
  const isEqual = isAllEqual(found)
  if (!isEqual && found.differenceCount === 0) throw movedMeanwhile()
  return ended(moving, {
    ...more,
    ...found,
    outcome: isEqual ? 'equal' : 'different',
    root: isEqual && moving.isWhole ? rootOfAll(found) : null,
    lastEqual: mark.lastEqual,
  })
}

/** Digests differed, and the rows behind them did not any more. */
export function movedMeanwhile(): MillraceError {
  return new MillraceError(
    'Busy',
    'a side was written while it was compared; end whoever writes, and run it again',
  )
}

/** A report with what was found; whatever was not looked at is empty. */
export function ended(
  {
    source,
    target,
  }: { readonly source: { readonly name: string }; readonly target: { readonly name: string } },
  found: Partial<MoveReport> & Pick<MoveReport, 'outcome'>,
): MoveReport {
  return {
    from: source.name,
    to: target.name,
    root: null,
    tables: [],
    differences: [],
    differenceCount: 0,
    preflight: null,
    rowsCopied: 0,
    lastEqual: null,
    isResumed: false,
    isFinished: false,
    ...found,
  }
}
