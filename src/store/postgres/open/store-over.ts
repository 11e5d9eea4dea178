/** The store contract over the connections of this process. */
import type { Clock } from '../../../model/index.ts'
import type { Meter } from '../../../observe/index.ts'
import { watchLoopDelay } from '../../../observe/index.ts'
import { encodeUnit, type Catalog } from '../../catalog.ts'
import type { Store } from '../../contract.ts'
import type { PlainWrite } from '../../declare.ts'
import { receiptOf, WriteQueue, type QueueLimits } from '../../queue/index.ts'
import { closeOnce, readerOver } from '../../reading/index.ts'
import type { Connector } from '../connect/index.ts'
import type { ReadPool } from '../pool/index.ts'
import type { Keeper } from '../processes/index.ts'
import { type OwnProcess } from '../processes/index.ts'
import { QueryReader, runPersonSql } from '../reader/index.ts'
import { BatchWriter, WriteSession } from '../writer/index.ts'

/** What a store is made of. */
export interface StoreParts {
  readonly connector: Connector
  readonly pool: ReadPool
  readonly catalog: Catalog
  readonly plain: ReadonlyMap<number, PlainWrite>
  readonly clock: Clock
  readonly meter: Meter
  readonly own: OwnProcess
  readonly keeper: Keeper
  readonly limits: QueueLimits
  readonly changesKept: number
  readonly retryWindowMs: number
}

const FIGURES_MS = 1_000

/** The store; closing it ends its connections. */
export function storeOver(parts: StoreParts): Store {
  const { connector, pool, catalog, clock, meter, own, keeper } = parts
  const session = new WriteSession(connector, own.id)
  const writer = writerOver(parts, session)
  const queue = new WriteQueue({ send: (batch) => writer.commit(batch), clock, limits: parts.limits, meter })
  const reader = new QueryReader(catalog, pool)
  const stopFigures = keepFigures(meter)
  const close = closeOnce(async () => {
    await queue.drain()
    await reader.close()
    stopFigures()
    await Promise.all([pool.close(), session.close(), keeper.close()])
    await connector.close()
  })
  const sql = (text: string, deadlineMs: number) => runPersonSql(connector, text, deadlineMs)
  return {
    ...readerOver({ pool: reader, sql, meter, close }),
    process: own.id,
    async commit(unit, options) {
      const applied = await queue.add(encodeUnit(catalog, unit), options?.signal)
      return receiptOf(catalog, unit, applied)
    },
    hold: (name) => keeper.hold(name),
    lostProcesses: () => keeper.lostProcesses(),
    forgetProcess: (id) => keeper.forget(id),
  }
}

function writerOver(
  { catalog, plain, changesKept, retryWindowMs, meter }: StoreParts,
  session: WriteSession,
) {
  const onRetry = (code: string): void => meter.count(`write.retries.${code}`)
  return new BatchWriter({ session, compiled: catalog.compiled, plain, changesKept, retryWindowMs, onRetry })
}

/** Ends each second's window of figures, as the watch of a file does. It never keeps the process alive. */
function keepFigures(meter: Meter): () => void {
  const loopDelay = watchLoopDelay()
  meter.spread('loop.delay_ms', () => loopDelay.take())
  const timer = setInterval(() => meter.turn(), FIGURES_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    loopDelay[Symbol.dispose]()
  }
}
