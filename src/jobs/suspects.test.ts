/** Suspects: jobs that were in hand in several crashes are claimed singly, so that the next crash tells. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextDue } from './claim.ts'
import { ensureLane, waitLane } from './lanes/index.ts'
import { complete, release, retry } from './settle.ts'
import { rescueCommand } from './testing/crash.ts'
import {
  START_AT,
  claimJobs,
  claimOne,
  effectStage,
  jobOf,
  jobsOf,
  offerKeys,
  openJobs,
  type Opened,
} from './testing/fixture.ts'
import { statesOf, work } from './testing/work.ts'

/** Offers keys that were in hand in three crashes, all together. */
async function makeSuspects(opened: Opened, keys: readonly string[], given = {}): Promise<void> {
  const { store } = opened
  await store.commit({ commands: [offerKeys(keys, given)] })
  for (let crash = 0; crash < 3; crash++) {
    assert.equal((await claimJobs(opened, { process: 'lost' })).length, keys.length)
    await store.commit({ commands: [rescueCommand('lost')] })
  }
}

const keysOf = (jobs: readonly { readonly uniqueKey: string }[]) => jobs.map((job) => job.uniqueKey)

test('a suspect is claimed after all others, and alone', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await makeSuspects(opened, ['s1', 's2'])
  await store.commit({ commands: [offerKeys(['x', 'y'], { priority: 9 })] })
  const first = await claimJobs(opened)
  assert.deepEqual(keysOf(first).toSorted(), ['x', 'y'])
  assert.deepEqual(await claimJobs(opened), [], 'others are in hand')
  await store.commit({ commands: [complete.all(first.map(({ id }) => ({ id })))] })
  assert.equal((await claimOne(opened)).uniqueKey, 's1')
})

test('beside a suspect its process claims nothing of any kind, and another process does', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await makeSuspects(opened, ['s1', 's2'])
  const suspect = await claimOne(opened)
  await store.commit({ commands: [offerKeys(['x']), offerKeys(['y'], { kind: 'j' })] })
  assert.deepEqual([...(await claimJobs(opened)), ...(await claimJobs(opened, { kind: 'j' }))], [])
  assert.deepEqual(keysOf(await claimJobs(opened, { process: 'other', limit: 1 })), ['x'])
  await store.commit({ commands: [complete({ id: suspect.id })] })
  assert.deepEqual(keysOf(await claimJobs(opened, { kind: 'j' })), ['y'])
})

test('a suspect that is given back or tried again stays one, and is no hint for anybody to look at once', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await makeSuspects(opened, ['s'])
  const why = { errorCode: 'Timeout', errorMessage: 'test' }
  await store.commit({ commands: [release({ id: (await claimOne(opened)).id })] })
  assert.equal((await jobOf(store, 's')).state, 'retryable')
  await store.commit({
    commands: [retry({ id: (await claimOne(opened)).id, dueAt: START_AT + 10, ...why })],
  })
  const due = async () => (await store.commit({ commands: [nextDue({ run: 'r', kind: 'k' })] })).results[0]
  assert.deepEqual(await claimJobs(opened), [], 'it is not due')
  assert.equal((await due()).rows[0]?.at, START_AT + 10)
  clock.move(10)
  assert.equal((await due()).rows[0]?.at, null)
  assert.equal((await claimOne(opened)).uniqueKey, 's')
})

test('a suspect keeps to the pace, the slots and the waits of its lane, and to the priority asked for', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [ensureLane({ key: 'b', concurrency: 1, gapMs: 0 })] })
  await makeSuspects(opened, ['s'], { lane: 'b', priority: 4 })
  assert.deepEqual(await claimJobs(opened, { priorityMax: 3 }), [])
  await store.commit({ commands: [offerKeys(['x'], { lane: 'b', kind: 'j' })] })
  const busy = await claimOne(opened, { process: 'other', kind: 'j' })
  assert.deepEqual(await claimJobs(opened), [], 'the slot is taken')
  await store.commit({
    commands: [
      complete({ id: busy.id }),
      waitLane({ key: 'b', until: START_AT + 5, code: 'RateLimited', reason: 'test' }),
    ],
  })
  assert.deepEqual(await claimJobs(opened), [], 'the lane is closed')
  clock.move(5)
  assert.equal((await claimOne(opened)).uniqueKey, 's')
})

test('a job that ends every process it is in is found although others are always in hand beside it', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  const keys = ['a', 'poison', 'z1', 'z2']
  await store.commit({ commands: [offerKeys(keys)] })
  for (let life = 0; life < 30; life++) {
    const claimed = await claimJobs(opened, { process: 'p', limit: 3 })
    if (claimed.some((job) => job.uniqueKey === 'poison'))
      await store.commit({ commands: [rescueCommand('p')] })
    else await store.commit({ commands: [complete.all(claimed.map(({ id }) => ({ id })))] })
  }
  const rows = await jobsOf(store)
  const poison = rows.find((job) => job.uniqueKey === 'poison')
  assert.ok((poison?.crashesAlone ?? 0) >= 10)
  const others = rows.filter((job) => job !== poison)
  assert.deepEqual(
    others.map((job) => [job.state, job.crashesAlone]),
    others.map(() => ['completed', 0]),
  )
})

test('a worker works through suspects one at a time and is drained', async (t) => {
  const opened = await openJobs(t)
  await makeSuspects(opened, ['s1', 's2', 's3'])
  await opened.store.commit({ commands: [offerKeys(['x', 'y'])] })
  const most = { atWork: 0, suspectsBeside: 0 }
  const counted = effectStage({
    async work(job) {
      most.atWork++
      await opened.store.position()
      if (job.crashes >= 3) most.suspectsBeside = Math.max(most.suspectsBeside, most.atWork - 1)
      most.atWork--
      return job
    },
  })
  assert.equal(await work(opened, [counted]).ended, 'drained')
  assert.equal(most.suspectsBeside, 0)
  assert.ok(Object.values(await statesOf(opened)).every((state) => state === 'completed'))
})
