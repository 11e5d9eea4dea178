/**
 * The thread that owns this process's only write connection. It may wait for the lock and the disk as long as it
 * takes, because nobody's event loop runs here.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { RoomWait } from '../disk/index.ts'
import { holdNamedLock, type ProcessLock, sleepMs } from '../file/index.ts'
import { serveThread } from '../../../threads/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import type { Batch, BatchReport } from '../../queue/index.ts'
import { commitWhenRoom } from './commit-when-room.ts'
import { Peers } from './peers.ts'
import { closeConnection, openConnection, type WriteConnection } from './write-connection.ts'
import type { WriterData } from './writer-data.ts'

/** How long the lock is left alone after a batch when others may want it: about what their wait sleeps. */
const YIELD_MS = 1

const data = workerData as WriterData
const peers = new Peers(data)
const held = new Map<string, ProcessLock>()
const room = new RoomWait(data.gate, (notice) => parentPort?.postMessage({ notice }))
let opened: WriteConnection | undefined

serveThread(
  {
    open() {
      opened = openConnection(data)
    },
    commit: (batch: Batch) => inHand().carrier.turn(() => commit(batch)),
    hold: (name: string) => void held.set(name, holdNamedLock(data.path, name)),
    letGo: (name: string) => letGo(name),
    lost: () => peers.lost(usable().db),
    forget: (id: string) => peers.forget(id, usable(), room),
    close: () => close(),
  },
  sqliteError,
)

function commit(batch: Batch): BatchReport {
  const report = commitWhenRoom(inHand().committer, room, batch)
  if (peers.alive > 0) sleepMs(YIELD_MS * Math.random())
  return report
}

function inHand(): WriteConnection {
  if (opened === undefined) throw new Error('the store is not open')
  return opened
}

/** @throws MillraceError what the connection was given up for */
function usable(): WriteConnection {
  inHand().stop.check()
  return inHand()
}

function letGo(name: string): void {
  held.get(name)?.release()
  held.delete(name)
}

async function close(): Promise<void> {
  await opened?.carrier.stop()
  if (opened === undefined) return
  const closing = opened
  opened = undefined
  try {
    closeConnection(closing, data.process.id)
  } finally {
    for (const name of held.keys()) letGo(name)
  }
}
