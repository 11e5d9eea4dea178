/** One try from claim to settle: every way it can end, and what is written with each. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MillraceError, type ErrorCode } from '../../model/index.ts'
import { attempt, type AttemptContext } from './attempt.ts'
import type { Job } from '../job.ts'
import { stage, type Stage, type WorkContext } from '../stage.ts'
import { rescueCommand } from '../testing/crash.ts'
import {
  START_AT,
  addEffect,
  attemptsOf,
  claimJobs,
  claimOne,
  effectStage,
  effectsOf,
  jobOf,
  jobsOf,
  laneOf,
  offerKeys,
  openJobs,
  type Opened,
} from '../testing/fixture.ts'

const failing = (code: ErrorCode, facts = {}) =>
  effectStage({ work: () => Promise.reject(new MillraceError(code, `test of ${code}`, { facts })) })

async function openWith(t: TestContext, given: Parameters<typeof offerKeys>[1] = {}): Promise<Opened> {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [offerKeys(['x'], given)] })
  return opened
}

function tryJob(opened: Opened, tried: Stage, job: Job, given: Partial<AttemptContext> = {}) {
  const { store, clock } = opened
  const signal = new AbortController().signal
  const context = { store, clock, signal, random: () => 0.5, onWorkDone: () => undefined, pauseMs: 0 }
  return attempt(tried, job, { ...context, ...given })
}

const claimAndTry = async (opened: Opened, tried: Stage, given: Partial<AttemptContext> = {}) =>
  tryJob(opened, tried, await claimOne(opened), given)

test('a try reads, works, and commits what it says together with the completion', async (t) => {
  const opened = await openWith(t)
  const { store } = opened
  const steps: string[] = []
  const tried = stage<string, string>({
    kind: 'k',
    async load(reader, job) {
      assert.equal((await jobsOf(reader))[0]?.state, 'running')
      return `loaded ${job.uniqueKey}`
    },
    work(input) {
      return Promise.resolve(`worked on ${input}`)
    },
    save(output, job) {
      steps.push(output)
      return [addEffect({ job: job.uniqueKey, epoch: job.epoch }), offerKeys(['child'], { parent: job.id })]
    },
  })
  const job = await claimOne(opened)
  const before = await store.position()
  const end = await tryJob(opened, tried, job, { onWorkDone: () => steps.push('work done') })
  assert.deepEqual(steps, ['worked on loaded x', 'work done'])
  assert.deepEqual([end.job, end.outcome, end.error], [job, 'completed', undefined])
  assert.deepEqual(
    (await jobsOf(store)).map((row) => [row.uniqueKey, row.state]),
    [
      ['child', 'available'],
      ['x', 'completed'],
    ],
  )
  assert.deepEqual(await effectsOf(store), ['x'])
  assert.equal(await store.position(), before + 1, 'it was one unit')
  assert.deepEqual(await attemptsOf(store, job.id), [])
})

test('a job of a kind that is not kept is removed when it is done', async (t) => {
  const opened = await openWith(t)
  const end = await claimAndTry(opened, effectStage({ isKept: false }))
  assert.equal(end.outcome, 'completed')
  assert.deepEqual(await jobsOf(opened.store), [])
  assert.deepEqual(await effectsOf(opened.store), ['x'])
})

test('the work knows its job, its clock, its signal, and whether it is the last attempt', async (t) => {
  const opened = await openWith(t, { attemptsMax: 2 })
  const seen: WorkContext[] = []
  const tried = effectStage({
    work(_, context) {
      seen.push(context)
      return Promise.reject(new MillraceError('ConnectionLost', 'test'))
    },
  })
  const signal = new AbortController().signal
  await claimAndTry(opened, tried, { signal })
  opened.clock.move(60_000)
  await claimAndTry(opened, tried, { signal })
  assert.deepEqual(
    seen.map((context) => [context.job.epoch, context.isLastAttempt, context.clock, context.signal]),
    [
      [1, false, opened.clock, signal],
      [2, true, opened.clock, signal],
    ],
  )
})

test('a failed try costs an attempt and comes back after its pause; after the last one the job is dead', async (t) => {
  const opened = await openWith(t, { attemptsMax: 3 })
  const { store, clock } = opened
  const outcomes = []
  const tried = effectStage({
    work() {
      clock.move(40)
      return Promise.reject(new MillraceError('FetchTimeout', `late at ${clock.now() - START_AT}`))
    },
  })
  for (const pauseMs of [750, 1_500]) {
    outcomes.push((await claimAndTry(opened, tried)).outcome)
    const { state, dueAt } = await jobOf(store, 'x')
    assert.deepEqual([state, dueAt], ['retryable', clock.now() + pauseMs])
    assert.deepEqual(await claimJobs(opened), [])
    clock.move(pauseMs)
  }
  const last = await claimAndTry(opened, tried)
  assert.deepEqual([...outcomes, last.outcome], ['retried', 'retried', 'dead'])
  assert.equal(last.error?.code, 'FetchTimeout')
  const job = await jobOf(store, 'x')
  assert.deepEqual([job.state, job.attempts, job.waits], ['dead', 3, 0])
  assert.deepEqual([job.errorCode, job.errorMessage], ['FetchTimeout', 'late at 2370'])
  assert.equal(job.finishedAt, START_AT + 2_370)
  const common = { process: store.process, errorCode: 'FetchTimeout' }
  assert.deepEqual(
    await attemptsOf(store, job.id),
    [0, 790, 2_330].map((at, number) => ({
      attempt: number + 1,
      startedAt: START_AT + at,
      finishedAt: START_AT + at + 40,
      errorMessage: `late at ${at + 40}`,
      ...common,
    })),
  )
  assert.deepEqual(await effectsOf(store), [])
})

test('what can not get better is dead at once, with its attempt on record', async (t) => {
  const opened = await openWith(t)
  const end = await claimAndTry(opened, failing('TlsFailed'))
  assert.equal(end.outcome, 'dead')
  const { state, attempts, errorCode, errorMessage } = await jobOf(opened.store, 'x')
  assert.deepEqual([state, attempts, errorCode, errorMessage], ['dead', 1, 'TlsFailed', 'test of TlsFailed'])
  assert.equal((await attemptsOf(opened.store, 'r/k/x')).length, 1)
})

function throwTypeError(): never {
  throw new TypeError('x is not a function')
}

for (const step of ['load', 'work', 'save'] as const) {
  test(`an error of no known kind in ${step} is a Fault that keeps its message`, async (t) => {
    const opened = await openWith(t)
    const end = await claimAndTry(opened, effectStage({ [step]: throwTypeError }))
    assert.deepEqual([end.outcome, end.error?.code], ['dead', 'Fault'])
    assert.match((await jobOf(opened.store, 'x')).errorMessage ?? '', /x is not a function/)
  })
}

test('a wait costs no attempt, leaves no record, and closes the whole lane until its time', async (t) => {
  const opened = await openWith(t, { attemptsMax: 1 })
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['another'], { priority: 1 })] })
  const until = START_AT + 7_000
  const end = await tryJob(opened, failing('RateLimited', { until }), await claimOne(opened, { limit: 1 }))
  assert.equal(end.outcome, 'waits')
  const { state, attempts, waits, dueAt, ...job } = await jobOf(store, 'x')
  assert.deepEqual([state, attempts, waits, dueAt], ['scheduled', 0, 1, until])
  assert.deepEqual([job.errorCode, job.process], ['RateLimited', null])
  assert.deepEqual(await attemptsOf(store, job.id), [])
  const lane = await laneOf(store, 'a')
  assert.deepEqual([lane?.waitUntil, lane?.waitReason], [until, 'test of RateLimited'])
  clock.move(6_999)
  assert.deepEqual(await claimJobs(opened), [])
  clock.move(1)
  assert.deepEqual(
    (await claimJobs(opened)).map((claimed) => [claimed.uniqueKey, claimed.attempts, claimed.waits]),
    [
      ['another', 0, 0],
      ['x', 0, 1],
    ],
  )
})

test('what a stage writes when its job is buried is in the same unit', async (t) => {
  const opened = await openWith(t)
  const { store } = opened
  const tried = effectStage({
    work: () => Promise.reject(new MillraceError('BadEncoding', 'test')),
    bury: (job, error) => [
      addEffect({ job: `${job.uniqueKey} died of ${error.code}`, epoch: 0 }),
      offerKeys(['after']),
    ],
  })
  const job = await claimOne(opened)
  const before = await store.position()
  const end = await tryJob(opened, tried, job)
  assert.equal(await store.position(), before + 1)
  assert.deepEqual(await effectsOf(store), ['x died of BadEncoding'])
  assert.equal((await jobOf(store, 'after')).state, 'available')
  assert.ok(end.commands.some((made) => made.name === 'jobs.offer'))
})

test('a retry writes nothing of what the stage adds to a burial', async (t) => {
  const opened = await openWith(t)
  const tried = effectStage({
    work: () => Promise.reject(new MillraceError('ConnectionLost', 'test')),
    bury: () => [addEffect({ job: 'buried', epoch: 0 })],
  })
  assert.equal((await claimAndTry(opened, tried)).outcome, 'retried')
  assert.deepEqual(await effectsOf(opened.store), [])
})

test('when what a stage adds to a burial can not be applied, the job is buried without it', async (t) => {
  const opened = await openWith(t)
  const tried = effectStage({
    work: () => Promise.reject(new MillraceError('BadEncoding', 'test')),
    bury: () => [addEffect({ job: 'written', epoch: 0 }), addEffect({ job: 'refused', epoch: 0 })],
  })
  assert.equal((await claimAndTry(opened, tried)).outcome, 'dead')
  assert.deepEqual(await effectsOf(opened.store), [])
  assert.equal((await jobOf(opened.store, 'x')).state, 'dead')
  assert.equal((await attemptsOf(opened.store, 'r/k/x')).length, 1)
})

const UNWRITABLE = {
  Constraint: addEffect({ job: 'refused', epoch: 1 }),
  BadValue: addEffect({ job: 'x', epoch: 0.5 }),
  UnknownCommand: { name: 'nobody.declared', rows: [{}] },
} as const

for (const [code, row] of Object.entries(UNWRITABLE)) {
  test(`rows refused as ${code} leave nothing behind, and the policy decides on the job`, async (t) => {
    const opened = await openWith(t)
    const { store } = opened
    const end = await claimAndTry(
      opened,
      effectStage({ save: () => [addEffect({ job: 'x', epoch: 1 }), offerKeys(['child']), row] }),
    )
    assert.deepEqual([end.outcome, end.error?.code], ['dead', code])
    assert.deepEqual(await effectsOf(store), [])
    assert.deepEqual(
      (await jobsOf(store)).map((job) => [job.uniqueKey, job.state, job.errorCode]),
      [['x', 'dead', code]],
    )
    assert.deepEqual(
      (await attemptsOf(store, 'r/k/x')).map((failed) => failed.errorCode),
      [code],
    )
  })
}

/** How a try can end that was given to somebody else while it worked. */
const LATE: Readonly<Record<string, () => Promise<never> | Promise<undefined>>> = {
  success: () => Promise.resolve(undefined),
  failure: () => Promise.reject(new MillraceError('TlsFailed', 'test')),
  retry: () => Promise.reject(new MillraceError('ConnectionLost', 'test')),
  wait: () => Promise.reject(new MillraceError('RateLimited', 'test')),
}

for (const [name, finish] of Object.entries(LATE)) {
  test(`the late ${name} of a job that was given to another try is dropped without a trace`, async (t) => {
    const opened = await openWith(t)
    const { store } = opened
    const tried = effectStage({
      async work(job) {
        await store.commit({ commands: [rescueCommand(store.process)] })
        await claimOne(opened, { process: 'another' })
        await finish()
        return job
      },
      bury: () => [addEffect({ job: 'buried', epoch: 0 })],
    })
    const end = await claimAndTry(opened, tried)
    assert.deepEqual([end.outcome, end.commands], ['fenced', []])
    assert.deepEqual(await effectsOf(store), [])
    const job = await jobOf(store, 'x')
    assert.deepEqual([job.state, job.process, job.epoch, job.attempts], ['running', 'another', 3, 0])
    assert.deepEqual(await attemptsOf(store, job.id), [])
    assert.equal((await laneOf(store, 'a'))?.waitUntil, 0)
  })
}

test('a try that is aborted at work gives its job back untouched', async (t) => {
  const opened = await openWith(t)
  const { store } = opened
  const offered = await jobOf(store, 'x')
  const abort = new AbortController()
  const tried = effectStage({
    work: (_, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new MillraceError('TlsFailed', 'test')))
        abort.abort()
      }),
  })
  const end = await claimAndTry(opened, tried, { signal: abort.signal })
  assert.equal(end.outcome, 'released')
  assert.deepEqual(await jobOf(store, 'x'), { ...offered, epoch: 1 })
  assert.deepEqual(await attemptsOf(store, 'r/k/x'), [])
})

test('work that succeeds although it was aborted is kept', async (t) => {
  const opened = await openWith(t)
  const abort = new AbortController()
  const tried = effectStage({
    work(job) {
      abort.abort()
      return Promise.resolve(job)
    },
  })
  assert.equal((await claimAndTry(opened, tried, { signal: abort.signal })).outcome, 'completed')
  assert.deepEqual(await effectsOf(opened.store), ['x'])
})

/** A stage that says whether it was started. */
function watchedStage() {
  const seen = { isStarted: false }
  const watched = effectStage({
    load(_, job) {
      seen.isStarted = true
      return Promise.resolve(job)
    },
  })
  return { seen, watched }
}

test('a try that is aborted before it starts does not start', async (t) => {
  const opened = await openWith(t)
  const { seen, watched } = watchedStage()
  const end = await claimAndTry(opened, watched, { signal: AbortSignal.abort() })
  assert.deepEqual([end.outcome, seen.isStarted], ['released', false])
  assert.equal((await jobOf(opened.store, 'x')).state, 'available')
})

test("a try waits out its lane's gap before it starts, and can be aborted in that pause", async (t) => {
  const opened = await openWith(t)
  const { seen, watched } = watchedStage()
  const abort = new AbortController()
  const end = claimAndTry(opened, watched, { signal: abort.signal, pauseMs: 3_600_000 })
  await opened.store.position()
  abort.abort()
  assert.deepEqual([(await end).outcome, seen.isStarted], ['released', false])
  assert.equal((await claimAndTry(opened, watched, { pauseMs: 1 })).outcome, 'completed')
})

test('a store that can not be written ends the try with its error, and the slot was free before', async (t) => {
  const opened = await openWith(t)
  let isSlotFree = false
  const tried = effectStage({
    async work(job) {
      await opened.store.close()
      return job
    },
  })
  const ended = claimAndTry(opened, tried, { onWorkDone: () => (isSlotFree = true) })
  await assert.rejects(ended, { code: 'Closed' })
  assert.ok(isSlotFree)
})

test('a store that can not be read is no failed attempt of the job', async (t) => {
  const opened = await openWith(t)
  const broken = effectStage({ load: () => Promise.reject(new MillraceError('InputOutput', 'disk failed')) })
  await assert.rejects(claimAndTry(opened, broken), { code: 'InputOutput' })
  const { state, attempts } = await jobOf(opened.store, 'x')
  assert.deepEqual([state, attempts], ['running', 0])
})

test('a try frees its slot once, however its commit goes', async (t) => {
  const opened = await openWith(t)
  const refused = effectStage({ save: () => [addEffect({ job: 'refused', epoch: 1 })] })
  let freed = 0
  for (const [number, tried] of [effectStage(), refused, failing('TlsFailed')].entries()) {
    await opened.store.commit({ commands: [offerKeys([`x${number}`])] })
    const job = await claimOne(opened, { limit: 1 })
    await tryJob(opened, tried, job, { onWorkDone: () => freed++ })
    assert.equal(freed, number + 1)
  }
})
