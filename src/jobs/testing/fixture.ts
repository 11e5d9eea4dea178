/** What the tests of jobs share: a real store in a fresh folder, a clock moved by hand, and a look at every row. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Clock } from '../../model/index.ts'
import { command, guard, query, sqlName, type Reader, type Store, type Values } from '../../store/index.ts'
import { openSqlite } from '../../store/sqlite/index.ts'
import { claim } from '../claim.ts'
import { jobDefinitions } from '../index.ts'
import { jobs, type Job } from '../job.ts'
import { ensureLane } from '../lanes/index.ts'
import { offer, type Offer } from '../offer.ts'
import { LEASE_MS } from '../worker/index.ts'
import { stage, type Stage, type StageSteps } from '../stage.ts'

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  move(ms: number): void
}

export const START_AT = 1_700_000_000_000

export function handClock(): HandClock {
  let now = START_AT
  return {
    now: () => now,
    move(ms) {
      now += ms
    },
  }
}

/** A table that stands for what stages write: how often each job's effect is there. */
export const createEffects = command({
  name: 'effects.create',
  params: {},
  statements: [
    {
      sql: `CREATE TABLE IF NOT EXISTS effects (
        number INTEGER PRIMARY KEY, job TEXT NOT NULL CHECK (job <> 'refused'), epoch INTEGER NOT NULL) STRICT`,
    },
  ],
})

/** Writes a job's effect; that of a job called 'refused' breaks the table's rule. */
export const addEffect = command({
  name: 'effects.add',
  params: { job: 'text', epoch: 'int' },
  statements: [{ sql: 'INSERT INTO effects (job, epoch) VALUES (:job, :epoch)' }],
})

/** Holds until `tell` was called. */
export const isNotTold = guard({
  name: 'effects.isNotTold',
  params: {},
  otherwise: 'the test said so',
  sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM effects WHERE job = 'told')",
})

export async function tell(store: Store): Promise<void> {
  await store.commit({ commands: [addEffect({ job: 'told', epoch: 0 })] })
}

const readEffects = query({
  name: 'effects.read',
  params: {},
  gives: { job: 'text', epoch: 'int' },
  sql: "SELECT job, epoch FROM effects WHERE job <> 'told' ORDER BY number",
})

/** Makes a process known to the store, as opening it does. */
export const putProcess = command({
  name: 'processes.put',
  params: { id: 'text' },
  statements: [{ sql: `INSERT INTO processes VALUES (:id, 0, 'test', 'test', :now)` }],
})

const readJobs = query({
  name: 'jobs.read',
  params: { run: 'text' },
  gives: jobs.columns,
  sql: `SELECT ${Object.keys(jobs.columns).map(sqlName).join(', ')} FROM jobs WHERE run = :run ORDER BY id`,
})

const readAttempts = query({
  name: 'attempts.read',
  params: { job: 'text' },
  gives: {
    attempt: 'int',
    process: 'text',
    startedAt: 'time',
    finishedAt: 'time',
    errorCode: 'text',
    errorMessage: 'text',
  },
  sql: `SELECT attempt, process, started_at, finished_at, error_code, error_message
    FROM attempts WHERE job = :job ORDER BY attempt`,
})

const readLane = query({
  name: 'lanes.read',
  params: { key: 'text' },
  gives: { concurrency: 'int', gapMs: 'int', nextAt: 'time', waitUntil: 'time', waitReason: 'text?' },
  sql: 'SELECT concurrency, gap_ms, next_at, wait_until, wait_reason FROM lanes WHERE key = :key',
})

export const testDefinitions = [
  ...jobDefinitions,
  ...[createEffects, addEffect, isNotTold, readEffects, putProcess, readJobs, readAttempts, readLane].map(
    (made) => made.definition,
  ),
]

/** A fresh store with a wide lane 'a', closed after the test; its folder is kept when the test failed. */
export async function openJobs(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-jobs-'))
  const path = join(folder, 'jobs.db')
  const clock = handClock()
  const store = await openSqlite({ path, clock, definitions: testDefinitions })
  t.after(async () => {
    await store.close()
    // The type does not know `passed` yet.
    if ((t as TestContext & { readonly passed: boolean }).passed) rmSync(folder, { recursive: true })
  })
  await store.commit({ commands: [createEffects({}), ensureLane({ key: 'a', concurrency: 1000, gapMs: 0 })] })
  return { store, clock, path }
}

/** What `openJobs` gives. */
export type Opened = Awaited<ReturnType<typeof openJobs>>

/** Offers one job per key, of run 'r', kind 'k' and lane 'a' unless said otherwise; its id is `run/kind/key`. */
export function offerKeys(
  keys: readonly string[],
  { lane = 'a', ...given }: Partial<Offer> & { readonly lane?: string } = {},
) {
  const { run = 'r', kind = 'k' } = given
  const entries = keys.map((key) => ({ id: `${run}/${kind}/${key}`, key, lane, input: {} }))
  return offer({ run, kind, entries, priority: 0, attemptsMax: 3, ...given })
}

type ClaimData = Values<(typeof claim)['definition']['params']>

/** Claims for this process all jobs of run 'r' and kind 'k' that can be had, unless said otherwise. */
export async function claimJobs(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  given: Partial<ClaimData> = {},
): Promise<readonly Job[]> {
  const leaseUntil = clock.now() + LEASE_MS
  const all = { run: 'r', kind: 'k', process: store.process, limit: 1000, priorityMax: 1000, leaseUntil }
  const { results } = await store.commit({ commands: [claim({ ...all, ...given })] })
  return results[0].rows
}

/** The only job that can be claimed. */
export async function claimOne(
  opened: { readonly store: Store; readonly clock: Clock },
  given: Partial<ClaimData> = {},
): Promise<Job> {
  const [job, ...others] = await claimJobs(opened, given)
  if (job === undefined || others.length > 0) throw new Error(`expected one job, claimed ${others.length}`)
  return job
}

/** A stage that writes the effect of each job, but for the steps given. */
export function effectStage(steps: Partial<StageSteps<Job, Job>> = {}, kind = 'k'): Stage {
  return stage<Job, Job>({
    kind,
    load: (_, job) => Promise.resolve(job),
    work: (job) => Promise.resolve(job),
    save: (job) => [addEffect({ job: job.uniqueKey, epoch: job.epoch })],
    ...steps,
  })
}

/** All jobs of a run, by id. */
export const jobsOf = (reader: Reader, run = 'r') => reader.read(readJobs({ run }))

/** One job of run 'r' and kind 'k'. */
export async function jobOf(reader: Reader, key: string) {
  const job = (await jobsOf(reader)).find((row) => row.kind === 'k' && row.uniqueKey === key)
  if (job === undefined) throw new Error(`no job ${key}`)
  return job
}

/** The failed tries on record for a job. */
export const attemptsOf = (reader: Reader, job: string) => reader.read(readAttempts({ job }))

export async function laneOf(reader: Reader, key: string) {
  return (await reader.read(readLane({ key })))[0]
}

/** The jobs whose effects are there, one entry per effect, in the order they were written. */
export async function effectsOf(reader: Reader): Promise<readonly string[]> {
  return (await reader.read(readEffects({}))).map((effect) => effect.job)
}
