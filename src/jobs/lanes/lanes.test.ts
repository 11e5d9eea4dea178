/** Lanes: who may change a pace, and in which direction. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureLane, paceLane, restLane, slowLane, waitLane } from './lanes.ts'
import { START_AT, claimOne, laneOf, offerKeys, openJobs } from '../testing/fixture.ts'

const PACE = { key: 'host', concurrency: 2, gapMs: 500 }
const made = { concurrency: 2, gapMs: 500, nextAt: 0, waitUntil: 0, waitReason: null }

test('a lane is made open, and making it again changes nothing', async (t) => {
  const { store } = await openJobs(t)
  const [first, second] = (
    await store.commit({ commands: [ensureLane(PACE), ensureLane({ ...PACE, concurrency: 9, gapMs: 0 })] })
  ).results
  assert.deepEqual([first.changed, second.changed], [1, 0])
  assert.deepEqual(await laneOf(store, 'host'), made)
})

test('a pace can be set before and after a lane is made, and setting the same again changes nothing', async (t) => {
  const { store } = await openJobs(t)
  const paced = [PACE, PACE, { ...PACE, concurrency: 3 }, { ...PACE, concurrency: 3, gapMs: 100 }]
  const changed = []
  for (const pace of paced)
    changed.push((await store.commit({ commands: [paceLane(pace)] })).results[0].changed)
  assert.deepEqual(changed, [1, 0, 1, 1])
  assert.deepEqual(await laneOf(store, 'host'), { ...made, concurrency: 3, gapMs: 100 })
})

test('a shorter gap counts at once, and a longer one does not put off the next start', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [ensureLane(PACE), offerKeys(['x'], { lane: 'host' })] })
  await claimOne(opened)
  clock.move(100)
  await store.commit({ commands: [paceLane({ ...PACE, gapMs: 9_000 })] })
  assert.equal((await laneOf(store, 'host'))?.nextAt, START_AT + 500)
  await store.commit({ commands: [paceLane({ ...PACE, gapMs: 50 })] })
  assert.equal((await laneOf(store, 'host'))?.nextAt, START_AT + 150)
})

test("a host's own wish raises the gap and never lowers it", async (t) => {
  const { store } = await openJobs(t)
  await store.commit({ commands: [ensureLane(PACE), slowLane({ key: 'host', gapMs: 499 })] })
  assert.equal((await laneOf(store, 'host'))?.gapMs, 500)
  await store.commit({ commands: [slowLane({ key: 'host', gapMs: 501 })] })
  assert.deepEqual(await laneOf(store, 'host'), { ...made, gapMs: 501 })
})

test('a rest takes one gap from now, of a lane that was made', async (t) => {
  const { store, clock } = await openJobs(t)
  await store.commit({ commands: [ensureLane(PACE), restLane({ key: 'host' }), restLane({ key: 'unmade' })] })
  assert.deepEqual(await laneOf(store, 'host'), { ...made, nextAt: START_AT + 500 })
  clock.move(200)
  await store.commit({ commands: [restLane({ key: 'host' })] })
  assert.equal((await laneOf(store, 'host'))?.nextAt, START_AT + 700)
  assert.equal(await laneOf(store, 'unmade'), undefined)
})

test('a lane without a gap needs no rest', async (t) => {
  const { store } = await openJobs(t)
  assert.equal((await store.commit({ commands: [restLane({ key: 'a' })] })).results[0].changed, 0)
})

test('a wait is extended and never cut short', async (t) => {
  const { store } = await openJobs(t)
  await store.commit({ commands: [ensureLane(PACE)] })
  const waits = [
    { until: START_AT + 500, code: 'RateLimited', reason: 'first' },
    { until: START_AT + 400, code: 'RateLimited', reason: 'shorter' },
    { until: START_AT + 500, code: 'RobotsUnavailable', reason: 'equal' },
  ]
  for (const wait of waits) await store.commit({ commands: [waitLane({ key: 'host', ...wait })] })
  assert.deepEqual(await laneOf(store, 'host'), { ...made, waitUntil: START_AT + 500, waitReason: 'first' })
  await store.commit({
    commands: [waitLane({ key: 'host', until: START_AT + 501, code: 'RateLimited', reason: 'longer' })],
  })
  assert.deepEqual(await laneOf(store, 'host'), { ...made, waitUntil: START_AT + 501, waitReason: 'longer' })
})
