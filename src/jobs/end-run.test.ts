/** The end of a run: its open jobs are cancelled, tries in hand are fenced, and all of it can be deleted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cancelJobs, deleteJobs } from './end-run.ts'
import { bury, complete, held, recordAttempt, retry } from './settle.ts'
import {
  START_AT,
  addEffect,
  attemptsOf,
  claimJobs,
  effectsOf,
  jobsOf,
  offerKeys,
  openJobs,
  type Opened,
} from './testing/fixture.ts'

const why = { errorCode: 'Timeout', errorMessage: 'late' }

/** A run with a job in each state but cancelled; returns the one that is running. */
async function openEveryState(opened: Opened) {
  const { store } = opened
  await store.commit({ commands: [offerKeys(['1 completed', '2 dead', '3 retryable', '4 running'])] })
  const [completed, dead, retryable, running] = await claimJobs(opened)
  assert.ok(completed && dead && retryable && running)
  await store.commit({
    commands: [
      complete({ id: completed.id }),
      bury({ id: dead.id, ...why }),
      retry({ id: retryable.id, dueAt: START_AT + 1, ...why }),
      offerKeys(['5 available']),
      offerKeys(['6 scheduled'], { dueAt: START_AT + 1 }),
      offerKeys(['1'], { run: 'other' }),
    ],
  })
  return running
}

test('cancelling ends the open jobs of one run and leaves what was done as it is', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await openEveryState(opened)
  const other = await jobsOf(store, 'other')
  clock.move(9)
  const { results } = await store.commit({ commands: [cancelJobs({ run: 'r', limit: 100 })] })
  assert.equal(results[0].changed, 4)
  const jobs = await jobsOf(store)
  assert.deepEqual(
    jobs.map((job) => [job.uniqueKey, job.state, job.finishedAt, job.epoch]),
    [
      ['1 completed', 'completed', START_AT, 1],
      ['2 dead', 'dead', START_AT, 1],
      ['3 retryable', 'cancelled', START_AT + 9, 2],
      ['4 running', 'cancelled', START_AT + 9, 2],
      ['5 available', 'cancelled', START_AT + 9, 1],
      ['6 scheduled', 'cancelled', START_AT + 9, 1],
    ],
  )
  assert.ok(jobs.every((job) => job.process === null && job.leaseUntil === null))
  assert.deepEqual(await jobsOf(store, 'other'), other)
  clock.move(9)
  assert.deepEqual(await claimJobs(opened), [])
})

test('a try in hand can not settle a cancelled job', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  const { id, epoch } = await openEveryState(opened)
  await store.commit({ commands: [cancelJobs({ run: 'r', limit: 100 })] })
  const unit = { commands: [addEffect({ job: id, epoch }), complete({ id })], guards: [held({ id, epoch })] }
  await assert.rejects(store.commit(unit), { code: 'GuardFailed' })
  assert.deepEqual(await effectsOf(store), [])
  assert.equal((await jobsOf(store)).find((job) => job.id === id)?.state, 'cancelled')
})

test('cancelling goes in chunks until nothing is left to cancel', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await openEveryState(opened)
  const changed = []
  for (let chunk = 0; chunk < 3; chunk++) {
    changed.push((await store.commit({ commands: [cancelJobs({ run: 'r', limit: 3 })] })).results[0].changed)
  }
  assert.deepEqual(changed, [3, 1, 0])
})

test('deleting takes the jobs of one run and their attempts, in chunks, until nothing is left', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  const { id } = await openEveryState(opened)
  const failed = { attempt: 1, process: 'p', startedAt: START_AT, finishedAt: START_AT, ...why }
  await store.commit({
    commands: [
      recordAttempt.all([
        { id: 'of r', job: id, ...failed },
        { id: 'of other', job: 'other/k/1', ...failed },
      ]),
    ],
  })
  const other = await jobsOf(store, 'other')
  const changed = []
  for (let chunk = 0; chunk < 4; chunk++) {
    changed.push((await store.commit({ commands: [deleteJobs({ run: 'r', limit: 3 })] })).results[0].changed)
  }
  assert.deepEqual(
    changed.toSorted((a, b) => a - b),
    [0, 0, 3, 4],
  )
  assert.deepEqual(await jobsOf(store), [])
  assert.deepEqual(await attemptsOf(store, id), [])
  assert.deepEqual(await jobsOf(store, 'other'), other)
  assert.equal((await attemptsOf(store, 'other/k/1')).length, 1)
})
