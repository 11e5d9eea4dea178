/** Claims: which jobs come first, what lanes hold back, and when a job whose time has come is seen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../store/index.ts'
import { nextDue, openWork, waitingLanes } from './claim.ts'
import { cancelJobs } from './end-run.ts'
import { ensureLane, waitLane } from './lanes/index.ts'
import { bury, complete, release, retry, wait } from './settle.ts'
import {
  START_AT,
  claimJobs,
  claimOne,
  jobOf,
  jobsOf,
  laneOf,
  offerKeys,
  openJobs,
} from './testing/fixture.ts'

const keysOf = (jobs: readonly { readonly uniqueKey: string }[]) =>
  jobs.map((job) => job.uniqueKey).toSorted()

async function dueAt(store: Store, given: { readonly run?: string; readonly kind?: string } = {}) {
  const { results } = await store.commit({ commands: [nextDue({ run: 'r', kind: 'k', ...given })] })
  return results[0].rows[0]?.at
}

test('a claimed job is running, with a lease of its process and a new epoch, and brings all a try needs', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [ensureLane({ key: 'slow', concurrency: 1, gapMs: 250 })] })
  await store.commit({ commands: [offerKeys(['x'], { lane: 'slow', priority: 3, attemptsMax: 5 })] })
  const before = await jobOf(store, 'x')
  assert.deepEqual(await claimOne(opened, { process: 'p', leaseUntil: START_AT + 9 }), {
    id: 'r/k/x',
    run: 'r',
    kind: 'k',
    uniqueKey: 'x',
    lane: 'slow',
    priority: 3,
    input: {},
    attempts: 0,
    attemptsMax: 5,
    waits: 0,
    crashes: 0,
    crashesAlone: 0,
    epoch: 1,
    gapMs: 250,
    claimedAt: START_AT,
  })
  assert.deepEqual(await jobOf(store, 'x'), {
    ...before,
    state: 'running',
    epoch: 1,
    process: 'p',
    leaseUntil: START_AT + 9,
  })
})

test('a job is claimed once, and again only after it was given back', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  const job = await claimOne(opened)
  assert.deepEqual(await claimJobs(opened), [])
  await opened.store.commit({ commands: [release({ id: job.id })] })
  assert.equal((await claimOne(opened)).epoch, 2)
})

test('claims made at the same time share no job', async (t) => {
  const opened = await openJobs(t)
  const keys = Array.from({ length: 100 }, (_, number) => `x${number}`)
  await opened.store.commit({ commands: [offerKeys(keys)] })
  const claims = await Promise.all(Array.from({ length: 12 }, () => claimJobs(opened, { limit: 10 })))
  assert.deepEqual(keysOf(claims.flat()), keys.toSorted())
})

test('the lower priority comes first, and among equals the older job', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  // Ids are as old as they are low: a, b, c, d, e.
  await store.commit({
    commands: [
      ensureLane({ key: 'two', concurrency: 2, gapMs: 0 }),
      offerKeys(['a'], { lane: 'two', priority: 2 }),
      offerKeys(['d', 'c'], { lane: 'two', priority: 1 }),
      offerKeys(['b', 'e'], { lane: 'two', priority: 9 }),
      offerKeys(['e'], { priority: 0 }),
    ],
  })
  const order: (readonly string[])[] = []
  for (const limit of [1, 9, 9]) {
    const claimed = await claimJobs(opened, { limit })
    order.push(keysOf(claimed))
    await store.commit({ commands: [complete.all(claimed.slice(0, 1).map(({ id }) => ({ id })))] })
  }
  assert.deepEqual(order, [['e'], ['c', 'd'], ['a']])
})

test('of equal jobs the one that was told to come later goes behind those that were not', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({
    commands: [
      ensureLane({ key: 'one', concurrency: 1, gapMs: 0 }),
      offerKeys(['a', 'b', 'c'], { lane: 'one' }),
      offerKeys(['deep'], { lane: 'one', priority: 7 }),
    ],
  })
  const first = await claimOne(opened)
  const later = { dueAt: START_AT, errorCode: 'RateLimited', errorMessage: 'come later' }
  await store.commit({ commands: [wait({ id: first.id, ...later })] })
  const order: string[] = [first.uniqueKey]
  for (let left = 4; left > 0; left--) {
    const job = await claimOne(opened)
    order.push(job.uniqueKey)
    await store.commit({ commands: [complete({ id: job.id })] })
  }
  assert.deepEqual(order, ['a', 'b', 'c', 'a', 'deep'])
})

test('jobs beyond the highest priority asked for, of another run or another kind stay where they are', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({
    commands: [
      offerKeys(['at'], { priority: 5 }),
      offerKeys(['beyond'], { priority: 6 }),
      offerKeys(['run'], { run: 'other' }),
      offerKeys(['kind'], { kind: 'other' }),
    ],
  })
  assert.deepEqual(keysOf(await claimJobs(opened, { priorityMax: 5 })), ['at'])
  assert.deepEqual(keysOf(await claimJobs(opened, { priorityMax: 6 })), ['beyond'])
})

test('a lane never runs more jobs than its concurrency, over all kinds, runs and processes', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({
    commands: [
      ensureLane({ key: 'three', concurrency: 3, gapMs: 0 }),
      offerKeys(['x1', 'x2', 'x3', 'x4'], { lane: 'three' }),
      offerKeys(['y1', 'y2'], { lane: 'three', kind: 'other' }),
      offerKeys(['z1'], { lane: 'three', run: 'other' }),
    ],
  })
  const [first] = await claimJobs(opened, { limit: 1 })
  assert.equal((await claimJobs(opened, { kind: 'other', process: 'p2' })).length, 2)
  assert.deepEqual(await claimJobs(opened), [])
  assert.deepEqual(await claimJobs(opened, { run: 'other' }), [])
  await store.commit({ commands: [complete({ id: first?.id ?? '' })] })
  assert.deepEqual(keysOf(await claimJobs(opened, { run: 'other', process: 'p3' })), ['z1'])
  assert.deepEqual(await claimJobs(opened), [])
})

test('a lane with a gap gives one job, and the next one when the gap is over', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({
    commands: [
      ensureLane({ key: 'paced', concurrency: 2, gapMs: 500 }),
      offerKeys(['x1', 'x2', 'x3'], { lane: 'paced' }),
      offerKeys(['y1'], { lane: 'paced', kind: 'other' }),
    ],
  })
  assert.deepEqual(keysOf(await claimJobs(opened)), ['x1'])
  assert.equal((await laneOf(store, 'paced'))?.nextAt, START_AT + 500)
  clock.move(499)
  assert.deepEqual(await claimJobs(opened), [])
  assert.deepEqual(await claimJobs(opened, { kind: 'other' }), [])
  clock.move(1)
  assert.deepEqual(keysOf(await claimJobs(opened)), ['x2'])
  clock.move(10_000)
  assert.deepEqual(await claimJobs(opened), [], 'its concurrency is used up')
  await store.commit({ commands: [complete({ id: 'r/k/x1' })] })
  assert.deepEqual(keysOf(await claimJobs(opened)), ['x3'])
  assert.equal((await laneOf(store, 'paced'))?.nextAt, START_AT + 10_500 + 500)
})

test('a claim of one lane leaves the gap of another alone', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const paced = ['p1', 'p2'].map((key) => ({ key, concurrency: 9, gapMs: 500 }))
  await store.commit({ commands: [ensureLane.all(paced), offerKeys(['x'], { lane: 'p1' })] })
  await claimOne(opened)
  clock.move(200)
  await store.commit({ commands: [offerKeys(['y'], { lane: 'p2' })] })
  await claimOne(opened)
  assert.equal((await laneOf(store, 'p1'))?.nextAt, START_AT + 500)
  assert.equal((await laneOf(store, 'p2'))?.nextAt, START_AT + 700)
})

test('a lane that waits gives nothing until its time', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({
    commands: [
      offerKeys(['x']),
      waitLane({ key: 'a', until: START_AT + 100, code: 'RateLimited', reason: 'told to' }),
    ],
  })
  clock.move(99)
  assert.deepEqual(await claimJobs(opened), [])
  clock.move(1)
  assert.deepEqual(keysOf(await claimJobs(opened)), ['x'])
})

test('a lane of concurrency 0 is shut', async (t) => {
  const opened = await openJobs(t)
  const shut = ensureLane({ key: 'shut', concurrency: 0, gapMs: 0 })
  await opened.store.commit({ commands: [shut, offerKeys(['x'], { lane: 'shut' })] })
  assert.deepEqual(await claimJobs(opened), [])
})

test('jobs of a lane that was never made are not lost: it gives one at a time', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x1', 'x2'], { lane: 'unmade' })] })
  const first = await claimOne(opened)
  assert.deepEqual([first.uniqueKey, first.gapMs], ['x1', 0])
  assert.deepEqual(await claimJobs(opened), [])
  await store.commit({ commands: [complete({ id: first.id })] })
  assert.equal((await claimOne(opened)).uniqueKey, 'x2')
})

test('many lanes take turns: every lane gets its first job before any gets its second', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({
    commands: [
      ensureLane.all(['b', 'c'].map((key) => ({ key, concurrency: 9, gapMs: 0 }))),
      offerKeys(['1', '2', '3', '4', '5'], { lane: 'a' }),
      offerKeys(['6', '7', '8'], { lane: 'b' }),
      offerKeys(['9'], { lane: 'c' }),
    ],
  })
  const turns = []
  for (const limit of [2, 3, 3]) turns.push(keysOf(await claimJobs(opened, { limit })))
  assert.deepEqual(turns, [
    ['1', '6'],
    ['2', '7', '9'],
    ['3', '4', '8'],
  ])
})

test('a scheduled or retryable job is claimed as soon as its time has come, and not before', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({
    commands: [offerKeys(['late'], { dueAt: START_AT + 100 }), offerKeys(['again'])],
  })
  const again = await claimOne(opened)
  const why = { errorCode: 'Timeout', errorMessage: 'late' }
  await store.commit({ commands: [retry({ id: again.id, dueAt: START_AT + 200, ...why })] })
  clock.move(99)
  assert.deepEqual(await claimJobs(opened), [])
  assert.deepEqual((await jobsOf(store)).map((job) => job.state).toSorted(), ['retryable', 'scheduled'])
  clock.move(1)
  assert.deepEqual(keysOf(await claimJobs(opened)), ['late'])
  clock.move(99)
  assert.deepEqual(await claimJobs(opened), [])
  clock.move(1)
  const { uniqueKey, attempts } = await claimOne(opened)
  assert.deepEqual([uniqueKey, attempts], ['again', 1])
})

test('of very many due jobs each claim makes some available, and says that more are due', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const keys = Array.from({ length: 1_200 }, (_, number) => `x${number}`)
  await store.commit({ commands: [offerKeys(keys, { dueAt: START_AT + 1 })] })
  clock.move(1)
  const taken: number[] = []
  while ((await dueAt(store)) === START_AT + 1) taken.push((await claimJobs(opened)).length)
  assert.deepEqual(taken, [500, 500, 0], 'the lane lets 1,000 run')
  const states = (await jobsOf(store)).map((job) => job.state)
  assert.equal(states.filter((state) => state === 'available').length, 200)
})

test('the next due time is the earliest at which time alone makes a job claimable', async (t) => {
  const { store, clock, ...opened } = await openJobs(t)
  assert.equal(await dueAt(store), null)
  await store.commit({ commands: [offerKeys(['now'])] })
  assert.equal(await dueAt(store), null, 'it can be claimed already')
  await store.commit({ commands: [offerKeys(['late'], { dueAt: START_AT + 900 })] })
  await store.commit({ commands: [offerKeys(['later'], { dueAt: START_AT + 950 })] })
  await store.commit({ commands: [offerKeys(['sooner'], { dueAt: START_AT + 800, kind: 'other' })] })
  assert.equal(await dueAt(store), START_AT + 900)
  assert.equal(await dueAt(store, { kind: 'other' }), START_AT + 800)
  assert.equal(await dueAt(store, { run: 'other' }), null)
  await store.commit({
    commands: [waitLane({ key: 'a', until: START_AT + 600, code: 'RateLimited', reason: 'told to' })],
  })
  assert.equal(await dueAt(store), START_AT + 600)
  await store.commit({
    commands: [
      ensureLane({ key: 'paced', concurrency: 1, gapMs: 500 }),
      offerKeys(['p1', 'p2'], { lane: 'paced' }),
    ],
  })
  await claimOne({ store, clock, ...opened })
  assert.equal(await dueAt(store), START_AT + 500)
  await store.commit({
    commands: [waitLane({ key: 'paced', until: START_AT + 700, code: 'RateLimited', reason: 'told to' })],
  })
  assert.equal(await dueAt(store), START_AT + 600, 'the paced lane both waits and keeps its gap')
  clock.move(650)
  assert.equal(await dueAt(store), START_AT + 700)
})

test('a run has open work while any job of the kinds and within the priority may still be done', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  /** Within its priority, below it, and for another kind. */
  const isOpen = async () => {
    const asked = [openWork({ run: 'r', kinds: ['other', 'k'], priorityMax: 5 })]
    asked.push(openWork({ run: 'r', kinds: ['other', 'k'], priorityMax: 4 }))
    asked.push(openWork({ run: 'r', kinds: ['other'], priorityMax: 5 }))
    return (await Promise.all(asked.map((query) => store.read(query)))).map((rows) => rows[0]?.isOpen)
  }
  const why = { errorCode: 'Timeout', errorMessage: 'late' }
  await store.commit({ commands: [offerKeys(['x'], { run: 'other' })] })
  assert.deepEqual(await isOpen(), [false, false, false])
  await store.commit({ commands: [offerKeys(['x'], { priority: 5 })] })
  assert.deepEqual(await isOpen(), [true, false, false], 'available')
  const { id } = await claimOne(opened)
  assert.deepEqual(await isOpen(), [true, true, false], 'running, which counts whatever its priority')
  await store.commit({ commands: [retry({ id, dueAt: START_AT + 1, ...why })] })
  assert.deepEqual(await isOpen(), [true, false, false], 'retryable')
  await store.commit({ commands: [bury({ id, ...why })] })
  assert.deepEqual(await isOpen(), [false, false, false], 'dead')
  await store.commit({ commands: [offerKeys(['y'], { dueAt: START_AT + 1, priority: 5 })] })
  assert.deepEqual(await isOpen(), [true, false, false], 'scheduled')
  await store.commit({ commands: [cancelJobs({ run: 'r', limit: 10 })] })
  assert.deepEqual(await isOpen(), [false, false, false], 'cancelled')
})

test('a lane is waited for also by a job that was told to come later, when no other is available', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const { id } = await claimOne(opened)
  const until = START_AT + 60_000
  const told = { errorCode: 'RobotsUnavailable', errorMessage: 'no robots.txt' }
  await store.commit({
    commands: [
      waitLane({ key: 'a', until, code: 'RateLimited', reason: 'no robots.txt' }),
      wait({ id, dueAt: until, ...told }),
    ],
  })
  assert.deepEqual(await store.read(waitingLanes({ run: 'r', kind: 'k', at: START_AT })), [
    { key: 'a', waitUntil: until, waitReason: 'no robots.txt' },
  ])
})

test('the lanes that hold back a run are listed with their reason, the soonest first', async (t) => {
  const { store, clock } = await openJobs(t)
  await store.commit({
    commands: [
      ensureLane.all(['b', 'idle', 'open'].map((key) => ({ key, concurrency: 1, gapMs: 0 }))),
      offerKeys(['x']),
      offerKeys(['y'], { lane: 'b' }),
      offerKeys(['z'], { lane: 'open' }),
      waitLane({ key: 'a', until: START_AT + 200, code: 'RateLimited', reason: 'HTTP 429' }),
      waitLane({ key: 'b', until: START_AT + 100, code: 'RateLimited', reason: 'no robots.txt' }),
      waitLane({ key: 'idle', until: START_AT + 50, code: 'RateLimited', reason: 'nobody waits' }),
    ],
  })
  const waiting = (at: number) => store.read(waitingLanes({ run: 'r', kind: 'k', at }))
  assert.deepEqual(await waiting(clock.now()), [
    { key: 'b', waitUntil: START_AT + 100, waitReason: 'no robots.txt' },
    { key: 'a', waitUntil: START_AT + 200, waitReason: 'HTTP 429' },
  ])
  assert.deepEqual(
    (await waiting(START_AT + 100)).map((lane) => lane.key),
    ['a'],
  )
})
