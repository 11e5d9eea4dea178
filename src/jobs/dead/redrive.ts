/** Redrive: dead jobs are made as good as new, but for what is on record of them. */
import { command, guard } from '../../store/index.ts'
import { revived } from '../job.ts'

/** Holds while each of the jobs named is a dead one of the run: a chunk is sent again as it was shown, or not at all. */
export const areDead = guard({
  name: 'jobs.areDead',
  params: { run: 'text', ids: 'json' },
  otherwise: 'not all of these jobs are dead any more',
  sql: `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM json_each(:ids) AS asked WHERE NOT EXISTS (
    SELECT 1 FROM jobs WHERE id = asked.value AND run = :run AND state = 'dead'))`,
})

/** dead -> available, with all attempts before it again. `ids` is a list of ids; those that are not dead are left. */
export const redriveJobs = command({
  name: 'jobs.redrive',
  params: { run: 'text', ids: 'json' },
  statements: [
    {
      sql: `UPDATE jobs SET ${revived}
        WHERE id IN (SELECT value FROM json_each(:ids)) AND run = :run AND state = 'dead' RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/** What a store must be opened with to redrive. */
export const redriveDefinitions = [areDead.definition, redriveJobs.definition]
