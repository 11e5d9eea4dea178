/** A seeded few of the faults that `npm run torture` tries all of. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { seededRandom, type Random } from '../site/index.ts'
import { Sweep, whyNoStrace, type Fault } from './index.ts'

const SEED = 1
/** Of each kind: 3 starts and ways to fail a sync, a truncation; more of the many writes. */
const TRIED = { fsync: 3, fdatasync: 3, pwrite64: 3, write: 3, ftruncate: 1 }
const why = whyNoStrace()

describe('a fault at a system call', { skip: why ?? false }, () => {
  let sweep: Sweep
  before(() => {
    sweep = new Sweep(SEED)
  })
  after(() => sweep.close())

  for (const start of ['a new file', 'a killed file'] as const) {
    for (const does of ['signal=KILL', 'error=EIO', 'error=ENOSPC']) {
      test(`${does} on ${start} loses nothing acknowledged, and every unit has its word`, async () => {
        const faults = await sweep.faults(start)
        const random = seededRandom(SEED)
        const tried = Object.entries(TRIED).flatMap(([syscall, count]) =>
          few(
            faults.filter((fault) => fault.does === does && fault.syscall === syscall),
            count,
            random,
          ),
        )
        assert.ok(tried.length > 0)
        for (const fault of tried) assert.deepEqual(await sweep.run(fault), [], JSON.stringify(fault))
      })
    }
  }
})

function few(faults: readonly Fault[], count: number, random: Random): readonly Fault[] {
  const left = [...faults]
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(random.below(left.length), 1),
  ).flat()
}
