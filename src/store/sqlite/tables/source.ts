/** A file as the source of a move, or read back as its target: calls to the thread that reads it. */
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { MillraceError } from '../../../model/index.ts'
import { moduleBeside, ThreadCalls } from '../../../threads/index.ts'
import { closeOnce } from '../../reading/index.ts'
import type {
  Chunk,
  KeyRange,
  Rows,
  SourceSide,
  TableShape,
  TableSize,
  Touched,
} from '../../portable/index.ts'
import type { SourceData } from './source-thread.ts'
import { checkEngine, inspectFile, liveProcesses } from '../file/index.ts'

/**
 * Opens a file that exists. It is only read, in a thread of its own.
 * @throws MillraceError NotFound, ForeignDatabase, EngineTooOld, NoPermission, Corrupt
 */
export async function openSqliteSource(file: string): Promise<SourceSide> {
  checkEngine()
  const path = resolve(file)
  if (!existsSync(path) || inspectFile(path) === 'none') {
    throw new MillraceError('NotFound', `expected a Millrace database at ${path}; check the name`)
  }
  return sourceOver({ path: realpathSync(path), isTarget: false })
}

/** Rows that are read live for an instant; V8 would let many more of them pile up. */
const YOUNG_MB = 4

/** A file that is there. */
export function sourceOver(data: SourceData): SourceSide {
  const { path } = data
  const thread = new ThreadCalls(moduleBeside(import.meta.url, 'source-thread'), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  const name = `sqlite:${path}`
  return {
    name,
    kind: 'sqlite',
    identity: async () => `${name} made at ${String(await thread.call('identity'))}`,
    tables: () => thread.call('tables') as Promise<readonly TableShape[]>,
    size: (table) => thread.call('size', table) as Promise<TableSize>,
    position: () => thread.call('position') as Promise<number>,
    writers: async () => liveProcesses(path).length,
    leases: () => thread.call('leases') as Promise<number>,
    touchedAfter: (position, limit) => thread.call('touchedAfter', { position, limit }) as Promise<Touched>,
    read: (table: string, range: KeyRange) => thread.call('read', { table, range }) as Promise<Chunk>,
    digest: (table: string, range: KeyRange) => thread.call('digest', { table, range }) as Promise<Chunk>,
    digestAll: (table: string, range: KeyRange) =>
      thread.call('digestAll', { table, range }) as Promise<Chunk>,
    readIds: (table, column, ids) => thread.call('readIds', { table, column, ids }) as Promise<Rows>,
    close: closeOnce(async () => {
      try {
        if (!thread.isDead) await thread.call('close')
      } finally {
        await thread.stop()
      }
    }),
  }
}
