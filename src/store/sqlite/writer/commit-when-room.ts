/** A batch on a disk that may be full: waited for, where that was asked for, without changing the order of the units. */
import type { MillraceError } from '../../../model/index.ts'
import type { RoomWait } from '../disk/index.ts'
import { fromErrorMessage } from '../../../threads/index.ts'
import { noTimes, type Batch, type BatchReport, type Outcome } from '../../queue/index.ts'
import type { BatchCommitter } from './batch.ts'

/** A full disk refuses all of a batch from some unit on, so what is tried again is a tail and keeps its order. */
export function commitWhenRoom(committer: BatchCommitter, room: RoomWait, batch: Batch): BatchReport {
  const settled: Outcome[] = []
  let refused: readonly Outcome[] = []
  let isInDoubt = false
  let times = noTimes()
  room.run(() => {
    const report = committer.commit({ ...batch, tapes: batch.tapes.slice(settled.length) })
    times = report.times
    const { outcomes } = report
    const fitting = outcomes.findIndex((outcome) => fullOf(outcome) !== undefined)
    settled.push(...outcomes.slice(0, fitting < 0 ? outcomes.length : fitting))
    refused = fitting < 0 ? [] : outcomes.slice(fitting)
    const full = fullOf(refused[0])
    isInDoubt ||= full?.applied === 'unknown'
    return full
  })
  return { outcomes: [...settled, ...(isInDoubt ? refused.map(doubted) : refused)], times }
}

function doubted(outcome: Outcome): Outcome {
  return 'error' in outcome ? { error: { ...outcome.error, applied: 'unknown' } } : outcome
}

function fullOf(outcome: Outcome | undefined): MillraceError | undefined {
  if (outcome === undefined || !('error' in outcome) || outcome.error.code !== 'DiskFull') return undefined
  return fromErrorMessage(outcome.error)
}
