/** Compacting: the file written anew by VACUUM, in place, when nobody else has it open. */
import { dirname } from 'node:path'
import type { Compaction, Unit } from '../../contract.ts'
import type { Definition } from '../../declare.ts'
import { checkEngine, liveProcesses } from '../file/index.ts'
import { openSqlite } from '../open/index.ts'
import { holdUpkeep } from './backup.ts'
import { ChildCalls } from './child-calls.ts'
import { checkOrigin, checkRoom, databaseBytes } from './copy-target.ts'
import { heldBy } from './holders.ts'

/** What is compacted, and how it is opened. */
export interface CompactTarget {
  readonly path: string
  readonly definitions: readonly Definition[]
}

/**
 * Others that open it meanwhile see this process at work, and wait for the write lock as they always do. @throws
 * MillraceError as Upkeep.compact says
 */
export async function compactSqlite(
  { path, definitions }: CompactTarget,
  units: readonly Unit[] = [],
  signal?: AbortSignal,
): Promise<Compaction> {
  checkEngine()
  const origin = checkOrigin(path)
  using _lock = holdUpkeep(origin)
  using child = new ChildCalls(origin, signal)
  const bytesBefore = databaseBytes(origin)
  // One copy in SQLite's temporary file, one in the log.
  checkRoom(dirname(origin), 2 * bytesBefore, `compacting ${origin}`)
  await demandNobody(child, origin)
  {
    await using store = await openSqlite({ path: origin, definitions, command: 'compact' })
    await demandNobody(child, origin, store.process)
    for (const unit of units) await store.commit(unit)
    await child.call('vacuum', origin)
  }
  return { bytesBefore, bytesAfter: databaseBytes(origin) }
}

async function demandNobody(child: ChildCalls, path: string, own?: string): Promise<void> {
  if (liveProcesses(path).every((id) => id === own)) return
  const holders = await child.call('holders', { path, ...(own === undefined ? {} : { but: own }) })
  // Whoever ended in between is nobody.
  if (holders.length > 0) throw heldBy(path, holders)
}
