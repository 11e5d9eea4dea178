/** Who has how much in hand, for those who look after a store. Looking changes nothing. */
import { query, type Shape, type Values } from '../../store/index.ts'

const leasesShape = {
  process: 'text',
  isRegistered: 'bool',
  running: 'int',
  expired: 'int',
} as const satisfies Shape

/**
 * What one process has in hand: running jobs, and how many of these have a lease that ran out. One that is not
 * registered has closed the store.
 */
export type ProcessLeases = Values<typeof leasesShape>

/** Leases by process, as of a time. Served by jobs_running; there are never more rows than jobs in hand. */
export const leasesByProcess = query({
  name: 'jobs.leasesByProcess',
  params: { at: 'time' },
  gives: leasesShape,
  sql: `SELECT coalesce(process, ''), coalesce(process, '') IN (SELECT id FROM processes), count(*),
      count(*) FILTER (WHERE coalesce(lease_until, 0) < :at)
    FROM jobs WHERE state = 'running' AND in_time() GROUP BY process ORDER BY process`,
})

/** The processes that have the store open, or have ended without closing it; whether they live only their locks tell. */
export const registeredProcesses = query({
  name: 'explain.processes',
  params: {},
  gives: { id: 'text', pid: 'int', command: 'text' },
  sql: 'SELECT id, pid, command FROM processes ORDER BY started_at, id LIMIT 1000',
})

/** What a store must be opened with to report leases. */
export const leaseReportDefinitions = [leasesByProcess.definition, registeredProcesses.definition]
