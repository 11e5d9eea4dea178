/**
 * `npm run torture -- --minutes 10 [--seed N]`: crash trials with fresh seeds until the time is up, printing each as it
 * ends and the sum at the end. Any difference ends it with exit code 1 and keeps the trial's files.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { crashTrial, removeTrial } from './crash-trial.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const until = performance.now() + Number(values.minutes) * 60_000
const sum = { trials: 0, kills: 0, refetched: 0, failed: 0 }

for (let seed = Number(values.seed); performance.now() < until && sum.failed === 0; seed++) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
  const options = { seed, kills: 5 + (seed % 20), pages: 60 + ((seed * 37) % 240), folder }
  const { kills, refetched, refetchedMax, differences } = await crashTrial(options)
  const isBad = differences.length > 0 || refetched > refetchedMax
  sum.trials++
  sum.kills += kills
  sum.refetched += refetched
  sum.failed += isBad ? 1 : 0
  const verdict = isBad ? `FAILED, files in ${folder}\n  ${differences.join('\n  ')}` : 'same dataset'
  process.stdout.write(
    `seed ${seed}: ${options.pages} pages, ${kills} kills, ${refetched} fetched again: ${verdict}\n`,
  )
  if (!isBad) await removeTrial(folder)
}

const { trials, kills, refetched, failed } = sum
process.stdout.write(
  `${trials} crawls, ${kills} kills, ${refetched} pages fetched again, nothing lost or doubled: `,
)
process.stdout.write(failed === 0 ? 'held\n' : 'BROKEN\n')
process.exitCode = failed === 0 ? 0 : 1
