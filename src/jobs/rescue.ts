/**
 * Rescue: work of a process that is gone, or hung, is given back. A dead process is known by its lock within
 * milliseconds, a hung one by a lease that ran out. No attempt is charged, because the job may have had no part in it;
 * it is only counted, and whether it was alone. Burying what was alone too often is left to the next claim, whose try
 * does it like any other burial: with the attempt on record and what the stage adds, in one unit.
 */
import { command, type Store } from '../store/index.ts'
import { CRASHES_SUSPECT } from './job.ts'

const given = `state = iif(crashes + 1 >= ${CRASHES_SUSPECT}, 'retryable', 'available'),
  crashes = crashes + 1, crashes_alone = crashes_alone + alone, epoch = epoch + 1,
  process = NULL, lease_until = NULL, error_code = 'Fault',
  error_message = 'the process that worked on it ended or hung', position = :position`

const rescueProcess = command({
  name: 'jobs.rescueProcess',
  params: { process: 'text' },
  statements: [
    {
      sql: `UPDATE jobs SET ${given}
        FROM (SELECT iif(count(*) = 1, 1, 0) AS alone FROM jobs WHERE process = :process AND state = 'running') AS held
        WHERE process = :process AND state = 'running' RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/* Also what a process left running that closed the store: it is no lost process, and nobody else looks for its jobs. */
const rescueLeases = command({
  name: 'jobs.rescueLeases',
  params: {},
  statements: [
    {
      sql: `UPDATE jobs SET ${given} FROM (SELECT 0 AS alone) AS held
        WHERE state = 'running' AND (lease_until < :now OR process NOT IN (SELECT id FROM processes))
        RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

const heartbeat = command({
  name: 'jobs.heartbeat',
  params: { process: 'text', leaseUntil: 'time' },
  statements: [
    {
      sql: `UPDATE jobs SET lease_until = :leaseUntil, position = :position
        WHERE process = :process AND state = 'running' RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/* Run by who waited long, for a full disk say: in the unit that rescues, and before it, or it would rescue from itself. */
const renewLeases = command({
  name: 'jobs.renewLeases',
  params: { process: 'text', leaseMs: 'int' },
  statements: [
    {
      sql: `UPDATE jobs SET lease_until = :now + :leaseMs, position = :position
        WHERE process = :process AND state = 'running' AND lease_until < :now RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/**
 * Gives back what lost processes and expired leases hold; returns how many jobs that were. `leaseMs`: what this process
 * holds is in hand, so that its own leases are renewed for so long where they ran out. Without it, they are given back.
 */
export async function rescue(store: Store, leaseMs?: number): Promise<number> {
  let rescued = 0
  for (const lost of await store.lostProcesses()) {
    const { results } = await store.commit({ commands: [rescueProcess({ process: lost.id })] })
    rescued += results[0].changed
    await store.forgetProcess(lost.id)
  }
  const renewed = leaseMs === undefined ? [] : [renewLeases({ process: store.process, leaseMs })]
  const { results } = await store.commit({ commands: [...renewed, rescueLeases({})] })
  return rescued + (results.at(-1)?.changed ?? 0)
}

/** Says that this process still works on what it claimed. */
export async function beat(store: Store, leaseUntil: number): Promise<void> {
  await store.commit({ commands: [heartbeat({ process: store.process, leaseUntil })] })
}

/** What a store must be opened with to rescue. */
export const rescueDefinitions = [
  rescueProcess.definition,
  rescueLeases.definition,
  renewLeases.definition,
  heartbeat.definition,
]
