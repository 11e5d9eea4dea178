/** The power goes at seeded moments, on disks that keep what was synced and of the rest what they like. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { POWER_SIZES, powerTrial, whyNoStrace, type PowerTrial } from './index.ts'

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
      const { images: tried, atStake, faults } = await powerTrial({ seed: images, size, images })
      assert.deepEqual(faults, [])
      assert.equal(tried, images)
      assert.ok(atStake > images, 'the trial put next to nothing at stake')
    })
  }

  // As strace numbers the syncs of the thread: the log's before a checkpoint, the file's in one, a commit's; and the
  // log's again with crash-safe units in it, which only few of the disks show.
  for (const [nth, images] of [
    [12, 40],
    [15, 40],
    [18, 40],
    [22, 200],
  ] as const) {
    test(`loses nothing either when the ${nth}th sync failed before`, async () => {
      const { faults } = await powerTrial({ seed: 7, size: LAZY, images, failingSync: nth })
      assert.deepEqual(faults, [])
    })
  }
})
