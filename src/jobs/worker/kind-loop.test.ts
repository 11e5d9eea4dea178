/** The loop of one kind: how many jobs it takes, and what wakes it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createBus } from '../../bus/index.ts'
import type { AttemptEnd } from './attempt.ts'
import { jobsTopic, LEASE_MS } from './kind-loop.ts'
import {
  START_AT,
  addEffect,
  claimJobs,
  effectStage,
  effectsOf,
  jobOf,
  offerKeys,
  openJobs,
  type Opened,
  putProcess,
} from '../testing/fixture.ts'
import { ensureLane } from '../lanes/index.ts'
import { gatedStage, settleDown, statesOf, work } from '../testing/work.ts'

test('a worker never has more jobs of a kind at work than its concurrency, nor more in hand than its room', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({
    commands: [
      offerKeys(['1', '2', '3', '4', '5', '6', '7', '8']),
      offerKeys(['9', '10'], { kind: 'narrow' }),
    ],
  })
  const atWork: Record<string, number> = { k: 0, narrow: 0 }
  const most: Record<string, number> = { k: 0, narrow: 0 }
  const steps = {
    async work<J extends { kind: string }>(job: J) {
      atWork[job.kind] = (atWork[job.kind] ?? 0) + 1
      most[job.kind] = Math.max(most[job.kind] ?? 0, atWork[job.kind] ?? 0)
      await opened.store.position()
      atWork[job.kind] = (atWork[job.kind] ?? 0) - 1
      return job
    },
  }
  const stages = [
    { stage: effectStage(steps), concurrency: 3 },
    { stage: effectStage(steps, 'narrow'), concurrency: 5, room: () => 1 },
  ]
  assert.equal(await work(opened, [], { stages }).ended, 'drained')
  assert.deepEqual(most, { k: 3, narrow: 1 })
})

test('a kind without room gets no job, and the worker is drained when there is none', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  let room = 1
  const stages = [{ stage: effectStage(), concurrency: 4, room: () => room }]
  const onEnd = () => (room = 0)
  assert.equal(await work(opened, [], { stages, onEnd }).ended, 'drained')
  assert.deepEqual(await statesOf(opened), { x: 'completed' })
})

/** A worker that sleeps, with its timers stopped: a job that is due in a day keeps it from being drained. */
async function sleepingWorker(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const opened = await openJobs(t)
  const { store } = opened
  const bus = createBus()
  await store.commit({
    commands: [offerKeys(['far'], { dueAt: START_AT + 86_400_000 }), offerKeys(['first'])],
  })
  const ends: AttemptEnd[] = []
  const heard = new Map<string, () => void>()
  const onEnd = (end: AttemptEnd) => {
    ends.push(end)
    heard.get(end.job.uniqueKey)?.()
  }
  const whenDone = (key: string) => new Promise<void>((resolve) => heard.set(key, resolve))
  const first = whenDone('first')
  const worker = work(opened, [effectStage()], { bus, onEnd })
  await first
  await settleDown(opened)
  return { ...opened, opened, bus, worker, ends, whenDone }
}

/** Lets the worker's timers run until a job was done. */
async function tickUntil(
  t: TestContext,
  opened: Opened,
  ends: readonly AttemptEnd[],
  key: string,
): Promise<void> {
  while (!ends.some((end) => end.job.uniqueKey === key)) {
    t.mock.timers.tick(1_000)
    await settleDown(opened)
  }
}

test('a hint wakes a sleeping worker, with no timer running', { timeout: 20_000 }, async (t) => {
  const sleeping = await sleepingWorker(t)
  const { store, opened } = sleeping
  await store.commit({ commands: [offerKeys(['x'])] })
  await settleDown(opened)
  assert.equal((await jobOf(store, 'x')).state, 'available', 'it sleeps')
  const done = sleeping.whenDone('x')
  sleeping.bus.hint(jobsTopic('other'))
  await settleDown(opened)
  assert.equal((await jobOf(store, 'x')).state, 'available', 'a hint of another kind is not for it')
  sleeping.bus.hint(jobsTopic('k'))
  await done
  sleeping.worker.stop()
  assert.equal(await sleeping.worker.ended, 'stopped')
})

test('a job whose hint was lost is found by the slow look', { timeout: 20_000 }, async (t) => {
  const { store, opened, ends, worker } = await sleepingWorker(t)
  await store.commit({ commands: [offerKeys(['x'])] })
  await tickUntil(t, opened, ends, 'x')
  worker.stop()
  await worker.ended
  assert.equal((await jobOf(store, 'x')).state, 'completed')
})

test(
  'a job is done when its time has come, and then the worker is drained',
  { timeout: 20_000 },
  async (t) => {
    const { store, clock, opened, ends, worker } = await sleepingWorker(t)
    clock.move(86_400_000)
    await tickUntil(t, opened, ends, 'far')
    assert.equal(await worker.ended, 'drained')
    assert.deepEqual(await effectsOf(store), ['first', 'far'])
  },
)

test('a worker that runs takes over the jobs of a process that died', { timeout: 20_000 }, async (t) => {
  const { store, opened, ends, worker } = await sleepingWorker(t)
  await store.commit({ commands: [offerKeys(['x']), putProcess({ id: 'died' })] })
  assert.equal((await claimJobs(opened, { process: 'died' })).length, 1)
  await tickUntil(t, opened, ends, 'x')
  worker.stop()
  await worker.ended
  const { state, crashes, epoch } = await jobOf(store, 'x')
  assert.deepEqual([state, crashes, epoch], ['completed', 1, 3])
})

test('a worker extends the leases of what it has in hand', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const gated = gatedStage()
  const worker = work(opened, [gated.stage])
  await gated.whenStarted(1)
  clock.move(LEASE_MS / 2)
  t.mock.timers.tick(LEASE_MS / 3)
  await settleDown(opened)
  assert.equal((await jobOf(store, 'x')).leaseUntil, START_AT + LEASE_MS / 2 + LEASE_MS)
  gated.open()
  assert.equal(await worker.ended, 'drained')
})

test('a job a stage offers to a sleeping stage is taken at once', { timeout: 20_000 }, async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const first = effectStage({
    async work(job) {
      await settleDown(opened)
      return job
    },
    save: () => [offerKeys(['y'], { kind: 'next' }), addEffect({ job: 'x', epoch: 0 })],
  })
  assert.equal(await work(opened, [first, effectStage({}, 'next')]).ended, 'drained')
  assert.deepEqual(await effectsOf(store), ['x', 'y'])
})

test(
  'a slot of a lane that one kind frees is taken at once by another kind that waits for it',
  { timeout: 20_000 },
  async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const opened = await openJobs(t)
    const { store } = opened
    await store.commit({
      commands: [
        ensureLane({ key: 'host', concurrency: 1, gapMs: 0 }),
        offerKeys(['page'], { lane: 'host' }),
      ],
    })
    const gated = gatedStage()
    const worker = work(opened, [gated.stage, effectStage({}, 'sitemap')])
    await gated.whenStarted(1)
    await store.commit({ commands: [offerKeys(['sitemap'], { lane: 'host', kind: 'sitemap' })] })
    t.mock.timers.tick(1_000)
    await settleDown(opened)
    assert.deepEqual(await statesOf(opened), { page: 'running', sitemap: 'available' })
    gated.open()
    assert.equal(await worker.ended, 'drained', 'with no timer running')
    assert.deepEqual(await effectsOf(store), ['page', 'sitemap'])
  },
)
