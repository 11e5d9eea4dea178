/** The rows of run metrics: sums by run and host, and tallies of what comes in kinds. Both only ever grow. */
import { command, query } from '../../../store/index.ts'

/** What is tallied: answers by their time's bucket, failures by class, waits by cause. */
export type Figure = 'latency' | 'failed' | 'wait'

/** Adds to the sums of a host in a run. `id` is what `changes` calls the row. */
const addToHost = command({
  name: 'metrics.host',
  params: {
    id: 'text',
    run: 'text',
    host: 'text',
    fetched: 'int',
    retried: 'int',
    givenUp: 'int',
    wireBytes: 'int',
    bytes: 'int',
  },
  statements: [
    {
      sql: `INSERT INTO run_hosts (run, host, fetched, retried, given_up, wire_bytes, bytes, position)
        VALUES (:run, :host, :fetched, :retried, :givenUp, :wireBytes, :bytes, :position)
        ON CONFLICT (run, host) DO UPDATE SET fetched = run_hosts.fetched + excluded.fetched,
          retried = run_hosts.retried + excluded.retried, given_up = run_hosts.given_up + excluded.given_up,
          wire_bytes = run_hosts.wire_bytes + excluded.wire_bytes, bytes = run_hosts.bytes + excluded.bytes, position = excluded.position`,
      changes: { noun: 'run host', op: 'put', id: 'id' },
    },
  ],
})

/** The sums that one settled try adds to. */
export interface HostSums {
  readonly fetched: number
  readonly retried: number
  readonly givenUp: number
  readonly wireBytes: number
  readonly bytes: number
}

/** Nothing. */
export const NO_SUMS: HostSums = { fetched: 0, retried: 0, givenUp: 0, wireBytes: 0, bytes: 0 }

/** Adds to the sums of a host in a run. Stands in every unit that tallies, for it is what `changes` tells of both. */
export function countHost(run: string, host: string, sums: HostSums) {
  return addToHost({ id: `${run} ${host}`, run, host, ...sums })
}

const grow = `ON CONFLICT (run, host, figure, class) DO UPDATE SET count = run_tallies.count + excluded.count,
          ms = run_tallies.ms + excluded.ms, position = excluded.position`

/** Adds to a tally of a host in a run. */
export const tally = command({
  name: 'metrics.tally',
  params: { run: 'text', host: 'text', figure: 'text', class: 'text', count: 'int', ms: 'int' },
  statements: [
    {
      sql: `INSERT INTO run_tallies (run, host, figure, class, count, ms, position)
        VALUES (:run, :host, :figure, :class, :count, :ms, :position) ${grow}`,
    },
  ],
})

/**
 * Tallies that a host is closed until a time, for a cause. It must stand before the command that closes the lane: the
 * time is what is added to the wait that is already there, so that eight jobs told the same count it once.
 */
export const tallyWait = command({
  name: 'metrics.tallyWait',
  params: { run: 'text', host: 'text', cause: 'text', count: 'int', until: 'time' },
  statements: [
    {
      sql: `INSERT INTO run_tallies (run, host, figure, class, count, ms, position)
        SELECT :run, :host, 'wait', :cause, :count,
          coalesce((SELECT max(0, :until - max(:now, wait_until)) FROM lanes WHERE key = :host), 0), :position
        WHERE true ${grow}`,
    },
  ],
})

/** The hosts of a run that answered most, with their sums. */
export const busiestHosts = query({
  name: 'metrics.busiestHosts',
  params: { run: 'text', limit: 'int' },
  gives: { host: 'text', fetched: 'int', retried: 'int', givenUp: 'int', wireBytes: 'int', bytes: 'int' },
  sql: `SELECT host, fetched, retried, given_up, wire_bytes, bytes FROM run_hosts
    WHERE run = :run AND in_time() ORDER BY fetched DESC, host LIMIT :limit`,
})

/** The sums of all hosts of a run but some, and how many they are. */
export const otherHosts = query({
  name: 'metrics.otherHosts',
  params: { run: 'text', but: 'json' },
  gives: { hosts: 'int', fetched: 'int', retried: 'int', givenUp: 'int', wireBytes: 'int', bytes: 'int' },
  sql: `SELECT count(*), coalesce(sum(fetched), 0), coalesce(sum(retried), 0), coalesce(sum(given_up), 0),
      coalesce(sum(wire_bytes), 0), coalesce(sum(bytes), 0)
    FROM run_hosts WHERE run = :run AND host NOT IN (SELECT value FROM json_each(:but)) AND in_time()`,
})

/** The tallies of a run: each of some hosts by itself, all others together under a null. */
export const talliesOf = query({
  name: 'metrics.tallies',
  params: { run: 'text', hosts: 'json' },
  gives: { host: 'text?', figure: 'text', class: 'text', count: 'int', ms: 'int' },
  sql: `SELECT iif(host IN (SELECT value FROM json_each(:hosts)), host, NULL) AS known, figure, class,
      sum(count), sum(ms)
    FROM run_tallies WHERE run = :run AND in_time() GROUP BY known, figure, class`,
})

/** Deletes the metrics of up to `limit` hosts of a run. Repeat until none changed. */
export const deleteRunMetrics = command({
  name: 'metrics.delete',
  params: { run: 'text', limit: 'int' },
  statements: [
    {
      sql: `DELETE FROM run_tallies WHERE run = :run AND host IN (
        SELECT host FROM run_hosts WHERE run = :run ORDER BY host LIMIT :limit)`,
    },
    {
      sql: `DELETE FROM run_hosts WHERE run = :run AND host IN (
        SELECT host FROM run_hosts WHERE run = :run ORDER BY host LIMIT :limit) RETURNING run || ' ' || host`,
      changes: { noun: 'run host', op: 'delete', id: 'returning' },
    },
  ],
})

/** What a store must be opened with to keep run metrics. */
export const metricDefinitions = [
  ...[addToHost, tally, tallyWait, deleteRunMetrics].map((made) => made.definition),
  ...[busiestHosts, otherHosts, talliesOf].map((made) => made.definition),
]
