/** What is said of a database that is in the middle of a move, by every backend that is asked to open it. */
import { MillraceError } from '../../model/index.ts'

/** The refusal; `name` is the database as a person knows it. */
export function moveUnfinished(name: string): MillraceError {
  const message = `${name} is the target of a move that is not finished; run the same \`millrace migrate\` again, which goes on, or \`millrace migrate --undo --to ${name}\`, which empties it`
  return new MillraceError('MoveUnfinished', message)
}
