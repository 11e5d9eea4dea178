/** The store contract over a writer thread, its queue and the readers. */
import { statSync } from 'node:fs'
import { type Clock, sha256 } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import { encodeUnit, type Catalog } from '../../catalog.ts'
import type { LostProcess, Store } from '../../contract.ts'
import { toPortable } from '../../portable-text.ts'
import type { RoomPause } from '../disk/index.ts'
import { type Notice, Pulse, StoreWatch, Watchdog } from '../figures/index.ts'
import { lockHolders } from '../file/index.ts'
import { ReaderPool, runSql } from '../reader/index.ts'
import type { ThreadCalls } from '../../../threads/index.ts'
import { type BatchReport, type QueueLimits, receiptOf, WriteQueue } from '../../queue/index.ts'
import { closeOnce, readerOver } from '../../reading/index.ts'
import type { WriterData } from '../writer/index.ts'

/** What a store is made of. */
export interface StoreParts {
  readonly path: string
  readonly catalog: Catalog
  readonly clock: Clock
  readonly writer: ThreadCalls
  readonly data: Pick<WriterData, 'process' | 'pulse'>
  readonly pause: RoomPause
  readonly limits: QueueLimits
  readonly onNotice: (notice: Notice) => void
}

/** The store; closing it ends the threads. */
export function storeOver(parts: StoreParts): Store {
  const { path, catalog, clock, writer, pause } = parts
  const meter = new Meter()
  const send = (batch: unknown) => writer.call('commit', batch) as Promise<BatchReport>
  const limits = { ...parts.limits, isPaused: () => pause.isOn }
  const queue = new WriteQueue({ send, clock, limits, meter })
  const pool = new ReaderPool(path, catalog, { meter })
  const watch = watchStore(parts, meter, pool)
  const close = closeOnce(async () => {
    pause.refuse()
    await queue.drain()
    await pool.close()
    await watch.stop()
    try {
      await writer.call('close')
    } finally {
      await writer.stop()
    }
  })
  return {
    ...readerOver({ pool, sql: (text, deadlineMs) => runSql(path, text, deadlineMs), meter, close }),
    process: parts.data.process.id,
    async commit(unit, commitOptions) {
      const applied = await queue.add(encodeUnit(catalog, unit), commitOptions?.signal)
      return receiptOf(catalog, unit, applied)
    },
    async hold(name) {
      // Its portable form, because a digest is of UTF-8, where all lone surrogates are one.
      const lock = sha256(toPortable(name))
      await writer.call('hold', lock)
      return {
        async [Symbol.asyncDispose]() {
          await writer.call('letGo', lock)
        },
      }
    },
    lostProcesses: () => writer.call('lost') as Promise<readonly LostProcess[]>,
    async forgetProcess(lost) {
      await writer.call('forget', lost)
    },
  }
}

function watchStore(
  { path, catalog, clock, data, onNotice }: StoreParts,
  meter: Meter,
  pool: ReaderPool,
): StoreWatch {
  const pulse = new Pulse(data.pulse)
  meter.level('wal.bytes', () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  const watchdog = new Watchdog({
    beat: () => pulse.read(),
    commandName: (index) => catalog.compiled[index]?.name ?? 'none',
    oldestReadMs: () => pool.oldestMs,
    holders: () => lockHolders(path),
  })
  return new StoreWatch({ path, process: data.process, clock, meter, watchdog, onNotice })
}
