/** What a stage adds to a failed try is written in the unit of that try's record, or left out and said. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MillraceError } from '../../model/index.ts'
import type { Miss, StageSteps } from '../stage.ts'
import type { Job } from '../job.ts'
import {
  addEffect,
  attemptsOf,
  effectsOf,
  effectStage,
  jobOf,
  offerKeys,
  openJobs,
} from '../testing/fixture.ts'
import { work } from '../testing/work.ts'
import type { AttemptEnd } from './attempt.ts'

type Steps = Partial<StageSteps<Job, Job>>

/** Job 'x' with two tries, worked on until a try has ended. */
async function tryOnce(t: TestContext, steps: Steps, given: { readonly attemptsMax: number }) {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'], given)] })
  const ends: AttemptEnd[] = []
  const ended = Promise.withResolvers<void>()
  const worker = work(opened, [effectStage(steps)], {
    onEnd(end) {
      ends.push(end)
      ended.resolve()
    },
  })
  await ended.promise
  worker.stop()
  await worker.ended
  return { ...opened, end: ends[0] ?? assert.fail('no end') }
}

const fails = (code: 'ConnectionLost' | 'RateLimited') => () =>
  Promise.reject(new MillraceError(code, 'as the test asks'))

test('a stage is told of every failed try, and what becomes of the job', async (t) => {
  for (const { code, attemptsMax, does, state } of [
    { code: 'ConnectionLost', attemptsMax: 2, does: 'retry', state: 'retryable' },
    { code: 'RateLimited', attemptsMax: 2, does: 'wait', state: 'scheduled' },
    { code: 'ConnectionLost', attemptsMax: 1, does: 'bury', state: 'dead' },
  ] as const) {
    const told: Miss[] = []
    const miss = (_: Job, one: Miss) => {
      told.push(one)
      return [addEffect({ job: one.does, epoch: 0 })]
    }
    const { store, end } = await tryOnce(t, { work: fails(code), miss }, { attemptsMax })
    const job = await jobOf(store, 'x')
    assert.deepEqual([job.state, end.missError], [state, undefined])
    assert.deepEqual([told.length, told[0]?.does, told[0]?.error.code], [1, does, code])
    assert.equal(told[0]?.until, does === 'bury' ? null : job.dueAt)
    assert.deepEqual(await effectsOf(store), [does])
  }
})

test('what a stage adds that can not be made, or not be written, is left out, and the try is on record', async (t) => {
  for (const miss of [
    () => {
      throw new Error('no words')
    },
    () => [addEffect({ job: 'refused', epoch: 0.5 })],
  ]) {
    const { store, end } = await tryOnce(t, { work: fails('ConnectionLost'), miss }, { attemptsMax: 2 })
    assert.equal((await jobOf(store, 'x')).state, 'retryable')
    assert.equal((await attemptsOf(store, 'r/k/x')).length, 1)
    assert.deepEqual([end.outcome, end.missError === undefined], ['retried', false])
    assert.deepEqual(await effectsOf(store), [])
  }
})
