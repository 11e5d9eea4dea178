/** Dead letters: which there are, and how they are made alive again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS } from '../../model/index.ts'
import { bury, complete, held, recordAttempt } from '../settle.ts'
import {
  START_AT,
  attemptsOf,
  claimJobs,
  claimOne,
  jobOf,
  jobsOf,
  offerKeys,
  openJobs,
  type Opened,
} from '../testing/fixture.ts'
import {
  areDead,
  codesOfClass,
  deadByCode,
  deadLetters,
  ERROR_CLASSES,
  errorClassOf,
  redriveJobs,
} from './index.ts'

/** Offers jobs and lets each die of its error. */
async function killAll(opened: Opened, deaths: Readonly<Record<string, string>>, given = {}): Promise<void> {
  const { store } = opened
  await store.commit({ commands: [offerKeys(Object.keys(deaths), given)] })
  for (const { id, uniqueKey } of await claimJobs(opened, given)) {
    const errorCode = deaths[uniqueKey] ?? 'Fault'
    await store.commit({ commands: [bury({ id, errorCode, errorMessage: `of ${uniqueKey}` })] })
  }
}

const any = { run: '', kind: '', codes: null, afterRun: '~', afterId: '~', limit: 100 }

test('dead jobs are listed chunk by chunk, each once, the newest run first', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await killAll(opened, { 1: 'TlsFailed', 2: 'Timeout', 3: 'Timeout' }, { run: 'r1' })
  await killAll(opened, { 4: 'Timeout', 5: 'Fault' }, { run: 'r2' })
  await store.commit({ commands: [offerKeys(['alive'], { run: 'r2' })] })
  const listed: string[] = []
  for (let after = { afterRun: '~', afterId: '~' }; ;) {
    const letters = await store.read(deadLetters({ ...any, ...after, limit: 2 }))
    listed.push(...letters.map((letter) => `${letter.run} ${letter.uniqueKey}`))
    const last = letters.at(-1)
    if (last === undefined) break
    after = { afterRun: last.run, afterId: last.id }
  }
  assert.deepEqual(listed, ['r2 5', 'r2 4', 'r1 3', 'r1 2', 'r1 1'])
})

test('dead jobs are chosen by run, kind and error', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await killAll(opened, { 1: 'TlsFailed', 2: 'Timeout' }, { run: 'r1' })
  await killAll(opened, { 3: 'Timeout' }, { run: 'r1', kind: 'j' })
  await killAll(opened, { 4: 'Timeout' }, { run: 'r2' })
  const chosen = async (choice: Partial<typeof any> | { codes: string[] }) =>
    (await store.read(deadLetters({ ...any, ...choice }))).map((letter) => letter.uniqueKey).toSorted()
  assert.deepEqual(await chosen({ run: 'r1' }), ['1', '2', '3'])
  assert.deepEqual(await chosen({ kind: 'k' }), ['1', '2', '4'])
  assert.deepEqual(await chosen({ codes: ['Timeout', 'Busy'] }), ['2', '3', '4'])
  assert.deepEqual(await chosen({ codes: [] }), [])
})

test('every error code is in one class, and a class and a code are found by name in any case', () => {
  for (const code of Object.keys(ERRORS)) {
    assert.deepEqual(
      ERROR_CLASSES.filter((name) => codesOfClass(name)?.includes(code)),
      [errorClassOf(code)],
    )
    assert.deepEqual(codesOfClass(code.toUpperCase()), [code])
  }
  assert.ok(codesOfClass('Network')?.includes('FetchTimeout'))
  assert.equal(codesOfClass('nothing'), undefined)
})

test('a job that is sent again has all its tries before it, keeps those on record, and fences the ones before', async (t) => {
  const opened = await openJobs(t)
  const { store, clock } = opened
  await store.commit({ commands: [offerKeys(['x'])] })
  const { id, epoch } = await claimOne(opened)
  const why = { errorCode: 'Timeout', errorMessage: 'late' }
  const record = {
    id: 'a1',
    job: id,
    attempt: 1,
    process: 'p',
    startedAt: START_AT,
    finishedAt: START_AT,
    ...why,
  }
  await store.commit({ commands: [recordAttempt(record), bury({ id, ...why })] })
  clock.move(5)
  const unit = {
    commands: [redriveJobs({ run: 'r', ids: [id] })],
    guards: [areDead({ run: 'r', ids: [id] })],
  } as const
  assert.equal((await store.commit(unit)).results[0].changed, 1)
  const job = await jobOf(store, 'x')
  assert.deepEqual(
    [job.state, job.attempts, job.waits, job.crashes, job.finishedAt],
    ['available', 0, 0, 0, null],
  )
  assert.equal(job.epoch, epoch + 1)
  assert.equal((await attemptsOf(store, id)).length, 1)
  const again = await claimOne(opened)
  const stale = { commands: [complete({ id })], guards: [held({ id, epoch })] }
  await assert.rejects(store.commit(stale), { code: 'GuardFailed' })
  await store.commit({ commands: [complete({ id })], guards: [held(again)] })
  assert.equal((await jobOf(store, 'x')).state, 'completed')
})

test('a chunk with one job that is not dead, or of another run, is refused as a whole', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await killAll(opened, { 1: 'Timeout', 2: 'Timeout' })
  await killAll(opened, { 3: 'Timeout' }, { run: 'other' })
  await store.commit({ commands: [offerKeys(['alive'])] })
  const before = await jobsOf(store)
  for (const stranger of ['r/k/alive', 'other/k/3', 'nobody']) {
    const ids = ['r/k/1', 'r/k/2', stranger]
    const unit = { commands: [redriveJobs({ run: 'r', ids })], guards: [areDead({ run: 'r', ids })] }
    await assert.rejects(store.commit(unit), { code: 'GuardFailed' })
  }
  assert.deepEqual(await jobsOf(store), before)
})

test('dead jobs of a run are counted by error, the most frequent first', async (t) => {
  const opened = await openJobs(t)
  const { store } = opened
  await store.commit({ commands: [offerKeys(['1', '2', '3', '4'])] })
  await store.commit({ commands: [offerKeys(['1'], { run: 'other' })] })
  const codes = ['TlsFailed', 'Timeout', 'Timeout']
  for (const [number, errorCode] of codes.entries()) {
    const { id } = await claimOne(opened, { limit: 1 })
    await store.commit({ commands: [bury({ id, errorCode, errorMessage: `error ${number}` })] })
  }
  const { id } = await claimOne(opened, { run: 'other' })
  await store.commit({ commands: [bury({ id, errorCode: 'TlsFailed', errorMessage: 'not of this run' })] })
  assert.deepEqual(await store.read(deadByCode({ run: 'r' })), [
    { code: 'Timeout', count: 2, example: 'error 1' },
    { code: 'TlsFailed', count: 1, example: 'error 0' },
  ])
})
