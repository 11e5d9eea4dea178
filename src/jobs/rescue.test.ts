/** Rescue: whose jobs are given back, when, and what is charged for it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestStore } from '../store/testing/index.ts'
import type { Job } from './job.ts'
import { LEASE_MS } from './worker/index.ts'
import { beat, rescue } from './rescue.ts'
import { complete, held } from './settle.ts'
import { rescueCommand, startChild } from './testing/crash.ts'
import {
  START_AT,
  claimJobs,
  claimOne,
  effectsOf,
  addEffect,
  jobOf,
  jobsOf,
  offerKeys,
  openJobs,
  testDefinitions,
} from './testing/fixture.ts'

/** A real process that has claimed all jobs there are. */
async function claimInChild(t: TestContext, path: string) {
  const child = startChild(t, 'claim-child.ts', [path])
  const line = await child.nextLine()
  const claimed = JSON.parse(line ?? '') as { readonly process: string; readonly jobs: readonly Job[] }
  return { child, ...claimed }
}

const CRASHED = {
  errorCode: 'Fault',
  errorMessage: 'the process that worked on it ended or hung',
}

test('the jobs of a killed process are given back at once, uncharged, and its late settle is refused', async (t) => {
  const opened = await openJobs(t)
  const { store, path } = opened
  await store.commit({ commands: [offerKeys(['x', 'y', 'z'])] })
  const offered = await jobsOf(store)
  const { child, ...lost } = await claimInChild(t, path)
  assert.equal(lost.jobs.length, 3)
  assert.ok((await jobsOf(store)).every((job) => job.state === 'running' && job.process === lost.process))
  await child.kill()
  assert.deepEqual(
    (await store.lostProcesses()).map((process) => process.id),
    [lost.process],
  )
  assert.equal(await rescue(store), 3)
  assert.deepEqual(
    await jobsOf(store),
    offered.map((job) => ({ ...job, crashes: 1, epoch: 2, ...CRASHED })),
  )
  assert.deepEqual(await store.lostProcesses(), [], 'it is forgotten')
  assert.equal(await rescue(store), 0)

  const again = await claimJobs(opened)
  assert.equal(again.length, 3)
  for (const { id, epoch } of lost.jobs) {
    const unit = {
      commands: [addEffect({ job: id, epoch }), complete({ id })],
      guards: [held({ id, epoch })],
    }
    await assert.rejects(store.commit(unit), { code: 'GuardFailed' })
  }
  assert.deepEqual(await effectsOf(store), [])
})

test('the jobs of a process that lives are left alone', async (t) => {
  const { store, path } = await openJobs(t)
  await store.commit({ commands: [offerKeys(['x'])] })
  const { process } = await claimInChild(t, path)
  const before = await jobsOf(store)
  assert.equal(before[0]?.process, process)
  assert.equal(await rescue(store), 0)
  assert.deepEqual(await jobsOf(store), before)
})

test('a rescue gives back only what the lost process held', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['done', 'lost', 'kept', 'open'])] })
  await store.commit({
    commands: [complete({ id: (await claimOne(opened, { limit: 1, process: 'lost' })).id })],
  })
  const [kept] = await claimJobs(opened, { limit: 1, process: 'alive' })
  const [lost] = await claimJobs(opened, { limit: 1, process: 'lost' })
  const before = await jobsOf(store)
  const { results } = await store.commit({ commands: [rescueCommand('lost')] })
  assert.equal(results[0]?.changed, 1)
  assert.notEqual(kept?.id, lost?.id)
  const after = await jobsOf(store)
  assert.deepEqual(
    after.filter((job) => job.id !== lost?.id),
    before.filter((job) => job.id !== lost?.id),
  )
  assert.equal(after.find((job) => job.id === lost?.id)?.state, 'available')
})

test('a crash is charged as one alone only to the job that was running alone', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x', 'y'])] })
  for (const limit of [2, 1, 2]) {
    await claimJobs(opened, { limit, process: 'lost' })
    await store.commit({ commands: [rescueCommand('lost')] })
  }
  const counts = (await jobsOf(store)).map((job) => [job.uniqueKey, job.crashes, job.crashesAlone])
  assert.deepEqual(counts, [
    ['x', 3, 1],
    ['y', 2, 0],
  ])
})

test('crashes alone are counted one by one, and the job stays due for the claim that will bury it', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  for (let crash = 1; crash <= 11; crash++) {
    const claimed = await claimOne(opened, { process: `p${crash}` })
    assert.deepEqual([claimed.crashes, claimed.crashesAlone], [crash - 1, crash - 1])
    await store.commit({ commands: [rescueCommand(`p${crash}`)] })
    assert.equal((await jobOf(store, 'x')).state, crash < 3 ? 'available' : 'retryable')
  }
  const { attempts, crashes, crashesAlone, ...job } = await jobOf(store, 'x')
  assert.deepEqual([attempts, crashes, crashesAlone, job.finishedAt], [0, 11, 11, null])
  assert.deepEqual({ errorCode: job.errorCode, errorMessage: job.errorMessage }, CRASHED)
})

test('a lease that ran out is given back, a millisecond before it is not', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const offered = await jobOf(store, 'x')
  await claimOne(opened)
  clock.move(LEASE_MS)
  assert.equal(await rescue(store), 0)
  clock.move(1)
  assert.equal(await rescue(store), 1)
  assert.deepEqual(await jobOf(store, 'x'), { ...offered, crashes: 1, epoch: 2, ...CRASHED })
})

test('however often a lone job hangs, that is no crash alone and never its death', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  for (let hang = 0; hang < 11; hang++) {
    await claimOne(opened)
    clock.move(LEASE_MS + 1)
    assert.equal(await rescue(store), 1)
  }
  const { state, crashes, crashesAlone } = await jobOf(store, 'x')
  assert.deepEqual([state, crashes, crashesAlone], ['retryable', 11, 0])
})

test('a heartbeat extends every lease of its own process and no other', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const other = await openTestStore({ path: opened.path, clock, definitions: testDefinitions })
  t.after(() => other.close())
  await store.commit({ commands: [offerKeys(['w', 'x', 'y', 'z'])] })
  await claimJobs(opened, { limit: 2 })
  await claimJobs({ store: other, clock }, { limit: 1 })
  clock.move(LEASE_MS)
  await beat(store, clock.now() + LEASE_MS)
  clock.move(1)
  assert.equal(await rescue(store), 1)
  assert.deepEqual(
    (await jobsOf(store)).map((job) => [job.uniqueKey, job.state, job.leaseUntil, job.crashes]),
    [
      ['w', 'running', START_AT + 2 * LEASE_MS, 0],
      ['x', 'running', START_AT + 2 * LEASE_MS, 0],
      ['y', 'available', null, 1],
      ['z', 'available', null, 0],
    ],
  )
})

test('what a process left running when it closed the store is given back', async (t) => {
  const { store, clock, path } = await openJobs(t)
  const leaver = await openTestStore({ path, clock, definitions: testDefinitions })
  await store.commit({ commands: [offerKeys(['x'])] })
  await claimOne({ store: leaver, clock })
  assert.equal(await rescue(store), 0)
  await leaver.close()
  assert.equal(await rescue(store), 1)
  assert.equal((await jobOf(store, 'x')).state, 'available')
})

test('who waited longer than a lease lasts renews its own before it rescues, and takes those of others', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  const other = await openTestStore({ path: opened.path, clock, definitions: testDefinitions })
  t.after(() => other.close())
  await store.commit({ commands: [offerKeys(['x', 'y'])] })
  await claimJobs(opened, { limit: 1 })
  await claimJobs({ store: other, clock }, { limit: 1 })
  clock.move(LEASE_MS + 1)
  assert.equal(await rescue(store, LEASE_MS), 1)
  assert.deepEqual(
    (await jobsOf(store)).map((job) => [job.uniqueKey, job.state, job.leaseUntil, job.crashes]),
    [
      ['x', 'running', START_AT + 2 * LEASE_MS + 1, 0],
      ['y', 'available', null, 1],
    ],
  )
})
