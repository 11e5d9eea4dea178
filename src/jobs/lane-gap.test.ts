/** The gap between real starts, on times given by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { LaneGap } from './lane-gap.ts'

test('the first start of a lane is at once, and each next one waits out the gap', () => {
  const gap = new LaneGap()
  assert.equal(gap.reserve('a', 100, 1_000), 0)
  assert.equal(gap.reserve('a', 100, 1_030), 70)
  assert.equal(gap.reserve('a', 100, 1_040), 160)
  assert.equal(gap.reserve('a', 100, 5_000), 0)
})

test('a lane without a gap never waits', () => {
  const gap = new LaneGap()
  assert.deepEqual([gap.reserve('a', 0, 1), gap.reserve('a', 0, 1), gap.reserve('a', 0, 1)], [0, 0, 0])
})

test('starts of one lane are never closer than its gap, and no start waits longer than it must', () => {
  const request = fc.record({
    lane: fc.constantFrom('a', 'b', 'c'),
    gapMs: fc.integer({ min: 1, max: 500 }),
    laterMs: fc.integer({ min: 0, max: 300 }),
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 100 }), (requests) => {
      const gap = new LaneGap()
      const freeAt = new Map<string, number>()
      let now = 0
      for (const { lane, gapMs, laterMs } of requests) {
        now += laterMs
        const start = now + gap.reserve(lane, gapMs, now)
        assert.equal(start, Math.max(now, freeAt.get(lane) ?? 0))
        freeAt.set(lane, start + gapMs)
      }
    }),
  )
})

test('of more than 10,000 lanes the one used longest ago is forgotten, and the others are kept', () => {
  const gap = new LaneGap()
  gap.reserve('used again', 1_000, 0)
  gap.reserve('oldest', 1_000, 0)
  gap.reserve('used again', 1_000, 0)
  for (let lane = 0; lane < 9_999; lane++) gap.reserve(`lane ${lane}`, 1_000, 0)
  assert.equal(gap.reserve('used again', 1_000, 0), 2_000)
  assert.equal(gap.reserve('oldest', 1_000, 0), 0)
})
