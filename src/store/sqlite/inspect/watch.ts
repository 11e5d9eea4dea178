/** What the processes on one database tell of themselves at this moment, and what is seen of it from outside. */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { MillraceError } from '../../../model/index.ts'
import { publishedFigures, type PublishedFigures } from '../figures/index.ts'
import { isProcessLost, lockHolders, type LockHolders } from '../file/index.ts'

/** One look. */
export interface WatchedStore {
  readonly walBytes: number
  /** Undefined where the system does not say, or nobody has the database open. */
  readonly holders: LockHolders | undefined
  /** Those that live, oldest first. Each tells once a second while it has news. */
  readonly processes: readonly PublishedFigures[]
}

/** Looks at the database at `path`; it is not opened. @throws MillraceError NotFound */
export function watchSqlite(path: string): WatchedStore {
  const file = resolve(path)
  if (!existsSync(file)) {
    throw new MillraceError('NotFound', `expected a Millrace database at ${file}; name another --db`)
  }
  return {
    walBytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    holders: lockHolders(file),
    processes: publishedFigures(file).filter((one) => !isProcessLost(file, one.process)),
  }
}
