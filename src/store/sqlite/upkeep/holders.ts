/** Who is at work on a database, by the locks on the side files; the rows say their pid and command. */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { liveProcesses, openForReading } from '../file/index.ts'

/** Each living process but one as `PID (COMMAND)`; one whose row can not be read, by its id. */
export function livingHolders({ path, but }: { path: string; but?: string }): readonly string[] {
  const ids = liveProcesses(path).filter((id) => id !== but)
  if (ids.length === 0) return []
  const names = namesOf(path)
  return ids.map((id) => names.get(id) ?? `process ${id}`)
}

/** The refusal that names them. */
export function heldBy(path: string, holders: readonly string[]): MillraceError {
  const who = holders.length === 0 ? 'somebody' : holders.join(', ')
  const message = `expected nobody at work on ${path}, but it is open in ${who}; end that, or let it finish`
  return new MillraceError('Busy', message, { facts: { holders: who } })
}

function namesOf(path: string): ReadonlyMap<string, string> {
  try {
    using db = openForReading(path)
    return new Map(
      rows(db).map((row) => [String(row['id']), `${String(row['pid'])} (${String(row['command'])})`]),
    )
  } catch {
    // The file is damaged or half-made, and its rows are not to be had: their ids still name the processes.
    return new Map()
  }
}

function rows(db: DatabaseSync) {
  return db.prepare('SELECT id, pid, command FROM processes').all()
}
