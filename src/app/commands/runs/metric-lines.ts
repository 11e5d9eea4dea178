/** The metrics of a run for a person: a line a host, then why hosts were left alone. */
import type { Metrics, RunMetrics } from '../../../crawl/index.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderTable } from '../../print/table.ts'
import { formatBytes, formatDuration } from '../../quantity.ts'

const COLUMNS = [
  'host',
  'fetched',
  'retried',
  'given up',
  'received',
  'decoded',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'waited',
  'failures',
]

/** In words, what a try waited for; an error code that is not here stands for itself. */
const CAUSES: Readonly<Record<string, string>> = {
  pace: 'our own pace',
  'crawl-delay': "the host's Crawl-delay",
  RateLimited: 'answers 429 or 503 (Retry-After)',
  RobotsUnavailable: 'robots.txt not to be had',
}

/** The lines; none when nothing was counted. */
export function metricLines(metrics: RunMetrics): readonly string[] {
  const { hosts, others, waits, waitedMs } = metrics
  if (hosts.length === 0) return []
  const rows = [
    ...hosts.map((host) => cells(plainLine(host.host, 60), host)),
    ...(others === null ? [] : [cells(`${others.hosts} others`, others)]),
    ...(hosts.length > 1 ? [cells('all', metrics)] : []),
  ]
  return [
    '',
    renderTable(COLUMNS, rows),
    ...(waits.length === 0 ? [] : ['', `hosts were left alone for ${formatDuration(waitedMs)} in all:`]),
    ...waits.map(
      ({ cause, count, ms }) =>
        `  ${CAUSES[cause] ?? plainLine(cause)}: ${formatDuration(ms)}, ${count} times`,
    ),
  ]
}

function cells(title: string, metrics: Metrics): readonly string[] {
  const { fetched, retried, givenUp, wireBytes, bytes, latency, waitedMs, failures } = metrics
  return [
    title,
    ...[fetched, retried, givenUp].map(String),
    formatBytes(wireBytes),
    formatBytes(bytes),
    ...[latency?.p50Ms, latency?.p90Ms, latency?.p99Ms].map((ms) => (ms === undefined ? '' : String(ms))),
    formatDuration(waitedMs),
    failures.map(({ class: name, count }) => `${plainLine(name, 40)} ×${count}`).join(', '),
  ]
}
