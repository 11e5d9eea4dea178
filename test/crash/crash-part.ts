/** The crash trials of a torture: one after the other with fresh seeds, until the time is up or one fails. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crashTrial, removeTrial } from './crash-trial.ts'
import type { TorturePart } from './torture-part.ts'

/** Kills of whole crawls. */
export const crashPart: TorturePart = {
  name: 'crash',
  async run({ seed: first, minutes, say }) {
    const until = performance.now() + minutes * 60_000
    const sum = { trials: 0, kills: 0, refetched: 0 }
    for (let seed = first; performance.now() < until; seed++) {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
      const options = { seed, kills: 5 + (seed % 20), pages: 60 + ((seed * 37) % 240), folder }
      const { kills, refetched, refetchedMax, differences } = await crashTrial(options)
      const told = `seed ${seed}: ${options.pages} pages, ${kills} kills, ${refetched} fetched again`
      if (differences.length > 0 || refetched > refetchedMax)
        return [`${told}: files in ${folder}`, ...differences]
      say(`${told}: same dataset`)
      sum.trials++
      sum.kills += kills
      sum.refetched += refetched
      await removeTrial(folder)
    }
    say(
      `${sum.trials} crawls, ${sum.kills} kills, ${sum.refetched} pages fetched again, nothing lost or doubled`,
    )
    return []
  },
}
