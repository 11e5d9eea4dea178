/** The incremental trials of a torture: one after the other with fresh seeds, until the time is up or one fails. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeTrial } from './crash-trial.ts'
import { recrawlTrial } from './recrawl-trial.ts'
import type { TorturePart } from './torture-part.ts'

/** Kills of incremental runs. */
export const recrawlPart: TorturePart = {
  name: 'recrawl',
  async run({ seed: first, minutes, say }) {
    const until = performance.now() + minutes * 60_000
    for (let seed = first; performance.now() < until; seed++) {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
      const options = { seed, kills: 3 + (seed % 12), pages: 60 + ((seed * 37) % 240), folder }
      const { kills, refetched, refetchedMax, differences } = await recrawlTrial(options)
      const told = `seed ${seed}: ${options.pages} pages, ${kills} kills, ${refetched} requests more`
      if (differences.length > 0 || refetched > refetchedMax)
        return [`${told}: files in ${folder}`, ...differences]
      say(`${told}: same changes`)
      await removeTrial(folder)
    }
    return []
  },
}
