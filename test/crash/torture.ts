/**
 * `npm run torture -- --minutes 10 [--seed N] [--part crash|power|sweep]`: crash trials with fresh seeds until the time
 * is up, and then the faults of the disk: 10,000 power losses, and a fault at every system call of a script. Each part
 * prints what it finds as it goes and its sum in a line of its own; any difference ends it with exit code 1 and keeps
 * the trial's files.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { tortureByPower, tortureBySweep } from '../faults/index.ts'
import { crashTrial, removeTrial } from './crash-trial.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    part: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const isAsked = (part: string): boolean => values.part === undefined || values.part === part
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const seed = Number(values.seed)

const parts = [
  isAsked('crash') ? await tortureByKill(seed, Number(values.minutes) * 60_000) : true,
  isAsked('power') ? await tortureByPower(seed, say) : true,
  isAsked('sweep') ? await tortureBySweep(seed, say) : true,
]
process.exitCode = parts.every(Boolean) ? 0 : 1

/** Crash trials until the time is up; returns whether all was well. */
async function tortureByKill(first: number, ms: number): Promise<boolean> {
  const until = performance.now() + ms
  const sum = { trials: 0, kills: 0, refetched: 0, failed: 0 }
  for (let seed = first; performance.now() < until && sum.failed === 0; seed++) {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
    const options = { seed, kills: 5 + (seed % 20), pages: 60 + ((seed * 37) % 240), folder }
    const { kills, refetched, refetchedMax, differences } = await crashTrial(options)
    const isBad = differences.length > 0 || refetched > refetchedMax
    sum.trials++
    sum.kills += kills
    sum.refetched += refetched
    sum.failed += isBad ? 1 : 0
    const verdict = isBad ? `FAILED, files in ${folder}\n  ${differences.join('\n  ')}` : 'same dataset'
    say(`seed ${seed}: ${options.pages} pages, ${kills} kills, ${refetched} fetched again: ${verdict}`)
    if (!isBad) await removeTrial(folder)
  }
  const { trials, kills, refetched, failed } = sum
  const verdict = failed === 0 ? 'held' : 'BROKEN'
  say(
    `${trials} crawls, ${kills} kills, ${refetched} pages fetched again, nothing lost or doubled: ${verdict}`,
  )
  return failed === 0
}
