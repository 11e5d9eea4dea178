/** The parts of `npm run torture` that fail the disk. */
import { ROOT } from './mutant.ts'
import { POWER_SIZES, powerTrial } from './power.ts'
import { whyNoStrace } from './strace.ts'
import { Sweep, type Start } from './sweep.ts'

type Say = (line: string) => void

const IMAGES = 10_000
const IMAGES_A_RUN = 250
const STARTS: readonly Start[] = ['a new file', 'a killed file']
/** Every so many runs one whose disk also fails a sync, another one each time. */
const FAILING_EVERY = 4
const SYNCS = 24

/** Power losses with fresh seeds; returns whether all was well. */
export async function tortureByPower(seed: number, say: Say): Promise<boolean> {
  if (isSkipped('power losses', say)) return true
  const sum = { images: 0, atStake: 0, failed: 0 }
  for (let run = 0; sum.images < IMAGES && sum.failed === 0; run++) {
    const size = POWER_SIZES[run % POWER_SIZES.length] as (typeof POWER_SIZES)[number]
    const nth = 8 + (Math.floor(run / FAILING_EVERY) % SYNCS)
    const failing = run % FAILING_EVERY === 0 ? { failingSync: nth } : {}
    const trial = { seed: seed + run, size, images: IMAGES_A_RUN, root: ROOT, ...failing }
    const { images, atStake, faults } = await powerTrial(trial)
    sum.images += images
    sum.atStake += atStake
    sum.failed += faults.length
    for (const fault of faults) say(`  FAILED ${JSON.stringify(failing)} ${fault}`)
  }
  const { images, atStake, failed } = sum
  say(
    `${images} power losses, ${atStake} acknowledged units at stake, none lost: ${failed === 0 ? 'held' : 'BROKEN'}`,
  )
  return failed === 0
}

/** A fault at every system call there is; returns whether all was well. */
export async function tortureBySweep(seed: number, say: Say): Promise<boolean> {
  if (isSkipped('faults of system calls', say)) return true
  const sweep = new Sweep(seed)
  let tried = 0
  let failed = 0
  for (const start of STARTS) {
    for (const fault of await sweep.faults(start)) {
      const wrong = await sweep.run(fault)
      tried++
      failed += wrong.length > 0 ? 1 : 0
      for (const what of wrong) say(`  FAILED ${JSON.stringify(fault)}: ${what}`)
    }
  }
  if (failed === 0) sweep.close()
  say(
    `${tried} faults, one at every system call, nothing acknowledged lost: ${failed === 0 ? 'held' : 'BROKEN'}`,
  )
  return failed === 0
}

function isSkipped(part: string, say: Say): boolean {
  const why = whyNoStrace()
  if (why !== undefined) say(`${part}: SKIPPED, ${why}`)
  return why !== undefined
}
