/** The storms of a torture: thirty rounds of writers, and five runs of workers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TorturePart } from '../crash/torture-part.ts'
import { workStorm } from './work-storm.ts'
import { writeStorm } from './write-storm.ts'

const ROUNDS = 30
const RUNS = 5

/** Eight processes on one file. */
export const writersPart: TorturePart = {
  name: 'writers',
  run: ({ seed, say }) =>
    inFolder(async (folder) => (await writeStorm({ seed, rounds: ROUNDS, folder, onRound: say })).wrong),
}

/** Eight workers of one run, again and again. */
export const workersPart: TorturePart = {
  name: 'workers',
  async run({ seed, say }) {
    for (let run = 0; run < RUNS; run++) {
      const wrong = await inFolder(async (folder) => {
        const storm = await workStorm({ seed: seed + run, kills: 5, stops: 5, folder })
        const { ends, kills, stops, takenOver } = storm
        say(
          `${ends} tries, ${kills} kills, ${stops} stops, ${takenOver} jobs taken over and their late ends fenced`,
        )
        return storm.wrong
      })
      if (wrong.length > 0) return wrong
    }
    return []
  },
}

/** The folder stays when something is wrong, so that it can be looked at. */
async function inFolder(work: (folder: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
  const wrong = await work(folder)
  if (wrong.length > 0) return [...wrong, `files in ${folder}`]
  await rm(folder, { recursive: true })
  return []
}
