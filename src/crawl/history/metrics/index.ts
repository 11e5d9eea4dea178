/**
 * metrics: turns tries into figures by run and host: answers, retries, failures by class, bytes, latency, waits by cause.
 * It promises that each settled try is counted exactly once, in the unit that settles it, and one that was fenced off or
 * killed never; and that figures of hosts and of processes add up. It never holds a figure in memory that is not yet
 * written, and decides nothing.
 */
export { countHostClosed, meteredStage } from './metered-stage.ts'
export { runMetrics } from './run-metrics.ts'
export type { Latency, Metrics, RunMetrics } from './run-metrics.ts'
export { deleteRunMetrics, metricDefinitions } from './tallies.ts'
