/**
 * upkeep: turns a database into one whole copy of it, a copy into a database, and a database into a smaller one. It
 * promises that a name is given to a whole, checked file or to none, whoever is killed at whatever instant; that writers
 * go on while a copy is made; and that what others have open is not replaced. It never opens a database's files in a
 * process that holds connections: files are handled by a process of their own (upkeep-child.ts).
 */
import type { Upkeep } from '../../contract.ts'
import { backupSqlite, restoreSqlite } from './backup.ts'
import { type CompactTarget, compactSqlite } from './compact.ts'

/** The upkeep of the database at a path; the definitions are for the units that `compact` is given. */
export function sqliteUpkeep({ path, definitions }: CompactTarget): Upkeep {
  return {
    backup: (to, options) => backupSqlite(path, to, options),
    restore: (from, options) => restoreSqlite(path, from, options),
    compact: (units, options) => compactSqlite({ path, definitions }, units, options?.signal),
  }
}
