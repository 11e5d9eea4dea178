/** Reads the metrics of a run: its busiest hosts, all others together, and the whole. */
import type { Reader } from '../../../store/index.ts'
import { countOf, merged, percentile, type Histogram } from './histogram.ts'
import { busiestHosts, otherHosts, talliesOf, type Figure, type HostSums } from './tallies.ts'

/** How long answers took, in milliseconds; percentiles are off by at most 4.5 %. */
export interface Latency {
  readonly answers: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

/** What happened at a host, or at several. */
export interface Metrics extends HostSums {
  /** Null when nothing answered. */
  readonly latency: Latency | null
  /** By error code, or by HTTP status from 400 on; most first. */
  readonly failures: readonly { readonly class: string; readonly count: number }[]
  /** `ms` is how long hosts were closed for that cause; `count`, how many tries it put off or held back. */
  readonly waits: readonly { readonly cause: string; readonly count: number; readonly ms: number }[]
  /** Over all causes. */
  readonly waitedMs: number
}

/** The metrics of a run. */
export interface RunMetrics extends Metrics {
  /** Those with most answers, most first. */
  readonly hosts: readonly ({ readonly host: string } & Metrics)[]
  /** The hosts beyond those, and how many they are; null when there are none. */
  readonly others: ({ readonly hosts: number } & Metrics) | null
}

const DEADLINE_MS = 60_000

/** The metrics of a run; all zero when it has none. `hostsMax`: how many hosts are told one by one. */
export async function runMetrics(reader: Reader, run: string, hostsMax: number): Promise<RunMetrics> {
  const bounded = { deadlineMs: DEADLINE_MS }
  const busiest = await reader.read(busiestHosts({ run, limit: hostsMax }), bounded)
  const hosts = busiest.map(({ host }) => host)
  const tallies = await reader.read(talliesOf({ run, hosts }), bounded)
  const [rest] = await reader.read(otherHosts({ run, but: hosts }), bounded)
  const of = (host: string | null) => tallies.filter((row) => row.host === host)
  const sums = rest === undefined ? busiest : [...busiest, rest]
  return {
    ...metricsOf(sums, tallies),
    hosts: busiest.map((row) => ({ host: row.host, ...metricsOf([row], of(row.host)) })),
    others:
      rest === undefined || rest.hosts === 0 ? null : { hosts: rest.hosts, ...metricsOf([rest], of(null)) },
  }
}

interface TallyRow {
  readonly figure: string
  readonly class: string
  readonly count: number
  readonly ms: number
}

function metricsOf(sums: readonly HostSums[], tallies: readonly TallyRow[]): Metrics {
  const add = (name: keyof HostSums) => sums.reduce((sum, row) => sum + row[name], 0)
  const waits = classesOf(tallies, 'wait').map(({ class: cause, count, ms }) => ({ cause, count, ms }))
  return {
    fetched: add('fetched'),
    retried: add('retried'),
    givenUp: add('givenUp'),
    wireBytes: add('wireBytes'),
    bytes: add('bytes'),
    latency: latencyOf(tallies.filter((row) => row.figure === 'latency')),
    failures: classesOf(tallies, 'failed').map(({ class: name, count }) => ({ class: name, count })),
    waits,
    waitedMs: waits.reduce((sum, { ms }) => sum + ms, 0),
  }
}

/** The classes of a figure, each once, most first. */
function classesOf(tallies: readonly TallyRow[], figure: Figure): readonly TallyRow[] {
  const byClass = new Map<string, TallyRow>()
  for (const row of tallies) {
    if (row.figure !== figure) continue
    const known = byClass.get(row.class)
    const { count, ms } = known ?? { count: 0, ms: 0 }
    byClass.set(row.class, { ...row, count: count + row.count, ms: ms + row.ms })
  }
  return [...byClass.values()].sort((a, b) => b.count - a.count || (a.class < b.class ? -1 : 1))
}

function latencyOf(rows: readonly TallyRow[]): Latency | null {
  const histogram = rows.reduce<Histogram>(
    (all, row) => merged(all, new Map([[Number(row.class), row.count]])),
    new Map(),
  )
  const answers = countOf(histogram)
  if (answers === 0) return null
  const at = (share: number) => Math.round(percentile(histogram, share) ?? 0)
  const sumMs = rows.reduce((sum, { ms }) => sum + ms, 0)
  return { answers, meanMs: Math.round(sumMs / answers), p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99) }
}
