/** The power goes at seeded moments, on disks that keep what was synced and of the rest what they like. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mutant, POWER_SIZES, powerTrial, ROOT, whyNoStrace, type Mistake, type PowerTrial } from './index.ts'

const [LIVELY, LARGE, LAZY] = POWER_SIZES as readonly [
  PowerTrial['size'],
  PowerTrial['size'],
  PowerTrial['size'],
]
const why = whyNoStrace()

describe('a power loss', { skip: why ?? false }, () => {
  for (const [size, images] of [
    [LIVELY, 220],
    [LARGE, 60],
    [LAZY, 220],
  ] as const) {
    const what = `${size.steps} steps of up to ${size.unitsMax} units of up to ${size.bytesMax} bytes a row`
    test(`loses nothing that was acknowledged as power-safe: ${images} disks after ${what}`, async () => {
      const { images: tried, atStake, faults } = await powerTrial({ seed: images, size, images, root: ROOT })
      assert.deepEqual(faults, [])
      assert.equal(tried, images)
      assert.ok(atStake > images, 'the trial put next to nothing at stake')
    })
  }

  // The log's sync before a checkpoint, the file's in one, a commit's: seen by strace as the n-th of the thread.
  for (const nth of [12, 15, 18]) {
    test(`loses nothing either when the ${nth}th sync failed before`, async () => {
      const { faults } = await powerTrial({
        seed: 7,
        size: LAZY,
        images: 40,
        root: ROOT,
        failingSync: nth,
      })
      assert.deepEqual(faults, [])
    })
  }
})

const UNHEARD = 22

const BATCH = 'src/store/sqlite/writer/batch.ts'
const DURABILITY = "isPowerSafe ? 'FULL' : 'NORMAL'"
const MISTAKES: Readonly<Record<string, Mistake>> = {
  'no sync at all': { file: BATCH, stands: DURABILITY, put: "isPowerSafe ? 'OFF' : 'OFF'" },
  'no sync before the receipt': { file: BATCH, stands: DURABILITY, put: "isPowerSafe ? 'NORMAL' : 'NORMAL'" },
  'the durability of the laxest unit of a batch': {
    file: 'src/store/queue/write-queue.ts',
    stands: 'batch.some((entry) => entry.unit.isPowerSafe)',
    put: 'batch.every((entry) => entry.unit.isPowerSafe)',
  },
}

describe('the trial of power losses finds a store with', { skip: why ?? false }, () => {
  for (const [what, mistake] of Object.entries(MISTAKES)) {
    test(what, async (t) => {
      const copy = mutant(mistake)
      t.after(() => copy.remove())
      const { faults } = await powerTrial({
        seed: 2,
        size: LIVELY,
        images: 80,
        root: copy.root,
        isMutant: true,
      })
      assert.notDeepEqual(faults, [])
    })
  }

  test('a failed sync that nobody heard', async (t) => {
    const copy = mutant({
      file: 'src/store/sqlite/disk/checkpoints.ts',
      stands: "if (error.code !== 'DiskFull' && error.code !== 'Busy') throw error",
      put: '',
    })
    t.after(() => copy.remove())
    // The sync of the log before a checkpoint, with crash-safe units in that log.
    const trial = { seed: 7, size: LAZY, images: 200, root: copy.root, isMutant: true, failingSync: UNHEARD }
    const { faults } = await powerTrial(trial)
    assert.notDeepEqual(faults, [])
    assert.deepEqual((await powerTrial({ ...trial, root: ROOT })).faults, [])
  })
})
