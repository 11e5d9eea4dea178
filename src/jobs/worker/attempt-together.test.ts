/** Jobs that are settled together: one unit when all goes well, and each with its own fate when it does not. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MillraceError } from '../../model/index.ts'
import { attemptTogether } from './attempt-together.ts'
import { cancelJobs } from '../end-run.ts'
import type { Job } from '../job.ts'
import type { Stage, StageSteps } from '../stage.ts'
import {
  addEffect,
  attemptsOf,
  claimJobs,
  effectStage,
  effectsOf,
  offerKeys,
  openJobs,
  type Opened,
} from '../testing/fixture.ts'
import { statesOf, work } from '../testing/work.ts'

const JOBS_MAX = 4

const saveAll = (jobs: readonly Job[]) =>
  jobs.map((job) => addEffect({ job: `${job.uniqueKey} of ${jobs.length}`, epoch: job.epoch }))
const savePlain = (jobs: readonly Job[]) =>
  jobs.map((job) => addEffect({ job: job.uniqueKey, epoch: job.epoch }))

function togetherStage(steps: Partial<StageSteps<Job, Job>> = {}): Stage {
  return effectStage({ together: { jobsMax: JOBS_MAX, save: saveAll }, ...steps })
}

async function openWith(t: TestContext, keys: readonly string[]): Promise<Opened> {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(keys)] })
  return opened
}

function tryJobs({ store, clock }: Opened, tried: Stage, jobs: readonly Job[], signal?: AbortSignal) {
  const state = { workDone: 0 }
  const onWorkDone = () => void state.workDone++
  const context = { store, clock, random: () => 0.5, onWorkDone, pauseMs: 0 }
  const ends = attemptTogether(tried, jobs, { ...context, signal: signal ?? new AbortController().signal })
  return { state, ends }
}

const outcomes = (ends: readonly { readonly job: Job; readonly outcome: string }[]) =>
  Object.fromEntries(ends.map(({ job, outcome }) => [job.uniqueKey, outcome]))

test('what is tried together is one unit with all completions', async (t) => {
  const opened = await openWith(t, ['a', 'b', 'c'])
  const jobs = await claimJobs(opened)
  const before = await opened.store.position()
  const { state, ends } = tryJobs(opened, togetherStage(), jobs)
  assert.deepEqual(outcomes(await ends), { a: 'completed', b: 'completed', c: 'completed' })
  assert.equal(await opened.store.position(), before + 1)
  assert.deepEqual(await statesOf(opened), { a: 'completed', b: 'completed', c: 'completed' })
  assert.deepEqual(await effectsOf(opened.store), ['a of 3', 'b of 3', 'c of 3'])
  assert.equal(state.workDone, 3)
})

test('one whose work fails is retried, and the others are done all the same, each once', async (t) => {
  const opened = await openWith(t, ['a', 'bad', 'c'])
  const failing = togetherStage({
    work: async (job) => {
      if (job.uniqueKey === 'bad') throw new MillraceError('ConnectionLost', 'test')
      return job
    },
  })
  const { state, ends } = tryJobs(opened, failing, await claimJobs(opened))
  assert.deepEqual(outcomes(await ends), { a: 'completed', bad: 'retried', c: 'completed' })
  assert.deepEqual(await effectsOf(opened.store), ['a', 'c'])
  assert.equal((await attemptsOf(opened.store, 'r/k/bad')).length, 1)
  assert.equal(state.workDone, 3)
})

test('one whose rows can not be applied takes no other along', async (t) => {
  const opened = await openWith(t, ['a', 'refused'])
  const stage = togetherStage({ together: { jobsMax: JOBS_MAX, save: savePlain } })
  const { ends } = tryJobs(opened, stage, await claimJobs(opened))
  const found = outcomes(await ends)
  assert.equal(found['a'], 'completed')
  assert.notEqual(found['refused'], 'completed')
  assert.deepEqual(await effectsOf(opened.store), ['a'])
})

test('one that was given to somebody else meanwhile is fenced alone', async (t) => {
  const opened = await openWith(t, ['a', 'b'])
  const jobs = await claimJobs(opened)
  const stale = jobs.map((job) => (job.uniqueKey === 'b' ? { ...job, epoch: job.epoch - 1 } : job))
  const { ends } = tryJobs(opened, togetherStage(), stale)
  assert.deepEqual(outcomes(await ends), { a: 'completed', b: 'fenced' })
  assert.deepEqual(await effectsOf(opened.store), ['a'])
})

test('when all were cancelled nothing is written', async (t) => {
  const opened = await openWith(t, ['a', 'b'])
  const jobs = await claimJobs(opened)
  await opened.store.commit({ commands: [cancelJobs({ run: 'r', limit: 10 })] })
  const { ends } = tryJobs(opened, togetherStage(), jobs)
  assert.deepEqual(outcomes(await ends), { a: 'fenced', b: 'fenced' })
  assert.deepEqual(await effectsOf(opened.store), [])
})

test('what is told to stop is given back untouched', async (t) => {
  const opened = await openWith(t, ['a', 'b'])
  const { ends } = tryJobs(opened, togetherStage(), await claimJobs(opened), AbortSignal.abort())
  assert.deepEqual(outcomes(await ends), { a: 'released', b: 'released' })
  assert.deepEqual(await statesOf(opened), { a: 'available', b: 'available' })
})

test('a job that is alone needs nobody', async (t) => {
  const opened = await openWith(t, ['a'])
  const { ends } = tryJobs(opened, togetherStage(), await claimJobs(opened))
  assert.deepEqual(outcomes(await ends), { a: 'completed' })
  assert.deepEqual(await effectsOf(opened.store), ['a'])
})

test('a worker takes as many together as the stage allows, and does every job once', async (t) => {
  const keys = Array.from({ length: 10 }, (_, index) => `job${index}`)
  const opened = await openWith(t, keys)
  const stage = togetherStage()
  const { ended } = work(opened, [], { stages: [{ stage, concurrency: 10 }] })
  assert.equal(await ended, 'drained')
  const effects = await effectsOf(opened.store)
  assert.deepEqual(new Set(effects.map((effect) => effect.split(' ')[0])), new Set(keys))
  assert.equal(effects.length, keys.length)
  const sizes = effects.map((effect) => effect.split(' of ')[1])
  assert.deepEqual(sizes, ['4', '4', '4', '4', '4', '4', '4', '4', '2', '2'])
})
