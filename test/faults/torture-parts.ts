/** The parts of `npm run torture` that fail the disk. */
import { availableParallelism } from 'node:os'
import type { TorturePart } from '../crash/torture-part.ts'
import { POWER_SIZES, powerTrial } from './power.ts'
import { whyNoStrace } from './strace.ts'
import { Sweep, type Start } from './sweep.ts'

const IMAGES = 10_000
const IMAGES_A_RUN = 250
const STARTS: readonly Start[] = ['a new file', 'a killed file']
/** Every so many runs one whose disk also fails a sync, another one each time. */
const FAILING_EVERY = 4
const SYNCS = 24

/** Power losses with fresh seeds. */
export const powerPart: TorturePart = {
  name: 'power',
  async run({ seed, say }) {
    if (isSkipped(say)) return []
    const sum = { images: 0, atStake: 0 }
    for (let run = 0; sum.images < IMAGES; run++) {
      const size = POWER_SIZES[run % POWER_SIZES.length] as (typeof POWER_SIZES)[number]
      const nth = 8 + (Math.floor(run / FAILING_EVERY) % SYNCS)
      const failing = run % FAILING_EVERY === 0 ? { failingSync: nth } : {}
      const trial = { seed: seed + run, size, images: IMAGES_A_RUN, ...failing }
      const { images, atStake, faults } = await powerTrial(trial)
      sum.images += images
      sum.atStake += atStake
      if (faults.length > 0) return faults.map((fault) => `${JSON.stringify(failing)} ${fault}`)
    }
    say(`${sum.images} power losses, ${sum.atStake} acknowledged units at stake, none lost`)
    return []
  },
}

/** A fault at every system call there is. */
export const sweepPart: TorturePart = {
  name: 'sweep',
  async run({ seed, say }) {
    if (isSkipped(say)) return []
    const sweep = new Sweep(seed)
    const found: string[] = []
    let tried = 0
    for (const start of STARTS) {
      const faults = (await sweep.faults(start)).values()
      const drain = async () => {
        for (const fault of faults) {
          if (found.length > 0) return
          const wrong = await sweep.run(fault)
          tried++
          found.push(...wrong.map((what) => `${JSON.stringify(fault)}: ${what}`))
        }
      }
      await Promise.all(Array.from({ length: availableParallelism() }, drain))
    }
    if (found.length > 0) return found
    sweep.close()
    say(`${tried} faults, one at every system call, nothing acknowledged lost`)
    return []
  },
}

function isSkipped(say: (line: string) => void): boolean {
  const why = whyNoStrace()
  if (why !== undefined) say(`SKIPPED, ${why}`)
  return why !== undefined
}
