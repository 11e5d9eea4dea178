/** Deliberate bugs in the figures of runs. */
import type { Mutant } from './mutant.ts'

const TALLIES = 'src/crawl/history/metrics/tallies.ts'
const TEST = ['src/crawl/history/metrics/metrics.test.ts']

/** The list. */
export const metricMutants: readonly Mutant[] = [
  {
    name: 'wait-counted-for-each-try',
    breaks: 'a host that is closed is counted as closed once, however many tries were told',
    file: TALLIES,
    find: 'max(0, :until - max(:now, wait_until))',
    replace: 'max(0, :until - :now)',
    tests: TEST,
    only: 'says 429',
  },
  {
    name: 'failed-try-not-counted',
    breaks: 'a try is counted by how it ended, and with what it fetched',
    file: 'src/crawl/history/metrics/metered-stage.ts',
    find: 'tries.get(job) ?? new Fetched()',
    replace: 'new Fetched()',
    tests: TEST,
    only: 'each failed try',
  },
  {
    name: 'figures-overwritten',
    breaks: 'figures of several tries add up',
    file: TALLIES,
    find: 'fetched = run_hosts.fetched + excluded.fetched',
    replace: 'fetched = excluded.fetched',
    tests: TEST,
    only: 'answers, their bytes',
  },
  {
    name: 'figures-outside-the-unit',
    breaks: 'what a stage adds to a failed try is written in its unit, or said to be left out',
    file: 'src/jobs/worker/attempt.ts',
    find: 'commands: [...added(), ...end.commands] })',
    replace: 'commands: end.commands })',
    tests: ['src/jobs/worker/miss.test.ts'],
  },
]
