/** What keeps a job from being worked on: every gate that is shut, decided from rows and a time. */
import { CRASHES_ALONE_MAX, CRASHES_SUSPECT } from '../job.ts'
import { breakerOf } from '../lanes/index.ts'
import type { JobFacts } from './job-facts.ts'

/**
 * One shut gate; `until` is when it opens by itself, null where nobody knows.
 *
 * - lease: it is in hand of a process, until that is done or its lease runs out
 * - due: it is for later, told so or after a failed try
 * - lane-wait: its lane is closed, as the host asked
 * - breaker: its lane is closed, because its host failed too often in a row
 * - probe: its lane gives one job at a time, to see whether its host answers again, and has that in hand
 * - lane-gap: its lane rests between two starts
 * - concurrency: its lane has as many in hand as it may
 * - suspect: it was in hand in several crashes, and is claimed when nothing else can be, alone
 * - place: others of its lane come before it
 */
export interface Wait {
  readonly gate:
    'lease' | 'due' | 'lane-wait' | 'breaker' | 'probe' | 'lane-gap' | 'concurrency' | 'suspect' | 'place'
  readonly until: number | null
  /** Why, in words that came with the gate; null where the gate says it all. */
  readonly reason: string | null
  /** How many: failures in a row, in hand on its lane, crashes, or jobs before it; 0 elsewhere. */
  readonly count: number
}

const OPEN = new Set(['scheduled', 'available', 'retryable'])

/** The gates that are shut at `now`; none when the job can be claimed, or is at its end. */
export function waitsOf(job: JobFacts, now: number): readonly Wait[] {
  if (job.state === 'running') return [shut('lease', { until: job.leaseUntil })]
  if (!OPEN.has(job.state)) return []
  return [...ownGates(job, now), ...laneGates(job, now)]
}

function ownGates(job: JobFacts, now: number): readonly Wait[] {
  const { state, dueAt, errorMessage: reason, crashes, crashesAlone } = job
  const isLater = state !== 'available' && dueAt > now
  const isSuspect = crashes >= CRASHES_SUSPECT && crashesAlone < CRASHES_ALONE_MAX
  return [
    ...(isLater ? [shut('due', { until: dueAt, reason })] : []),
    ...(isSuspect ? [shut('suspect', { count: crashes })] : []),
  ]
}

function laneGates(job: JobFacts, now: number): readonly Wait[] {
  const { waitUntil, waitReason: reason, nextAt, laneRunning, concurrency, ahead } = job
  return [
    ...(waitUntil > now ? [shut('lane-wait', { until: waitUntil, reason })] : []),
    ...breakerGates(job, now),
    ...(nextAt > now ? [shut('lane-gap', { until: nextAt })] : []),
    ...(laneRunning >= concurrency ? [shut('concurrency', { count: laneRunning })] : []),
    ...(ahead > 0 ? [shut('place', { count: ahead })] : []),
  ]
}

function breakerGates(job: JobFacts, now: number): readonly Wait[] {
  const { failures: count, openUntil: until, laneErrorMessage: reason, laneRunning, concurrency } = job
  const breaker = breakerOf(job, now)
  if (breaker === 'open') return [shut('breaker', { until, reason, count })]
  const isTried = breaker === 'half-open' && laneRunning > 0 && laneRunning < concurrency
  return isTried ? [shut('probe', { reason, count })] : []
}

function shut(gate: Wait['gate'], known: Partial<Wait>): Wait {
  return { gate, until: null, reason: null, count: 0, ...known }
}
