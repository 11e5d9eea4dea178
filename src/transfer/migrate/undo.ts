/** Taking a move back. */
import { MillraceError } from '../../model/index.ts'
import type { TargetSide } from '../../store/index.ts'
import { readMark } from './mark.ts'

/**
 * Empties a target: one that is in the middle of a move, or that a move finished and Millrace has not written since.
 * @throws MillraceError NotFound when no move is in it, CannotCreate when it holds what no move brought, Busy
 */
export async function undoMove(target: TargetSide): Promise<void> {
  const { state, mark } = await target.look()
  if (mark === null) {
    const what =
      state === 'data' ? 'holds data that no move brought and was left as it is' : 'has no move in it'
    throw new MillraceError('NotFound', `expected the target of a move, but ${target.name} ${what}`)
  }
  await target.begin({ mark, found: mark, position: readMark(mark).position })
  await target.undo()
}
