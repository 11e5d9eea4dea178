/** What happens to all jobs of a run at once, in chunks, so that no unit grows with the run. */
import { command } from '../store/index.ts'
import { isOneOf } from './job.ts'

const open = "state IN ('scheduled', 'available', 'running', 'retryable')"

const openOnes = isOneOf(`SELECT id FROM jobs WHERE run = :run AND ${open} LIMIT :limit`)
const cancelOpen = (isOne: string) => `UPDATE jobs SET state = 'cancelled', epoch = epoch + 1, process = NULL,
          lease_until = NULL, finished_at = :now, position = :position WHERE ${isOne} RETURNING id`

/* In the order of jobs_unique, so that both statements mean the same jobs. */
const chunk = 'SELECT id FROM jobs WHERE run = :run ORDER BY kind, unique_key LIMIT :limit'
const ofRun = isOneOf(chunk)

/** Cancels up to `limit` open jobs of a run; a running one is fenced by its new epoch. Repeat until none changed. */
export const cancelJobs = command({
  name: 'jobs.cancel',
  params: { run: 'text', limit: 'int' },
  statements: [
    {
      sql: cancelOpen(openOnes.sqlite),
      postgres: cancelOpen(openOnes.postgres),
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/** Deletes up to `limit` jobs of a run and their attempts. Repeat until none changed. */
export const deleteJobs = command({
  name: 'jobs.delete',
  params: { run: 'text', limit: 'int' },
  statements: [
    {
      sql: `DELETE FROM attempts WHERE job IN (${chunk}) RETURNING id`,
      changes: { noun: 'attempt', op: 'delete', id: 'returning' },
    },
    {
      sql: `DELETE FROM jobs WHERE ${ofRun.sqlite} RETURNING id`,
      postgres: `DELETE FROM jobs WHERE ${ofRun.postgres} RETURNING id`,
      changes: { noun: 'job', op: 'delete', id: 'returning' },
    },
  ],
})

/** What a store must be opened with to end the jobs of a run. */
export const endRunDefinitions = [cancelJobs.definition, deleteJobs.definition]
