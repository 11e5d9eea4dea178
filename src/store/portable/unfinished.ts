/** What is said of a database that is in the middle of a move, by every backend that is asked to open it. */
import { MillraceError } from '../../model/index.ts'

/** The refusal; `name` is the database as a person knows it. */
export function moveUnfinished(name: string): MillraceError {
  const message = `${name} is the target of a move that is not finished; run the same \`millrace migrate\` again, which goes on, or \`millrace migrate --undo --to ${name}\`, which empties it`
  return new MillraceError('MoveUnfinished', message)
}

/** The refusal of a target in which another move went on between the look at it and its lock. */
export function movedOn(name: string): MillraceError {
  const message = `another move into ${name} was at work until just now; it was left as it is: run the same command again`
  return new MillraceError('Busy', message)
}
