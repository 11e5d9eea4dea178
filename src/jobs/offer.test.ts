/** Offers: what a new job looks like, what is unique, and which priority is kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalJson } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import {
  countJobs,
  countKnown,
  offer,
  offeredKinds,
  offerForMoved,
  offerSettled,
  type Offer,
} from './offer.ts'
import { bury, complete, remove, retry } from './settle.ts'
import { START_AT, claimJobs, claimOne, jobOf, jobsOf, offerKeys, openJobs } from './testing/fixture.ts'

async function changedBy(store: Store, keys: readonly string[], given: Partial<Offer> = {}): Promise<number> {
  return (await store.commit({ commands: [offerKeys(keys, given)] })).results[0].changed
}

test('an offered job is available at once, with nothing spent', async (t) => {
  const { store } = await openJobs(t)
  const input = { url: 'https://example.org/', depth: 2, isSeed: true, from: null }
  const entries = [{ id: 'job-1', key: 'first', lane: 'example.org', input }]
  await store.commit({
    commands: [offer({ run: 'r', kind: 'fetch', entries, priority: 7, attemptsMax: 4 })],
  })
  assert.deepEqual(await jobsOf(store), [
    {
      id: 'job-1',
      run: 'r',
      kind: 'fetch',
      uniqueKey: 'first',
      lane: 'example.org',
      state: 'available',
      priority: 7,
      dueAt: 0,
      input,
      attempts: 0,
      attemptsMax: 4,
      waits: 0,
      crashes: 0,
      crashesAlone: 0,
      epoch: 0,
      process: null,
      leaseUntil: null,
      errorCode: null,
      errorMessage: null,
      createdAt: START_AT,
      finishedAt: null,
    },
  ])
})

test('a job is unique by run, kind and key, and `changed` counts only what was new', async (t) => {
  const { store } = await openJobs(t)
  assert.equal(await changedBy(store, ['x', 'y']), 2)
  assert.equal(await changedBy(store, ['x', 'y', 'z']), 1)
  assert.equal(await changedBy(store, ['x', 'y', 'z']), 0)
  assert.equal(await changedBy(store, ['x'], { kind: 'other' }), 1)
  assert.equal(await changedBy(store, ['x'], { run: 'other' }), 1)
  assert.deepEqual(
    (await jobsOf(store)).map((job) => `${job.kind} ${job.uniqueKey}`),
    ['k x', 'k y', 'k z', 'other x'],
  )
})

test('a key that comes several times in one offer is one job', async (t) => {
  const { store } = await openJobs(t)
  const entries = ['one', 'two', 'three'].map((id) => ({ id, key: 'same', lane: 'a', input: { id } }))
  const { results } = await store.commit({
    commands: [offer({ run: 'r', kind: 'k', entries, priority: 0, attemptsMax: 3 })],
  })
  assert.equal(results[0].changed, 1)
  assert.deepEqual(
    (await jobsOf(store)).map((job) => job.id),
    ['one'],
  )
})

test('an empty offer makes nothing', async (t) => {
  const { store } = await openJobs(t)
  assert.equal(await changedBy(store, []), 0)
})

test('the lowest priority ever offered is kept, and all else of the first offer', async (t) => {
  const { store } = await openJobs(t)
  assert.equal(await changedBy(store, ['x'], { priority: 5, attemptsMax: 4 }), 1)
  const first = await jobOf(store, 'x')
  assert.equal(await changedBy(store, ['x'], { priority: 6 }), 0)
  assert.equal(await changedBy(store, ['x'], { priority: 5 }), 0)
  assert.deepEqual(await jobOf(store, 'x'), first)
  const entries = [{ id: 'another', key: 'x', lane: 'another', input: { is: 'new' } }]
  const lower = offer({ run: 'r', kind: 'k', entries, priority: 2, attemptsMax: 9, dueAt: START_AT + 1 })
  assert.equal((await store.commit({ commands: [lower] })).results[0].changed, 1)
  assert.deepEqual(await jobOf(store, 'x'), { ...first, priority: 2 })
})

test('a completed job that is offered again takes the lower priority and stays completed', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await changedBy(store, ['x'], { priority: 5 })
  await store.commit({ commands: [complete({ id: (await claimOne(opened)).id })] })
  assert.equal(await changedBy(store, ['x'], { priority: 9 }), 0)
  assert.equal((await jobOf(store, 'x')).priority, 5)
  assert.equal(await changedBy(store, ['x'], { priority: 3 }), 1)
  const { state, priority } = await jobOf(store, 'x')
  assert.deepEqual([state, priority], ['completed', 3])
  assert.deepEqual(await claimJobs(opened), [])
})

test("with a parent, the priority is the parent's own at the commit plus the offered one", async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await changedBy(store, ['parent'], { priority: 10 })
  const parent = await claimOne(opened)
  assert.equal(parent.priority, 10)
  await changedBy(store, ['parent'], { priority: 4 })
  await changedBy(store, ['child'], { priority: 1, parent: parent.id })
  assert.equal((await jobOf(store, 'child')).priority, 5)
})

test('a parent that moves forward in the same unit takes the children offered after it along', async (t) => {
  const { store } = await openJobs(t)
  await changedBy(store, ['parent'], { priority: 10 })
  const parent = (await jobOf(store, 'parent')).id
  await store.commit({
    commands: [offerKeys(['parent'], { priority: 2 }), offerKeys(['child'], { priority: 1, parent })],
  })
  assert.equal((await jobOf(store, 'child')).priority, 3)
})

test('a parent that is no more counts as priority 0', async (t) => {
  const { store } = await openJobs(t)
  await changedBy(store, ['child'], { priority: 1, parent: 'removed' })
  assert.equal((await jobOf(store, 'child')).priority, 1)
})

test('a job that is due later is scheduled, and one that is due now is available', async (t) => {
  const { store } = await openJobs(t)
  await changedBy(store, ['later'], { dueAt: START_AT + 1 })
  await changedBy(store, ['now'], { dueAt: START_AT })
  const later = await jobOf(store, 'later')
  assert.deepEqual([later.state, later.dueAt], ['scheduled', START_AT + 1])
  assert.equal((await jobOf(store, 'now')).state, 'available')
})

test('any JSON comes back from a claim as it was offered', async (t) => {
  const opened = await openJobs(t)
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ stringUnit: 'binary' }), { maxLength: 20 }), async (values) => {
      const name = `run ${run++}`
      const entries = values.map((input, index) => ({
        id: `${name} ${String(index).padStart(2, '0')}`,
        key: String(index),
        lane: 'a',
        input,
      }))
      const all = offer({ run: name, kind: 'k', entries: entries as never, priority: 0, attemptsMax: 1 })
      await opened.store.commit({ commands: [all], durability: 'crash-safe' })
      const claimed = await claimJobs(opened, { run: name })
      const back = new Map(claimed.map((job) => [job.id, canonicalJson(job.input)]))
      assert.deepEqual(
        entries.map((entry) => back.get(entry.id)),
        values.map((value) => canonicalJson(value as never)),
      )
    }),
    { numRuns: 50 },
  )
})

test('keys of any text that differ are different jobs, and come back as they were', async (t) => {
  const { store } = await openJobs(t)
  const keys = ['é', 'e\u0301', '\u{1F600}', ' ', '', '"', '\\', "'", '%00', '\u0085', 'A', 'a', '中']
  assert.equal(await changedBy(store, keys), keys.length)
  const back = (await jobsOf(store)).map((job) => job.uniqueKey)
  assert.deepEqual(back.toSorted(), keys.toSorted())
})

test('the kinds of a unit are those its offers name, and those of no other command', () => {
  const commands = [
    offerKeys(['x'], { kind: 'fetch' }),
    complete({ id: 'j' }),
    offerKeys(['y'], { kind: 'index' }),
    offerKeys(['z'], { kind: 'fetch' }),
    offerForMoved({ run: 'r', from: 'fetch', kind: 'deepen', lane: 'd' }),
  ]
  assert.deepEqual([...offeredKinds(commands)], ['fetch', 'index', 'deepen'])
  assert.deepEqual([...offeredKinds([complete({ id: 'j' })])], [])
})

/** Offers `keys` of kind 'page' at a priority and hands on those that moved, in one unit; returns what is to be deepened. */
async function offerAndHandOn(
  store: Store,
  keys: readonly string[],
  priority: number,
): Promise<readonly string[]> {
  const handOn = offerForMoved({ run: 'r', from: 'page', kind: 'deepen', lane: 'd' })
  const { results } = await store.commit({ commands: [offerKeys(keys, { kind: 'page', priority }), handOn] })
  const offered = (await jobsOf(store)).filter((job) => job.kind === 'deepen').map((job) => job.uniqueKey)
  assert.equal(results[1].changed, offered.length)
  return offered
}

test('of jobs that move forward only the completed ones are handed on, one job each', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await offerAndHandOn(store, ['done', 'done too', 'in hand', 'open'], 5)
  const [done, second] = await claimJobs(opened, { kind: 'page', limit: 3 })
  await store.commit({ commands: [complete({ id: done?.id ?? '' }), complete({ id: second?.id ?? '' })] })
  assert.deepEqual(await offerAndHandOn(store, ['done', 'new'], 5), [], 'none moved')
  assert.deepEqual(await offerAndHandOn(store, ['done', 'in hand', 'open', 'newer'], 4), ['done'])
  const { kind, lane, state, priority } = (await jobsOf(store)).find((job) => job.kind === 'deepen') ?? {}
  assert.deepEqual([kind, lane, state, priority], ['deepen', 'd', 'available', 0])
})

test('a job that moves forward again is handed on again only when the first hand-on is gone', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await offerAndHandOn(store, ['x'], 5)
  await store.commit({ commands: [complete({ id: (await claimOne(opened, { kind: 'page' })).id })] })
  assert.deepEqual(await offerAndHandOn(store, ['x'], 4), ['x'])
  await store.commit({ commands: [remove({ id: (await claimOne(opened, { kind: 'deepen' })).id })] })
  assert.deepEqual(await offerAndHandOn(store, ['x'], 3), ['x'])
  const handOn = offerForMoved({ run: 'r', from: 'page', kind: 'deepen', lane: 'd' })
  const moved = offerKeys(['x'], { kind: 'page', priority: 2 })
  assert.equal((await store.commit({ commands: [moved, handOn] })).results[1].changed, 0)
})

test('a hand-on that died does not keep the next one from going on: it is tried again from the start', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await offerAndHandOn(store, ['x'], 5)
  await store.commit({ commands: [complete({ id: (await claimOne(opened, { kind: 'page' })).id })] })
  await offerAndHandOn(store, ['x'], 4)
  const { id, epoch } = await claimOne(opened, { kind: 'deepen' })
  await store.commit({ commands: [bury({ id, errorCode: 'Fault', errorMessage: 'test' })] })
  assert.deepEqual(await offerAndHandOn(store, ['x'], 3), ['x'])
  const again = await claimOne(opened, { kind: 'deepen' })
  assert.deepEqual([again.id, again.attempts, again.epoch > epoch], [id, 0, true])
})

test('what a run knows of a kind is counted whatever its state', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await changedBy(store, ['x', 'y', 'z'])
  await changedBy(store, ['x'], { kind: 'other' })
  await changedBy(store, ['x'], { run: 'other' })
  await store.commit({ commands: [complete({ id: (await claimOne(opened, { limit: 1 })).id })] })
  assert.deepEqual(await store.read(countKnown({ run: 'r', kind: 'k' })), [{ count: 3 }])
})

test('jobs of a run are counted by kind and state', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await changedBy(store, ['x', 'y', 'z'])
  await changedBy(store, ['x'], { kind: 'other' })
  await changedBy(store, ['x'], { run: 'other' })
  const [first, second] = await claimJobs(opened, { limit: 2 })
  const again = { dueAt: clock.now() + 1, errorCode: 'Timeout', errorMessage: 'late' }
  await store.commit({
    commands: [complete({ id: first?.id ?? '' }), retry({ id: second?.id ?? '', ...again })],
  })
  const counts = await store.read(countJobs({ run: 'r' }))
  assert.deepEqual(counts.map(({ kind, state, count }) => `${kind} ${state} ${count}`).toSorted(), [
    'k available 1',
    'k completed 1',
    'k retryable 1',
    'other available 1',
  ])
})

test('keys and lanes with NUL, lone surrogates and the escape itself come back as they were, and stay apart', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  const keys = [
    'http://h/\ud800',
    'http://h/\udfff\ud83d',
    'http://h/a\0b',
    'http://h/a',
    'http://h/\u001a0',
    '\u001a',
    '',
  ]
  const entries = keys.map((key, index) => ({ id: String(index), key, lane: `lane ${key}`, input: { key } }))
  const made = offer({ run: 'r', kind: 'k', entries, priority: 0, attemptsMax: 3 })
  assert.equal((await store.commit({ commands: [made] })).results[0].changed, keys.length)
  assert.equal((await store.commit({ commands: [made] })).results[0].changed, 0, 'each is known again')
  const claimed = await claimJobs(opened)
  const shown = claimed.map(({ id, uniqueKey, lane, input }) => ({ id, key: uniqueKey, lane, input }))
  assert.deepEqual(
    shown.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    entries,
  )
})

test('a job that is offered as settled is never claimed, and leaves one that is there as it is', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await changedBy(store, ['open'])
  const entries = ['open', 'done'].map((key) => ({ id: `settled-${key}`, key, lane: 'l', input: {} }))
  const settled = offerSettled({ run: 'r', kind: 'k', entries, priority: 0 })
  assert.equal((await store.commit({ commands: [settled] })).results[0].changed, 1)
  assert.equal(await changedBy(store, ['open', 'done']), 0)
  assert.deepEqual(
    (await jobsOf(store)).map((job) => [job.uniqueKey, job.state, job.finishedAt]),
    [
      ['open', 'available', null],
      ['done', 'completed', START_AT],
    ],
  )
  assert.deepEqual(
    (await claimJobs(opened)).map((job) => job.uniqueKey),
    ['open'],
  )
})
