/** Why a job waits and what its lane is at, told from rows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureLane, failLane, waitLane } from '../lanes/index.ts'
import { bury, complete, recordAttempt, retry, wait } from '../settle.ts'
import { rescueCommand } from '../testing/crash.ts'
import { START_AT, claimJobs, claimOne, offerKeys, openJobs, type Opened } from '../testing/fixture.ts'
import {
  attemptsOfJob,
  jobFacts,
  jobsOfKey,
  lanePlight,
  laneReport,
  laterByLane,
  waitsOf,
  type LaneRow,
} from './index.ts'

const why = { errorCode: 'Timeout', errorMessage: 'late' }

async function factsOf({ store }: Opened, id: string) {
  const [facts] = await store.read(jobFacts({ id }))
  if (facts === undefined) throw new Error(`no job ${id}`)
  return facts
}

/** The shut gates of job `key`, as `gate until reason count`. */
async function gatesOf(opened: Opened, key: string): Promise<readonly string[]> {
  const waits = waitsOf(await factsOf(opened, `r/k/${key}`), opened.clock.now())
  return waits.map(({ gate, until, reason, count }) => {
    const at = until === null ? '-' : String(until - START_AT)
    return `${gate} ${at} ${reason ?? '-'} ${count}`
  })
}

test('a job that can be claimed waits for nothing, and one that is at its end neither', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x', 'y'])] })
  assert.deepEqual(await gatesOf(opened, 'x'), [])
  const [x, y] = await claimJobs(opened)
  await store.commit({ commands: [complete({ id: x?.id ?? '' }), bury({ id: y?.id ?? '', ...why })] })
  assert.deepEqual([...(await gatesOf(opened, 'x')), ...(await gatesOf(opened, 'y'))], [])
})

test('a job in hand waits for its lease, and names who has it', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x', 'y'])] })
  await claimJobs(opened, { limit: 1, leaseUntil: START_AT + 9 })
  assert.deepEqual(await gatesOf(opened, 'x'), ['lease 9 - 0'])
  assert.equal((await factsOf(opened, 'r/k/x')).holderPid, process.pid)
  await claimJobs(opened, { process: 'left' })
  const { process: holder, holderPid } = await factsOf(opened, 'r/k/y')
  assert.deepEqual([holder, holderPid], ['left', null])
})

test('each gate that is shut is told with its time: later, a closed lane, its gap, its slots, and who comes before', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({
    commands: [
      ensureLane({ key: 'b', concurrency: 1, gapMs: 100 }),
      offerKeys(['first', 'second', 'third'], { lane: 'b' }),
      offerKeys(['far'], { lane: 'b', priority: 2 }),
      offerKeys(['first'], { lane: 'b', kind: 'other' }),
      offerKeys(['unmade'], { lane: 'c', dueAt: START_AT + 7 }),
    ],
  })
  assert.deepEqual(await gatesOf(opened, 'unmade'), ['due 7 - 0'])
  const { id } = await claimOne(opened)
  assert.deepEqual(await gatesOf(opened, 'third'), ['lane-gap 100 - 0', 'concurrency - - 1', 'place - - 1'])
  assert.deepEqual(await gatesOf(opened, 'far'), ['lane-gap 100 - 0', 'concurrency - - 1', 'place - - 2'])
  clock.move(100)
  const told = { errorCode: 'RateLimited', errorMessage: 'come later' }
  await store.commit({
    commands: [
      wait({ id, dueAt: START_AT + 500, ...told }),
      waitLane({ key: 'b', until: START_AT + 500, code: 'RateLimited', reason: 'come later' }),
    ],
  })
  assert.deepEqual(await gatesOf(opened, 'first'), [
    'due 500 come later 0',
    'lane-wait 500 come later 0',
    'place - - 2',
  ])
  clock.move(400)
  assert.deepEqual(await gatesOf(opened, 'second'), [])
})

test('a suspect is told to be one', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  for (let crash = 0; crash < 3; crash++) {
    await claimOne(opened, { process: 'lost' })
    await store.commit({ commands: [rescueCommand('lost')] })
  }
  assert.deepEqual(await gatesOf(opened, 'x'), ['suspect - - 3'])
})

test('the jobs of a key are found in the runs and kinds asked for, the newest run first', async (t) => {
  const { store } = await openJobs(t)
  await store.commit({
    commands: [
      offerKeys(['x', 'y'], { run: 'r1' }),
      offerKeys(['x'], { run: 'r2' }),
      offerKeys(['x'], { run: 'r2', kind: 'j' }),
      offerKeys(['x'], { run: 'r3' }),
    ],
  })
  const found = await store.read(jobsOfKey({ runs: ['r1', 'r2', 'r0'], kinds: ['k', 'j'], key: 'x' }))
  assert.deepEqual(
    found.map(({ id }) => id),
    ['r2/j/x', 'r2/k/x', 'r1/k/x'],
  )
})

test('failed tries are told oldest first, and of many the last', async (t) => {
  const { store } = await openJobs(t)
  const tries = [1, 2, 3].map((attempt) => ({
    id: `a${attempt}`,
    job: 'j',
    attempt,
    process: 'p',
    startedAt: START_AT,
    finishedAt: START_AT + attempt,
    ...why,
  }))
  await store.commit({ commands: [recordAttempt.all(tries)] })
  const told = await store.read(attemptsOfJob({ job: 'j', limit: 2 }))
  assert.deepEqual(
    told.map(({ attempt }) => attempt),
    [2, 3],
  )
})

test('each lane is told with what is in hand, what waits and what failed last, chunk by chunk', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({
    commands: [
      ensureLane({ key: 'b', concurrency: 1, gapMs: 100 }),
      offerKeys(['1', '2', '3', '4']),
      offerKeys(['5'], { run: 'ended' }),
      offerKeys(['6', '7'], { lane: 'b', kind: 'j' }),
    ],
  })
  const [one, two] = await claimJobs(opened, { limit: 2 })
  await claimOne(opened, { kind: 'j' })
  const record = {
    id: 'a1',
    job: one?.id ?? '',
    attempt: 1,
    process: 'p',
    startedAt: START_AT,
    finishedAt: START_AT,
  }
  await store.commit({
    commands: [
      recordAttempt({ ...record, ...why }),
      retry({ id: one?.id ?? '', dueAt: START_AT + 9, ...why }),
    ],
  })
  assert.notEqual(two, undefined)
  const asked = { runs: ['r'], kinds: ['k', 'j'] }
  const lanes = await store.read(laneReport({ ...asked, after: '', limit: 10 }))
  assert.deepEqual(
    lanes.map(({ key, running, waiting }) => [key, running, waiting]),
    [
      ['a', 1, 2],
      ['b', 1, 1],
    ],
  )
  assert.deepEqual(
    (await store.read(laneReport({ ...asked, after: 'a', limit: 10 }))).map(({ key }) => key),
    ['b'],
  )
  assert.deepEqual(await store.read(laterByLane(asked)), [{ lane: 'a', count: 1 }])
})

const LANE: LaneRow = {
  key: 'a',
  concurrency: 2,
  gapMs: 10,
  nextAt: 0,
  waitUntil: 0,
  waitReason: 'asked',
  waitCode: 'RateLimited',
  failures: 0,
  penaltyMs: 0,
  openUntil: 0,
  errorCode: 'FetchTimeout',
  errorStatus: null,
  errorMessage: 'late',
  errorAt: 1,
  running: 1,
  waiting: 0,
}

test('a lane is open, paced, full or waiting, with the time of its next start', () => {
  const idle = { breaker: 'closed', nextAt: null, code: null, reason: null }
  assert.deepEqual(lanePlight(LANE, 5), { ...idle, state: 'open' })
  assert.deepEqual(lanePlight({ ...LANE, nextAt: 6 }, 5), { ...idle, state: 'paced', nextAt: 6 })
  assert.deepEqual(lanePlight({ ...LANE, running: 2 }, 5), { ...idle, state: 'full' })
  const waiting = lanePlight({ ...LANE, nextAt: 9, waitUntil: 8, running: 2 }, 5)
  assert.deepEqual(waiting, { ...idle, state: 'waiting', nextAt: 9, code: 'RateLimited', reason: 'asked' })
})

test('a lane whose breaker is open waits for what lasts longer, and a half-open one is full with one', () => {
  const broken = { ...LANE, failures: 6, penaltyMs: 30, openUntil: 20 }
  const open = lanePlight({ ...broken, waitUntil: 19 }, 5)
  assert.deepEqual(open, {
    state: 'waiting',
    breaker: 'open',
    nextAt: 20,
    code: 'FetchTimeout',
    reason: '6 failures in a row, the last: late',
  })
  const asked = lanePlight({ ...broken, waitUntil: 21 }, 5)
  assert.deepEqual([asked.nextAt, asked.code, asked.reason], [21, 'RateLimited', 'asked'])
  const half = [0, 1].map((running) => lanePlight({ ...broken, running }, 20))
  assert.deepEqual(
    half.map(({ state, breaker }) => [state, breaker]),
    [
      ['open', 'half-open'],
      ['full', 'half-open'],
    ],
  )
})

test('a job is told that its host failed, until when, and then that another one tries it', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['first', 'second'])] })
  const failure = { key: 'a', claimedAt: START_AT, counts: true, errorStatus: null, ...why }
  await store.commit({ commands: [failLane.all([1, 2, 3, 4, 5].map(() => failure))] })
  assert.deepEqual(await gatesOf(opened, 'first'), [`breaker 30000 ${why.errorMessage} 5`])
  clock.move(30_000)
  assert.deepEqual(await gatesOf(opened, 'first'), [])
  await claimOne(opened)
  assert.deepEqual(await gatesOf(opened, 'second'), [`probe - ${why.errorMessage} 5`])
})
