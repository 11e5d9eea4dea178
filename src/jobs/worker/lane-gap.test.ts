/** The gap between real starts, on times given by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { LaneGap } from './lane-gap.ts'

const job = (lane: string, gapMs: number, claimedAt: number) => ({ lane, gapMs, claimedAt })

test('a paced job starts 50 ms after its claim, however long the claim took to arrive', () => {
  for (const lateMs of [0, 3, 49])
    assert.equal(new LaneGap().pauseMs(job('a', 250, 1_000), 1_000 + lateMs), 50 - lateMs)
})

test('two processes that claimed a gap apart start a gap apart, although their commits took unlike long', () => {
  const first = 1_030 + new LaneGap().pauseMs(job('a', 250, 1_000), 1_030)
  const second = 1_251 + new LaneGap().pauseMs(job('a', 250, 1_250), 1_251)
  assert.equal(second - first, 250)
})

test('a gap below 100 ms is not stretched: the start follows the claim by half of it at most', () => {
  assert.equal(new LaneGap().pauseMs(job('a', 20, 1_000), 1_000), 10)
})

test('a claim that arrives late starts at once, and the next one of this process waits out the gap', () => {
  const gap = new LaneGap()
  assert.equal(gap.pauseMs(job('a', 100, 1_000), 1_090), 0)
  assert.equal(gap.pauseMs(job('a', 100, 1_100), 1_101), 89)
})

test('a lane without a gap never waits', () => {
  const gap = new LaneGap()
  assert.deepEqual([gap.pauseMs(job('a', 0, 1), 1), gap.pauseMs(job('a', 0, 1), 1)], [0, 0])
})

test('starts of one lane are never closer than its gap, and no start waits longer than it must', () => {
  const claim = fc.record({
    lane: fc.constantFrom('a', 'b', 'c'),
    gapMs: fc.integer({ min: 1, max: 500 }),
    laterMs: fc.integer({ min: 0, max: 300 }),
    commitMs: fc.integer({ min: 0, max: 200 }),
  })
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 100 }), (claims) => {
      const gap = new LaneGap()
      const freeAt = new Map<string, number>()
      let now = 0
      for (const { lane, gapMs, laterMs, commitMs } of claims) {
        now += laterMs
        const claimedAt = now - commitMs
        const start = now + gap.pauseMs(job(lane, gapMs, claimedAt), now)
        const planned = claimedAt + Math.min(50, Math.floor(gapMs / 2))
        assert.equal(start, Math.max(now, planned, freeAt.get(lane) ?? 0))
        freeAt.set(lane, start + gapMs)
      }
    }),
  )
})

test('of more than 10,000 lanes the one used longest ago is forgotten, and the others are kept', () => {
  const gap = new LaneGap()
  gap.pauseMs(job('used again', 1_000, 0), 0)
  gap.pauseMs(job('oldest', 1_000, 0), 0)
  gap.pauseMs(job('used again', 1_000, 0), 0)
  for (let lane = 0; lane < 9_999; lane++) gap.pauseMs(job(`lane ${lane}`, 1_000, 0), 0)
  assert.equal(gap.pauseMs(job('used again', 1_000, 0), 0), 2_050)
  assert.equal(gap.pauseMs(job('oldest', 1_000, 0), 0), 50)
})
