/** The circuit breaker of a lane, by a clock moved by hand: in one process, in two, and in one that comes after another. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { createBus } from '../../bus/index.ts'
import { MillraceError, type ErrorCode } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { openTestStore } from '../../store/testing/index.ts'
import { laneReport } from '../explain/index.ts'
import { nextDue, waitingLanes } from '../claim.ts'
import type { Job } from '../job.ts'
import { complete, held, release, retry } from '../settle.ts'
import { rescueCommand } from '../testing/crash.ts'
import {
  START_AT,
  claimJobs,
  claimOne,
  effectStage,
  jobOf,
  offerKeys,
  openJobs,
  testDefinitions,
  type Opened,
} from '../testing/fixture.ts'
import { startWorker } from '../worker/index.ts'
import {
  answerLane,
  API_PENALTY_MS,
  breakerOf,
  budgetRetry,
  ensureLane,
  failLane,
  penalizeLane,
} from './index.ts'

const why = { errorCode: 'FetchTimeout', errorStatus: null, errorMessage: 'late' }
const failed = (claimedAt: number) => failLane({ key: 'a', claimedAt, counts: true, ...why })

async function laneAt({ store }: { readonly store: Store }, key = 'a') {
  const lanes = await store.read(laneReport({ after: '', limit: 10, runs: [], kinds: [] }))
  const lane = lanes.find((row) => row.key === key)
  if (lane === undefined) throw new Error(`no lane ${key}`)
  return lane
}

/** Failures in a row, claimed now. */
async function fail({ store, clock }: Opened, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await store.commit({ commands: [failed(clock.now())] })
}

async function failJob(
  { store, clock }: Pick<Opened, 'store' | 'clock'>,
  { id, claimedAt }: Job,
): Promise<void> {
  const again = retry({ id, dueAt: clock.now() + 1, errorCode: 'FetchTimeout', errorMessage: 'late' })
  await store.commit({ commands: [failed(claimedAt), again, budgetRetry({ id, key: 'a' })] })
}

/** The same file once more, as another process has it. */
async function openOther(t: TestContext, { path, clock }: Opened): Promise<Pick<Opened, 'store' | 'clock'>> {
  const store = await openTestStore({ path, clock, definitions: testDefinitions })
  t.after(() => store.close())
  return { store, clock }
}

test('five failures in a row close a host to all claims for 30 s, and four do not', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  await fail(opened, 4)
  const job = await claimOne(opened)
  await store.commit({ commands: [release({ id: job.id }), failed(clock.now())] })
  assert.deepEqual(await claimJobs(opened), [])
  const { failures, penaltyMs, openUntil, errorCode, errorMessage, errorAt } = await laneAt(opened)
  assert.deepEqual([failures, penaltyMs, openUntil], [5, 30_000, START_AT + 30_000])
  assert.deepEqual([errorCode, errorMessage, errorAt], ['FetchTimeout', 'late', START_AT])
  const due = await store.commit({ commands: [nextDue({ run: 'r', kind: 'k' })] })
  assert.equal(due.results[0].rows[0]?.at, START_AT + 30_000)
  assert.deepEqual(await store.read(waitingLanes({ run: 'r', kind: 'k', at: START_AT })), [
    { key: 'a', waitUntil: START_AT + 30_000, waitReason: '5 failures in a row, the last: late' },
  ])
  clock.move(29_999)
  assert.deepEqual(await claimJobs(opened), [])
  clock.move(1)
  assert.equal((await claimOne(opened)).uniqueKey, 'x')
})

test('an answer among failures begins the count anew, and what is no failure of the host is not counted', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await fail(opened, 4)
  await store.commit({ commands: [answerLane({ key: 'a' })] })
  await fail(opened, 4)
  const other = failLane({ key: 'a', claimedAt: START_AT, counts: false, ...why, errorCode: 'TlsFailed' })
  await store.commit({ commands: [other] })
  const lane = await laneAt(opened)
  assert.deepEqual([lane.failures, lane.errorCode, breakerOf(lane, clock.now())], [4, 'TlsFailed', 'closed'])
})

test('a half-open host gives one job, over all processes, kinds and runs, until that is settled', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const other = await openOther(t, opened)
  await store.commit({
    commands: [offerKeys(['x', 'y', 'z']), offerKeys(['u'], { kind: 'j' }), offerKeys(['v'], { run: 'r2' })],
  })
  await fail(opened, 5)
  clock.move(30_000)
  const claims = await Promise.all([
    claimJobs(opened),
    claimJobs(other),
    claimJobs(other, { kind: 'j' }),
    claimJobs(opened, { run: 'r2' }),
    claimJobs(other, { process: 'third' }),
  ])
  const [probe, ...others] = claims.flat()
  assert.equal(others.length, 0, 'exactly one')
  assert.equal(breakerOf(await laneAt(opened), clock.now()), 'half-open')
  await store.commit({ commands: [complete({ id: probe?.id ?? '' }), answerLane({ key: 'a' })] })
  assert.equal(breakerOf(await laneAt(other), clock.now()), 'closed')
  assert.equal((await claimJobs(other)).length, probe?.kind === 'k' && probe.run === 'r' ? 2 : 3)
})

test('each failed probe doubles the penalty, up to 15 minutes, and one answer resets it', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const keys = Array.from({ length: 12 }, (_, number) => `x${number}`)
  await store.commit({ commands: [offerKeys(keys)] })
  await fail(opened, 5)
  const penalties: number[] = []
  for (let probe = 0; probe < 7; probe++) {
    const { penaltyMs, openUntil } = await laneAt(opened)
    penalties.push(penaltyMs)
    assert.equal(openUntil, clock.now() + penaltyMs)
    clock.move(penaltyMs - 1)
    assert.deepEqual(await claimJobs(opened), [])
    clock.move(1)
    await failJob(opened, await claimOne(opened))
  }
  assert.deepEqual(penalties, [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000])
  await store.commit({ commands: [answerLane({ key: 'a' })] })
  await fail(opened, 5)
  assert.equal((await laneAt(opened)).penaltyMs, 30_000)
})

test('a try that began before the breaker opened doubles nothing, and keeps a late half-open one shut', async (t) => {
  const opened = await openJobs(t)
  const { clock } = opened
  await fail(opened, 5)
  clock.move(10)
  await opened.store.commit({ commands: [failed(START_AT)] })
  assert.deepEqual(
    [(await laneAt(opened)).penaltyMs, (await laneAt(opened)).openUntil],
    [30_000, START_AT + 30_000],
  )
  clock.move(40_000)
  await opened.store.commit({ commands: [failed(START_AT)] })
  const { penaltyMs, openUntil } = await laneAt(opened)
  assert.deepEqual([penaltyMs, openUntil], [30_000, clock.now() + 30_000])
})

test('a probe whose process dies, or gives it back, leaves the host to the next probe', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x', 'y'])] })
  await fail(opened, 5)
  clock.move(30_000)
  const lost = await claimOne(opened, { process: 'lost' })
  assert.deepEqual(await claimJobs(opened), [])
  await store.commit({ commands: [rescueCommand('lost')] })
  const again = await claimOne(opened)
  assert.deepEqual([again.id, again.attempts], [lost.id, 0])
  await store.commit({ commands: [release({ id: again.id })] })
  assert.equal((await claimOne(opened)).id, lost.id)
  const stale = { commands: [failed(lost.claimedAt)], guards: [held(lost)] }
  await assert.rejects(store.commit(stale), { code: 'GuardFailed' })
  assert.equal((await laneAt(opened)).penaltyMs, 30_000, 'what the lost try says is not heard')
})

test('the breaker, its penalty and its row of failures outlive the process', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x', 'y'])] })
  await fail(opened, 5)
  clock.move(30_000)
  await failJob(opened, await claimOne(opened))
  await store.close()
  const next = await openOther(t, opened)
  clock.move(59_999)
  assert.deepEqual(await claimJobs(next), [])
  clock.move(1)
  assert.equal((await claimOne(next)).uniqueKey, 'y')
  const { failures, penaltyMs } = await laneAt(next)
  assert.deepEqual([failures, penaltyMs], [6, 60_000])
})

test('a job that fails while its host is closed is due after it, and goes behind the others: each is a probe in turn', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x', 'y', 'z'])] })
  await fail(opened, 5)
  const probes: string[] = []
  for (let probe = 0; probe < 6; probe++) {
    clock.move(900_000)
    const job = await claimOne(opened)
    probes.push(job.uniqueKey)
    await failJob(opened, { ...job, claimedAt: clock.now() })
    const { dueAt } = await jobOf(store, job.uniqueKey)
    assert.equal(dueAt, (await laneAt(opened)).openUntil + 1)
  }
  assert.deepEqual(probes, ['x', 'y', 'z', 'x', 'y', 'z'])
})

test('a host may be asked 20 retries at once and one more for ten answers; a retry beyond that comes 5 minutes later', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'], { attemptsMax: 99 })] })
  const laterMs = async () => {
    const { id } = await claimOne(opened)
    const errors = { errorCode: 'Fault', errorMessage: 'test' }
    await store.commit({
      commands: [retry({ id, dueAt: clock.now() + 1, ...errors }), budgetRetry({ id, key: 'a' })],
    })
    const { dueAt } = await jobOf(store, 'x')
    const later = dueAt - clock.now()
    clock.move(later)
    return later
  }
  for (let spent = 0; spent < 20; spent++) assert.equal(await laterMs(), 1)
  assert.equal(await laterMs(), 300_001)
  await store.commit({ commands: [answerLane.all(Array.from({ length: 9 }, () => ({ key: 'a' })))] })
  assert.equal(await laterMs(), 300_001)
  await store.commit({ commands: [answerLane({ key: 'a' })] })
  assert.equal(await laterMs(), 1)
  assert.equal(await laterMs(), 300_001)
})

test('the first penalty of a host of programs is 15 s', async (t) => {
  const opened = await openJobs(t)
  await opened.store.commit({ commands: [penalizeLane({ key: 'a', baseMs: API_PENALTY_MS })] })
  await fail(opened, 5)
  assert.equal((await laneAt(opened)).openUntil, START_AT + 15_000)
})

test('a healthy lane is not written to by its answers', async (t) => {
  const { store } = await openJobs(t)
  const { results } = await store.commit({ commands: [answerLane({ key: 'a' })] })
  assert.equal(results[0].changed, 0)
})

test('whatever fails, answers and passes, a penalty stays between its bounds and an answer closes the breaker', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  let lanes = 0
  const steps = fc.array(fc.oneof(fc.constant('fail'), fc.constant('answer'), fc.nat(1_000_000)), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const key = `lane ${lanes++}`
      await store.commit({ commands: [ensureLane({ key, concurrency: 4, gapMs: 0 })] })
      for (const step of taken) {
        if (typeof step === 'number') clock.move(step)
        if (step === 'fail')
          await store.commit({ commands: [failLane({ key, claimedAt: clock.now(), counts: true, ...why })] })
        if (step === 'answer') await store.commit({ commands: [answerLane({ key })] })
        const [lane] = await store
          .read(laneReport({ after: key.slice(0, -1), limit: 1000, runs: [], kinds: [] }))
          .then((rows) => rows.filter((row) => row.key === key))
        assert.ok(lane !== undefined)
        const isClosed = lane.penaltyMs === 0
        assert.equal(isClosed, lane.failures < 5)
        assert.ok(isClosed || (lane.penaltyMs >= 30_000 && lane.penaltyMs <= 900_000))
        assert.ok(lane.openUntil <= clock.now() + lane.penaltyMs)
        if (step === 'answer') assert.equal(lane.failures, 0)
      }
    }),
    { numRuns: 40 },
  )
})

test('a worker notes what its tries say of their host: only what blames the host counts', async (t) => {
  const cases: readonly [ErrorCode, MillraceError['facts'], number][] = [
    ['ConnectionLost', {}, 1],
    ['FetchTimeout', {}, 1],
    ['UnreachableHost', {}, 1],
    ['ServerError', { status: 502 }, 1],
    ['RateLimited', { status: 429, until: START_AT + 1 }, 1],
    ['RateLimited', { status: 429, until: START_AT + 1, isNamed: true }, 0],
    ['TlsFailed', {}, 0],
    ['Fault', {}, 0],
  ]
  for (const [code, facts, failures] of cases) {
    const opened = await openJobs(t)
    const { store, clock } = opened
    await store.commit({ commands: [offerKeys(['x'])] })
    const stage = effectStage({ work: () => Promise.reject(new MillraceError(code, 'no answer', { facts })) })
    const worker = startWorker({
      store,
      bus: createBus(),
      clock,
      run: 'r',
      stages: [{ stage, concurrency: 1 }],
      onEnd: () => worker.stop(),
    })
    await worker.ended
    const lane = await laneAt(opened)
    assert.deepEqual([lane.failures, lane.errorCode, lane.errorMessage], [failures, code, 'no answer'], code)
    assert.equal(lane.errorStatus, facts['status'] ?? null)
    assert.equal(lane.waitCode, code === 'RateLimited' ? code : null)
  }
})
