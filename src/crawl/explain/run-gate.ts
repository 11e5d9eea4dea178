/** Why a run keeps one of its jobs from being worked on, whatever the job's lane says. */
import type { RunLimits, RunState } from '../history/index.ts'

/**
 * - run-ended: the run was cancelled or failed; nobody will go on with it
 * - too-deep: the job is further from a seed than --max-depth
 * - run-stopped: the run is stopped, or completed; the next crawl of its source goes on with it
 */
export interface RunGate {
  readonly gate: 'run-ended' | 'too-deep' | 'run-stopped'
  /** In words: a reason the run stopped, or the two depths. */
  readonly reason: string | null
}

/** What is needed of a run, and of a job that is not at its end. */
interface Asked {
  readonly run: { readonly state: string; readonly reason: string | null; readonly limits: unknown }
  /** The job's depth. */
  readonly depth: number
}

const ENDED: readonly RunState[] = ['cancelled', 'failed']
const AT_WORK: readonly RunState[] = ['running', 'planned']

/** The gates of the run that are shut. */
export function runGates({ run, depth }: Asked): readonly RunGate[] {
  const { state, reason, limits } = run
  if (ENDED.some((end) => end === state)) return [{ gate: 'run-ended', reason }]
  const { maxDepth } = limits as RunLimits
  const isTooDeep = maxDepth !== null && depth > maxDepth
  const isAtWork = AT_WORK.some((one) => one === state)
  return [
    ...(isTooDeep
      ? [
          {
            gate: 'too-deep' as const,
            reason: `it is ${depth} links from a seed, and --max-depth was ${maxDepth}; a crawl with ${depth} goes on with it`,
          },
        ]
      : []),
    ...(isAtWork || isTooDeep ? [] : [{ gate: 'run-stopped' as const, reason }]),
  ]
}
