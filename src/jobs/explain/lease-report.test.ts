/** Who has what in hand, as of a time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEASE_MS } from '../worker/index.ts'
import { leasesByProcess } from './lease-report.ts'
import { complete } from '../settle.ts'
import { START_AT, claimJobs, offerKeys, openJobs } from '../testing/fixture.ts'

test('jobs in hand are counted by process, with those whose lease ran out', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  assert.deepEqual(await store.read(leasesByProcess({ at: START_AT })), [])
  await store.commit({ commands: [offerKeys(['1', '2', '3', '4', '5'])] })
  const [done] = await claimJobs(opened, { limit: 3 })
  await store.commit({ commands: [complete({ id: done?.id ?? '' })] })
  await claimJobs(opened, { limit: 1, leaseUntil: START_AT + 10 })
  await claimJobs(opened, { limit: 1, process: 'left', leaseUntil: START_AT + 11 })
  const mine = { process: store.process, isRegistered: true, running: 3 }
  const left = { process: 'left', isRegistered: false, running: 1 }
  assert.deepEqual(await store.read(leasesByProcess({ at: START_AT + 11 })), [
    { ...mine, expired: 1 },
    { ...left, expired: 0 },
  ])
  assert.deepEqual(await store.read(leasesByProcess({ at: START_AT + LEASE_MS + 1 })), [
    { ...mine, expired: 3 },
    { ...left, expired: 1 },
  ])
})
