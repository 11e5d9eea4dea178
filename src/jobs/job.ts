/**
 * The job row and what can happen to it.
 *
 *   scheduled --due--> available --claim--> running --complete--> completed (or removed)
 *       ^                  ^                  |  |--retry-------> retryable --due--> available
 *       |                  |--release/rescue--|  |--bury--------> dead --redrive--> available
 *       |---------------------wait------------|  cancel, from any open state --> cancelled
 *
 * A job that was in hand in CRASHES_SUSPECT crashes is a suspect: it may be what ends the process. It is never available;
 * it stays scheduled or retryable when it is due, and is claimed from there only by a process that has nothing else in
 * hand, which then claims nothing beside it. So whatever crash comes next is its own, and no other job is charged.
 *
 * Every claim, rescue and cancel raises the epoch; a settle names the epoch it was claimed with, so a try that was
 * given up can never settle a job again. Time is a parameter everywhere: no statement asks the database for it.
 */
import { table, type Shape, type Values } from '../store/index.ts'

/** In how many crashes a job must have been in hand before it is claimed singly. */
export const CRASHES_SUSPECT = 3
/** In how many crashes it must have been alone to be taken for their cause: the next claim buries it. */
export const CRASHES_ALONE_MAX = 10

/** What makes a dead job as good as new, but for its attempts on record; its epoch fences whatever tries there were. */
export const revived = `state = 'available', attempts = 0, waits = 0, crashes = 0, crashes_alone = 0, epoch = jobs.epoch + 1,
  due_at = :now, finished_at = NULL, position = :position`

/**
 * That a job is one of a bounded SELECT of ids. For Postgres as a list that is made first: it takes the few jobs by their
 * ids then, whatever it thinks of their number, and never reads all jobs for them.
 */
export function isOneOf(ids: string): { readonly sqlite: string; readonly postgres: string } {
  return { sqlite: `id IN (${ids})`, postgres: `id = ANY (ARRAY(${ids}))` }
}

/** All columns of a job. */
export const jobs = table({
  name: 'jobs',
  noun: 'job',
  key: 'id',
  columns: {
    id: 'text',
    run: 'text',
    kind: 'text',
    uniqueKey: 'text',
    lane: 'text',
    state: 'text',
    priority: 'int',
    dueAt: 'time',
    input: 'json',
    attempts: 'int',
    attemptsMax: 'int',
    waits: 'int',
    crashes: 'int',
    crashesAlone: 'int',
    epoch: 'int',
    process: 'text?',
    leaseUntil: 'time?',
    errorCode: 'text?',
    errorMessage: 'text?',
    createdAt: 'time',
    finishedAt: 'time?',
  },
})

/** What a claimed job brings along. */
export const claimedShape = {
  id: 'text',
  run: 'text',
  kind: 'text',
  uniqueKey: 'text',
  lane: 'text',
  priority: 'int',
  input: 'json',
  attempts: 'int',
  attemptsMax: 'int',
  waits: 'int',
  crashes: 'int',
  crashesAlone: 'int',
  epoch: 'int',
  gapMs: 'int',
  claimedAt: 'time',
} as const satisfies Shape

/**
 * A job in hand. `attempts`, `waits` and `crashes` count what came before this try; `gapMs` is its lane's least time between two
 * starts; `priority` is lower for what comes first.
 */
export type Job = Values<typeof claimedShape>
