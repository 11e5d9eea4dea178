/** Settling: the end of a try, in the unit of what it produced, fenced by the epoch it was claimed with. */
import { command, guard, insert, table } from '../store/index.ts'
import { CRASHES_SUSPECT } from './job.ts'

/** Holds while this try is the job's current one. Every settle carries it. */
export const held = guard({
  name: 'jobs.held',
  params: { id: 'text', epoch: 'int' },
  otherwise: 'the job was given to another try, cancelled or removed meanwhile',
  sql: "SELECT 1 FROM jobs WHERE id = :id AND epoch = :epoch AND state = 'running'",
})

const job = { noun: 'job', op: 'put', id: 'id' } as const

const givenBackState = `iif(crashes >= ${CRASHES_SUSPECT}, 'retryable', 'available')`

/** running -> completed. */
export const complete = command({
  name: 'jobs.complete',
  params: { id: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET state = 'completed', process = NULL, lease_until = NULL, finished_at = :now,
          error_code = NULL, error_message = NULL, position = :position WHERE id = :id`,
      changes: job,
    },
  ],
})

/** running -> gone, for kinds whose jobs nobody asks about once they are done. */
export const remove = command({
  name: 'jobs.remove',
  params: { id: 'text' },
  statements: [{ sql: 'DELETE FROM jobs WHERE id = :id', changes: { ...job, op: 'delete' } }],
})

/** running -> retryable, one attempt spent. */
export const retry = command({
  name: 'jobs.retry',
  params: { id: 'text', dueAt: 'time', errorCode: 'text', errorMessage: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET state = 'retryable', process = NULL, lease_until = NULL, due_at = :dueAt,
          attempts = attempts + 1, error_code = :errorCode, error_message = :errorMessage, position = :position
        WHERE id = :id`,
      changes: job,
    },
  ],
})

/** running -> scheduled, no attempt spent: somebody asked us to come later. */
export const wait = command({
  name: 'jobs.wait',
  params: { id: 'text', dueAt: 'time', errorCode: 'text', errorMessage: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET state = 'scheduled', process = NULL, lease_until = NULL, due_at = :dueAt,
          waits = waits + 1, error_code = :errorCode, error_message = :errorMessage, position = :position
        WHERE id = :id`,
      changes: job,
    },
  ],
})

/** running -> available, as if it had never been claimed: we are stopping. A suspect goes back to where it was due. */
export const release = command({
  name: 'jobs.release',
  params: { id: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET state = ${givenBackState}, process = NULL, lease_until = NULL, position = :position
        WHERE id = :id`,
      changes: job,
    },
  ],
})

/** running -> dead, the last attempt spent. */
export const bury = command({
  name: 'jobs.bury',
  params: { id: 'text', errorCode: 'text', errorMessage: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET state = 'dead', process = NULL, lease_until = NULL, attempts = attempts + 1,
          error_code = :errorCode, error_message = :errorMessage, finished_at = :now, position = :position
        WHERE id = :id`,
      changes: job,
    },
  ],
})

const attempts = table({
  name: 'attempts',
  noun: 'attempt',
  key: 'id',
  columns: {
    id: 'text',
    job: 'text',
    attempt: 'int',
    process: 'text',
    startedAt: 'time',
    finishedAt: 'time',
    errorCode: 'text',
    errorMessage: 'text',
  },
})

/** Records a failed try, beside the retry, wait or burial that it led to. */
export const recordAttempt = insert(attempts)

/** What a store must be opened with to settle. */
export const settleDefinitions = [held, complete, remove, retry, wait, release, bury, recordAttempt].map(
  (made) => made.definition,
)
