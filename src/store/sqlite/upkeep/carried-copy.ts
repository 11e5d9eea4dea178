/**
 * Has a copy carried out by a process that has the database open, and waits for it. Whatever becomes of that process,
 * the waiting ends: with the copy, or with nobody having made it.
 */
import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isMillraceError, newId, systemClock } from '../../../model/index.ts'
import {
  type CopyState,
  isProcessLost,
  liveProcesses,
  postCopyRequest,
  readCopyRequest,
  removeCopyRequest,
  withdrawCopyRequest,
} from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { type ChildCalls, isAborted, stopped } from './child-calls.ts'

const LOOK_MS = 100
/** Processes look for requests once a second; one that waits for the write lock may not. */
const TAKEN_WITHIN_LOOKS = 30
/** Looks without a byte more, after which a carrier is taken to be stopped: 60 s, more than any fsync of a second's bytes. */
const STILL_LOOKS_MAX = 600
/** Looks between two fsyncs of what was written, so that the carrier's last one, which holds up its commits, is short. */
const SYNC_EVERY = 5

/** A copy to be made into the empty file `part`. */
export interface CarriedCopy {
  readonly path: string
  readonly part: string
  /** Inode of `part`. */
  readonly inode: string
  readonly child: ChildCalls
  readonly signal: AbortSignal | undefined
  readonly onBytes: (bytes: number) => void
}

/** The id of the process that made the copy; null when none did, and the file must be made anew. */
export async function carriedCopy(copy: CarriedCopy): Promise<string | null> {
  if (liveProcesses(copy.path).length === 0) return null
  const id = newId(systemClock.now())
  postCopyRequest(copy.path, { id, file: copy.part, inode: copy.inode })
  try {
    return await waitTaken(copy, id)
  } finally {
    removeCopyRequest(copy.path)
  }
}

async function waitTaken(copy: CarriedCopy, id: string): Promise<string | null> {
  for (let look = 0; ; look++) {
    const request = read(copy.path)
    if (request?.carrier != null) return waitDone(copy, request.carrier)
    if (look >= TAKEN_WITHIN_LOOKS || liveProcesses(copy.path).length === 0) {
      if (withdrawCopyRequest(copy.path, id) || look >= 2 * TAKEN_WITHIN_LOOKS) return null
    }
    await pause(copy.signal)
  }
}

async function waitDone(copy: CarriedCopy, carrier: string): Promise<string | null> {
  const seen = { bytes: 0, still: 0 }
  copy.onBytes(0)
  for (let look = 1; ; look++) {
    const request = read(copy.path)
    if (request?.state === 'done') return carrier
    if (request?.state === 'declined' || isProcessLost(copy.path, carrier)) return null
    const bytes = statSync(copy.part).size
    // Nobody removes a request that is waited for; a person may.
    if (request === undefined) seen.still += STILL_LOOKS_MAX / TAKEN_WITHIN_LOOKS
    seen.still = bytes === seen.bytes ? seen.still + 1 : 0
    seen.bytes = bytes
    if (seen.still >= STILL_LOOKS_MAX) return null
    copy.onBytes(bytes)
    if (look % SYNC_EVERY === 0) await copy.child.call('sync', copy.part)
    await pause(copy.signal)
  }
}

/** @throws MillraceError Aborted */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await delay(LOOK_MS)
  if (isAborted(signal)) throw stopped(signal)
}

/** Undefined at an instant at which the other side writes it. */
function read(path: string): CopyState | undefined {
  try {
    return readCopyRequest(path)
  } catch (error) {
    if (isMillraceError(sqliteError(error), 'Busy')) return undefined
    throw error
  }
}
