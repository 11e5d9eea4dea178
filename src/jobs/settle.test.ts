/** Settling: what each end of a try writes, and that only the current try can end a job. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMillraceError } from '../model/index.ts'
import type { Command } from '../store/index.ts'
import type { Job } from './job.ts'
import { rescueCommand } from './testing/crash.ts'
import {
  START_AT,
  addEffect,
  attemptsOf,
  claimOne,
  effectsOf,
  jobOf,
  jobsOf,
  offerKeys,
  openJobs,
  type Opened,
} from './testing/fixture.ts'
import { bury, complete, held, recordAttempt, release, remove, retry, wait } from './settle.ts'

const why = { errorCode: 'Timeout', errorMessage: 'no answer in 30 s' }
const dueAt = START_AT + 5_000

/** Every way to settle a job. */
const SETTLES: Readonly<Record<string, (id: string) => Command>> = {
  complete: (id) => complete({ id }),
  remove: (id) => remove({ id }),
  retry: (id) => retry({ id, dueAt, ...why }),
  wait: (id) => wait({ id, dueAt, ...why }),
  release: (id) => release({ id }),
  bury: (id) => bury({ id, ...why }),
}

const heldBy = ({ id, epoch }: Job) => held({ id, epoch })

/** What a settle changes in the row of a running job. */
const CHANGES: readonly [keyof typeof SETTLES, object][] = [
  ['complete', { state: 'completed', finishedAt: START_AT + 70 }],
  ['retry', { state: 'retryable', dueAt, attempts: 1, ...why }],
  ['wait', { state: 'scheduled', dueAt, waits: 1, ...why }],
  ['release', { state: 'available' }],
  ['bury', { state: 'dead', attempts: 1, ...why, finishedAt: START_AT + 70 }],
]

for (const [name, changes] of CHANGES) {
  test(`${name} ends the try, gives up its lease, and changes nothing it should not`, async (t) => {
    const opened = await openJobs(t)
    const { store, clock } = opened
    await store.commit({ commands: [offerKeys(['x', 'other'])] })
    const job = await claimOne(opened, { limit: 1 })
    const [running, other] = [await jobOf(store, job.uniqueKey), await jobOf(store, 'x')]
    clock.move(70)
    const settle = SETTLES[name]?.(job.id)
    assert.ok(settle)
    const { results } = await store.commit({ commands: [settle], guards: [heldBy(job)] })
    assert.equal(results[0]?.changed, 1)
    assert.deepEqual(await jobOf(store, job.uniqueKey), {
      ...running,
      process: null,
      leaseUntil: null,
      ...changes,
    })
    assert.deepEqual(await jobOf(store, 'x'), other)
  })
}

test('a completed job keeps no error of an earlier try', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  await store.commit({ commands: [retry({ id: (await claimOne(opened)).id, dueAt, ...why })] })
  clock.move(5_000)
  await store.commit({ commands: [complete({ id: (await claimOne(opened)).id })] })
  const { state, attempts, errorCode, errorMessage } = await jobOf(store, 'x')
  assert.deepEqual([state, attempts, errorCode, errorMessage], ['completed', 1, null, null])
})

test('a removed job is gone, and can be offered again', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x', 'stays'])] })
  const job = await claimOne(opened, { limit: 1 })
  await store.commit({ commands: [remove({ id: job.id })], guards: [heldBy(job)] })
  assert.deepEqual(
    (await jobsOf(store)).map((row) => row.uniqueKey),
    ['x'],
  )
  assert.equal((await store.commit({ commands: [offerKeys(['stays'])] })).results[0].changed, 1)
})

test('a stale try can not settle a job in any way, and nothing of its unit is written', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  for (const [kind, settle] of Object.entries(SETTLES)) {
    await store.commit({ commands: [offerKeys(['x'], { kind })] })
    const stale = await claimOne(opened, { kind })
    await store.commit({ commands: [rescueCommand(store.process)] })
    await assertRefused(opened, stale, settle(stale.id))
    assert.equal((await claimOne(opened, { kind, process: 'another' })).epoch, stale.epoch + 2)
    await assertRefused(opened, stale, settle(stale.id))
  }
  assert.deepEqual(await effectsOf(store), [])
})

async function assertRefused({ store }: Opened, { id, epoch }: Job, settle: Command): Promise<void> {
  const before = await jobsOf(store)
  const rows = ['before', 'after'].map((job) => addEffect({ job, epoch }))
  const unit = store.commit({
    commands: [...rows.slice(0, 1), offerKeys(['child']), settle, ...rows.slice(1)],
    guards: [held({ id, epoch })],
  })
  await assert.rejects(unit, (error) => isMillraceError(error, 'GuardFailed') && error.applied === 'no')
  assert.deepEqual(await jobsOf(store), before)
}

test('a try that ended can not settle its job a second time', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  for (const [kind, settle] of Object.entries(SETTLES)) {
    await store.commit({ commands: [offerKeys(['x'], { kind })] })
    const job = await claimOne(opened, { kind })
    const commands = [addEffect({ job: kind, epoch: job.epoch }), settle(job.id)]
    await store.commit({ commands, guards: [heldBy(job)] })
    await assertRefused(opened, job, settle(job.id))
  }
  assert.deepEqual(await effectsOf(store), Object.keys(SETTLES))
})

test('rows and completion are one unit: when a row is refused, the job is still running', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const job = await claimOne(opened)
  const running = await jobsOf(store)
  const rows = ['written', 'refused'].map((row) => addEffect({ job: row, epoch: job.epoch }))
  await assert.rejects(
    store.commit({
      commands: [complete({ id: job.id }), offerKeys(['child']), ...rows],
      guards: [heldBy(job)],
    }),
    { code: 'Constraint', applied: 'no' },
  )
  assert.deepEqual(await jobsOf(store), running)
  assert.deepEqual(await effectsOf(store), [])
})

test('of many settles in one batch a stale one is refused alone', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['stale'])] })
  const stale = await claimOne(opened)
  await store.commit({ commands: [rescueCommand(store.process)] })
  await store.commit({ commands: [offerKeys(['x', 'y', 'z'])] })
  const jobs = [stale]
  for (let left = 3; left > 0; left--) jobs.push(await claimOne(opened, { limit: 1, priorityMax: 0 }))
  const outcomes = await Promise.allSettled(
    jobs.map((job) =>
      store.commit({
        commands: [
          addEffect({ job: `${job.uniqueKey} ${job.epoch}`, epoch: job.epoch }),
          complete({ id: job.id }),
        ],
        guards: [heldBy(job)],
      }),
    ),
  )
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
  assert.deepEqual(await effectsOf(store), ['stale 3', 'x 1', 'y 1'])
})

test('a failed try is recorded with its process, times and error', async (t) => {
  const { store } = await openJobs(t)
  const first = { attempt: 1, process: 'p', startedAt: START_AT, finishedAt: START_AT + 9, ...why }
  const second = { attempt: 2, process: 'q', startedAt: START_AT + 20, finishedAt: START_AT + 21, ...why }
  const rows = [first, second].map((row, number) => ({ id: `try ${number}`, job: 'x', ...row }))
  await store.commit({ commands: [recordAttempt.all(rows), recordAttempt({ ...first, id: 'z', job: 'y' })] })
  assert.deepEqual(await attemptsOf(store, 'x'), [first, second])
})
