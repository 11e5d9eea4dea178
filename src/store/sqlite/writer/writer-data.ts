/** What the writer thread is given: plain data and memory that both sides see. */
import type { Compiled } from '../../catalog.ts'
import type { RoomGate } from '../disk/index.ts'
import type { PulseMemory } from '../figures/index.ts'
import type { BatchBounds } from './batch.ts'

/** What the writer is started with. */
export interface WriterData {
  readonly path: string
  readonly compiled: readonly Compiled[]
  readonly process: {
    readonly id: string
    readonly pid: number
    readonly host: string
    readonly command: string
  }
  readonly now: number
  readonly bounds: BatchBounds & {
    /** Bytes of the write-ahead log from which on readers are waited for, so that it begins anew. */
    readonly logBytesMax: number
  }
  /** Where it shows what it does. */
  readonly pulse: PulseMemory
  /** Pages in the log from which on a commit also moves it into the file. */
  readonly checkpointPages: number
  /** Where a full disk is waited for; without it, a full disk refuses. */
  readonly gate: RoomGate | undefined
}
