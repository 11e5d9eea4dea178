/** Two stores compared, neither of them written. */
import { demandSame, tablesAsked } from './agree.ts'
import { ended, movedMeanwhile } from './move.ts'
import type { MoveReport } from './report.ts'
import type { VerifyRequest } from './request.ts'
import { compareTables, rootOf } from './prove/index.ts'

/**
 * Compares. A difference that comes of a side being written meanwhile is not told as one.
 * @throws MillraceError Usage, Busy when a side was written meanwhile, Aborted, SchemaChanged, and as the sides do
 */
export async function verify(request: VerifyRequest): Promise<MoveReport> {
  const { from, to } = request
  const shapes = await tablesAsked(from, request.tables)
  const all = await from.tables()
  demandSame(shapes, await to.tables())
  const before = [await from.position(), await to.position()]
  const found = await compareTables({ from, to }, shapes, request)
  const isEqual = found.tables.every(({ rootFrom, rootTo }) => rootFrom === rootTo)
  const isMoved = before[0] !== (await from.position()) || before[1] !== (await to.position())
  if (!isEqual && (isMoved || found.differenceCount === 0)) throw movedMeanwhile()
  const root = rootOf(found.tables.map(({ table, rootFrom }) => ({ table, root: rootFrom })))
  const position = before[0] ?? 0
  return ended(
    { source: from, target: to },
    {
      ...found,
      outcome: isEqual ? 'equal' : 'different',
      root: isEqual && shapes.length === all.length ? root : null,
      lastEqual: isEqual ? { position, at: request.clock.now() } : null,
    },
  )
}
