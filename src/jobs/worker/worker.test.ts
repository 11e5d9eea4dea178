/** The worker: it drains a run, does every effect once among processes and crashes, and ends when it should. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createBus } from '../../bus/index.ts'
import { MillraceError } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import type { AttemptEnd } from './attempt.ts'
import { cancelJobs } from '../end-run.ts'
import { jobsTopic } from './kind-loop.ts'
import { startChild } from '../testing/crash.ts'
import { assertGrown, growthStages, plant } from '../testing/crawl-like.ts'
import {
  effectStage,
  effectsOf,
  isNotTold,
  jobOf,
  jobsOf,
  offerKeys,
  openJobs,
  tell,
} from '../testing/fixture.ts'
import { gatedStage, statesOf, work } from '../testing/work.ts'

test('a run of thousands of jobs that fail by chance is drained, and each effect is there once', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const growth = { seed: 'one process', roots: 6, depth: 5 }
  await store.commit({ commands: plant(growth) })
  const bus = createBus()
  const outcomes: Record<string, number> = {}
  const onEnd = (end: AttemptEnd) => {
    outcomes[end.outcome] = (outcomes[end.outcome] ?? 0) + 1
    if (end.outcome !== 'retried' && end.outcome !== 'waits') return
    clock.move(2_000)
    for (const kind of ['page', 'index']) bus.hint(jobsTopic(kind))
  }
  const stages = growthStages(growth, clock, () => setImmediate())
  const slots = stages.map((stage) => ({ stage, concurrency: 50 }))
  assert.equal(await work(opened, [], { stages: slots, onEnd, bus }).ended, 'drained')
  await assertGrown(growth, store)
  for (const outcome of ['completed', 'retried', 'waits', 'dead'])
    assert.ok((outcomes[outcome] ?? 0) > 10, outcome)
})

test('of three processes on one file one is killed at work, and each effect is there once', async (t) => {
  const { store, path } = await openJobs(t)
  const growth = { seed: 'three processes', roots: 6, depth: 3 }
  await store.commit({ commands: plant(growth) })
  const start = (mode: string) => startChild(t, 'work-child.ts', [path, JSON.stringify(growth), mode])
  const killed = start('hang')
  assert.equal(await killed.nextLine(), 'hangs')
  const living = ['first', 'second'].map((mode) => start(mode))
  await killed.kill()
  const ends = await Promise.all(living.map((child) => child.nextLine()))
  assert.deepEqual(ends, ['drained', 'drained'])
  await Promise.all(living.map((child) => child.ended()))
  await assertGrown(growth, store)
  const jobs = await jobsOf(store)
  assert.ok(jobs.some((job) => job.crashes > 0))
})

test('a worker with nothing to do is drained', async (t) => {
  const opened = await openJobs(t)
  assert.equal(await work(opened, [effectStage()]).ended, 'drained')
})

test('a worker works on the jobs of its run and kinds within its priority, and is drained without the others', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({
    commands: [
      offerKeys(['first'], { priority: 5 }),
      offerKeys(['beyond'], { priority: 6 }),
      offerKeys(['other kind'], { kind: 'other' }),
      offerKeys(['other run'], { run: 'other' }),
    ],
  })
  assert.equal(await work(opened, [effectStage()], { priorityMax: 5 }).ended, 'drained')
  assert.deepEqual(await effectsOf(store), ['first'])
})

test('a worker that is stopped finishes what is in hand and claims no more', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['1', '2', '3', '4', '5', '6'])] })
  const gated = gatedStage()
  const ends: AttemptEnd[] = []
  const worker = work(opened, [gated.stage], { onEnd: (end) => ends.push(end) })
  await gated.whenStarted(4)
  worker.stop()
  gated.open()
  assert.equal(await worker.ended, 'stopped')
  assert.deepEqual(
    ends.map((end) => end.outcome),
    ['completed', 'completed', 'completed', 'completed'],
  )
  assert.ok(gated.signals.every((signal) => !signal.aborted))
  assert.deepEqual(await effectsOf(opened.store), ['1', '2', '3', '4'])
  const states = await statesOf(opened)
  assert.deepEqual([states['5'], states['6']], ['available', 'available'])
})

test('a worker that is stopped before it began claims nothing', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  const worker = work(opened, [effectStage()])
  worker.stop()
  assert.equal(await worker.ended, 'stopped')
  assert.equal((await jobOf(opened.store, 'x')).epoch, 0)
})

test('a worker that is aborted aborts what is in hand and gives it back uncharged', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['1', '2']), offerKeys(['3'], { kind: 'other' })] })
  const offered = await jobsOf(store)
  const gates = [gatedStage(), gatedStage('other')]
  const ends: AttemptEnd[] = []
  const worker = work(
    opened,
    gates.map((gate) => gate.stage),
    { onEnd: (end) => ends.push(end) },
  )
  await Promise.all([gates[0]?.whenStarted(2), gates[1]?.whenStarted(1)])
  worker.abort()
  assert.equal(await worker.ended, 'stopped')
  const signals = gates.flatMap((gate) => gate.signals)
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, true, true],
  )
  assert.deepEqual(
    ends.map((end) => end.outcome),
    ['released', 'released', 'released'],
  )
  assert.deepEqual(
    await jobsOf(store),
    offered.map((job) => ({ ...job, epoch: 1 })),
  )
  assert.deepEqual(await effectsOf(store), [])
})

test('a second, harder stop aborts what the first one waits for', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  const gated = gatedStage()
  const worker = work(opened, [gated.stage])
  await gated.whenStarted(1)
  worker.stop()
  worker.abort()
  assert.equal(await worker.ended, 'stopped')
  assert.deepEqual(await statesOf(opened), { x: 'available' })
})

test('when a guard of its claims holds no more, a worker ends as fenced and gives back what is in hand', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['1']), offerKeys(['2'], { kind: 'other' })] })
  const gated = gatedStage('other')
  const teller = effectStage({
    async work(job) {
      await gated.whenStarted(1)
      await tell(store)
      return job
    },
  })
  const worker = work(opened, [teller, gated.stage], { guards: [isNotTold({})] })
  assert.equal(await worker.ended, 'fenced')
  assert.deepEqual(await statesOf(opened), { '1': 'completed', '2': 'available' })
  assert.ok(gated.signals[0]?.aborted)
})

test('a loop that is fenced does not wait for its own work: that is aborted', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const bus = createBus()
  const gated = gatedStage()
  const worker = work(opened, [gated.stage], { guards: [isNotTold({})], bus })
  await gated.whenStarted(1)
  await tell(store)
  bus.hint(jobsTopic('k'))
  assert.equal(await worker.ended, 'fenced')
  assert.deepEqual(await statesOf(opened), { x: 'available' })
})

test('a worker whose guard never held claims nothing and is fenced', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  await tell(opened.store)
  assert.equal(await work(opened, [effectStage()], { guards: [isNotTold({})] }).ended, 'fenced')
  assert.equal((await jobOf(opened.store, 'x')).epoch, 0)
})

test('a store that fails at a claim ends the worker with its error, and work in hand is aborted', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  const bus = createBus()
  const gated = gatedStage()
  const worker = work(opened, [gated.stage], { bus })
  await gated.whenStarted(1)
  await opened.store.close()
  bus.hint(jobsTopic('k'))
  await assert.rejects(worker.ended, { code: 'Closed' })
  assert.ok(gated.signals[0]?.aborted)
})

test('a store that fails at a settle ends the worker with its error, and other work in hand is aborted', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x']), offerKeys(['y'], { kind: 'other' })] })
  const gated = gatedStage('other')
  const closer = effectStage({
    async work(job) {
      await gated.whenStarted(1)
      await opened.store.close()
      return job
    },
  })
  await assert.rejects(work(opened, [closer, gated.stage]).ended, { code: 'Closed' })
  assert.ok(gated.signals[0]?.aborted)
})

test('a store that fails from the start ends the worker with its error', async (t) => {
  const opened = await openJobs(t)
  await opened.store.close()
  await assert.rejects(work(opened, [effectStage()]).ended, { name: 'MillraceError' })
})

test('what the caller throws at the end of a try ends the worker as a Fault', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  await assert.rejects(work(opened, [effectStage()], { onEnd: throwTypeError }).ended, { code: 'Fault' })
})

function throwTypeError(): never {
  throw new TypeError('x is not a function')
}

test('cancelling a run fences the tries in hand, and the worker is drained', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['1', '2', '3', '4', '5'])] })
  const gated = gatedStage()
  const ends: AttemptEnd[] = []
  const worker = work(opened, [gated.stage], { onEnd: (end) => ends.push(end) })
  await gated.whenStarted(4)
  await store.commit({ commands: [cancelJobs({ run: 'r', limit: 100 })] })
  gated.open()
  assert.equal(await worker.ended, 'drained')
  assert.deepEqual(
    ends.map((end) => end.outcome),
    ['fenced', 'fenced', 'fenced', 'fenced'],
  )
  assert.deepEqual(await effectsOf(store), [])
  assert.deepEqual(new Set(Object.values(await statesOf(opened))), new Set(['cancelled']))
})

test(
  'a store that is too slow to say whether work is left is asked again',
  { timeout: 20_000 },
  async (t) => {
    const opened = await openJobs(t)
    let asked = 0
    const read: Store['read'] = (query, options) =>
      asked++ === 0 ? Promise.reject(new MillraceError('Timeout', 'test')) : opened.store.read(query, options)
    const slow = { ...opened, store: { ...opened.store, read } }
    assert.equal(await work(slow, [effectStage()]).ended, 'drained')
    assert.equal(asked, 2)
  },
)

test('jobs of many lanes beyond the priority leave a worker drained', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  for (const lane of ['b', 'c', 'd'])
    await store.commit({ commands: [offerKeys([lane], { lane, priority: 7 })] })
  await store.commit({ commands: [offerKeys(['near'], { lane: 'c', priority: 6 })] })
  assert.equal(await work(opened, [effectStage()], { priorityMax: 6 }).ended, 'drained')
  assert.deepEqual(await effectsOf(store), ['near'])
})
