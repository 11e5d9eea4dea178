/** Burials: what ends every process is buried by its next try, and no stage can keep a dead letter from being written. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MillraceError } from '../../model/index.ts'
import { rescueCommand } from '../testing/crash.ts'
import {
  START_AT,
  addEffect,
  attemptsOf,
  claimOne,
  effectsOf,
  effectStage,
  jobOf,
  offerKeys,
  openJobs,
} from '../testing/fixture.ts'
import { work } from '../testing/work.ts'
import type { AttemptEnd } from './attempt.ts'

/** A store with job 'x', which was running alone in so many crashes. */
async function crashed(t: TestContext, crashes: number) {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'])] })
  for (let crash = 0; crash < crashes; crash++) {
    await claimOne(opened, { process: 'lost' })
    await opened.store.commit({ commands: [rescueCommand('lost')] })
  }
  return opened
}

const burying = (work = () => Promise.reject(new Error('never worked on'))) =>
  effectStage({ work, bury: () => [addEffect({ job: 'buried', epoch: 0 })] })

test('a job that was alone in 10 crashes is buried untried, once, with its attempt and what its stage adds', async (t) => {
  const opened = await crashed(t, 10)
  const { store } = opened
  const ends: AttemptEnd[] = []
  for (let turn = 0; turn < 2; turn++)
    assert.equal(await work(opened, [burying()], { onEnd: (end) => ends.push(end) }).ended, 'drained')
  const errorMessage = 'the process that worked on it ended 10 times while it worked on nothing else'
  const { state, attempts, finishedAt, ...job } = await jobOf(store, 'x')
  assert.deepEqual([state, attempts, finishedAt], ['dead', 1, START_AT])
  assert.deepEqual([job.errorCode, job.errorMessage], ['Fault', errorMessage])
  const at = { startedAt: START_AT, finishedAt: START_AT }
  assert.deepEqual(await attemptsOf(store, 'r/k/x'), [
    { attempt: 1, process: store.process, ...at, errorCode: 'Fault', errorMessage },
  ])
  assert.deepEqual(await effectsOf(store), ['buried'])
  assert.deepEqual(
    ends.map((end) => end.outcome),
    ['dead'],
  )
})

test('a job that was alone in 9 crashes is tried once more', async (t) => {
  const opened = await crashed(t, 9)
  assert.equal(await work(opened, [effectStage()]).ended, 'drained')
  assert.equal((await jobOf(opened.store, 'x')).state, 'completed')
})

test('a stage that fails at burying gets a plain dead letter, and the end of the try says why', async (t) => {
  const opened = await crashed(t, 0)
  const ends: AttemptEnd[] = []
  const broken = effectStage({
    work: () => Promise.reject(new MillraceError('TlsFailed', 'test')),
    bury() {
      throw new Error('no words')
    },
  })
  assert.equal(await work(opened, [broken], { onEnd: (end) => ends.push(end) }).ended, 'drained')
  const { state, errorCode } = await jobOf(opened.store, 'x')
  assert.deepEqual(
    [state, errorCode, (await attemptsOf(opened.store, 'r/k/x')).length],
    ['dead', 'TlsFailed', 1],
  )
  assert.deepEqual(
    [ends[0]?.outcome, ends[0]?.error?.code, ends[0]?.missError?.code],
    ['dead', 'TlsFailed', 'Fault'],
  )
  assert.match(ends[0]?.missError?.message ?? '', /no words/)
})
