/**
 * A run that grows as it is worked on, like a crawl: each page offers three pages below it and one entry to index, and
 * a seed decides for every try whether it succeeds, so that its outcome is known whatever the order of events.
 */
import assert from 'node:assert/strict'
import { MillraceError, sha256, type Clock } from '../../model/index.ts'
import type { Command, Reader } from '../../store/index.ts'
import type { Job } from '../job.ts'
import { ensureLane } from '../lanes/index.ts'
import { stage, type Stage } from '../stage.ts'
import { addEffect, attemptsOf, effectsOf, jobsOf, offerKeys } from './fixture.ts'

/** How a run grows and how lucky it is. */
export interface Growth {
  readonly seed: string
  readonly roots: number
  readonly depth: number
}

const LANES = ['l0', 'l1', 'l2']
const ATTEMPTS_MAX = 3

/** What starts a run. */
export function plant({ roots }: Growth): readonly Command[] {
  const keys = Array.from({ length: roots }, (_, root) => String(root))
  return [
    ensureLane.all(LANES.map((key) => ({ key, concurrency: 100, gapMs: 0 }))),
    ...offersOf('page', keys),
  ]
}

/** The two stages; `onWork` is called with each try before it works. */
export function growthStages(growth: Growth, clock: Clock, onWork: (job: Job) => Promise<void>): Stage[] {
  const steps = {
    load: (_: Reader, job: Job) => Promise.resolve(job),
    async work(job: Job) {
      await onWork(job)
      const luck = luckOf(growth, job.kind, job.uniqueKey, job)
      // Neither blames the host: its breaker has tests of its own, and would only slow these down.
      if (luck === 'lost') throw new MillraceError('Timeout', 'test')
      if (luck === 'wait')
        throw new MillraceError('RateLimited', 'test', {
          facts: { until: clock.now() + 1_000, isNamed: true },
        })
      return luck
    },
  }
  const page = stage<Job, string>({
    kind: 'page',
    ...steps,
    save: (luck, job) => [
      ...offersOf('page', childrenOf(growth, job.uniqueKey)),
      effectOf(luck, job),
      ...offersOf('index', [job.uniqueKey]),
    ],
  })
  const index = stage<Job, string>({
    kind: 'index',
    isKept: false,
    ...steps,
    save: (luck, job) => [effectOf(luck, job)],
  })
  return [page, index]
}

function effectOf(luck: string, job: Job): Command {
  return addEffect({ job: luck === 'refused' ? luck : job.id, epoch: job.epoch })
}

/** Fails unless every job had its effect exactly once, and what had to die is dead with all its tries on record. */
export async function assertGrown(growth: Growth, reader: Reader): Promise<void> {
  const expected = expectedOf(growth)
  assert.deepEqual((await effectsOf(reader)).toSorted(), expected.effects.toSorted())
  const jobs = await jobsOf(reader)
  const dead = jobs.filter((job) => job.state === 'dead').map((job) => job.id)
  assert.deepEqual(dead.toSorted(), [...expected.dead.keys()].toSorted())
  const completed = jobs.filter((job) => job.state === 'completed').map((job) => job.id)
  const pages = expected.effects.filter((id) => id.startsWith('r/page/'))
  assert.deepEqual(completed.toSorted(), pages.toSorted(), 'done entries to index are not kept')
  assert.equal(jobs.length, dead.length + completed.length)
  for (const [id, tries] of expected.dead) assert.equal((await attemptsOf(reader, id)).length, tries)
}

function offersOf(kind: string, keys: readonly string[]): Command[] {
  return keys.map((key) => offerKeys([key], { kind, lane: laneOf(key), attemptsMax: ATTEMPTS_MAX }))
}

function laneOf(key: string): string {
  return LANES[key.length % LANES.length] ?? ''
}

function childrenOf({ depth }: Growth, key: string): string[] {
  return key.length > depth ? [] : ['a', 'b', 'c'].map((child) => key + child)
}

type Luck = 'good' | 'lost' | 'wait' | 'refused'

/** Of 256 tries 50 lose the connection, 6 write a row that is refused, and of the first tries 10 are told to wait. */
function luckOf(
  { seed }: Growth,
  kind: string,
  key: string,
  tried: { attempts: number; waits: number },
): Luck {
  const dice = Number.parseInt(sha256(`${seed} ${kind} ${key} ${tried.attempts}`).slice(0, 2), 16)
  if (dice < 50) return 'lost'
  if (dice < 56) return 'refused'
  return dice < 66 && tried.waits === 0 ? 'wait' : 'good'
}

function expectedOf(growth: Growth) {
  const effects: string[] = []
  const dead = new Map<string, number>()
  const end = (kind: string, key: string): boolean => {
    for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
      const luck = luckOf(growth, kind, key, { attempts, waits: 1 })
      if (luck === 'good') return effects.push(`r/${kind}/${key}`) > 0
      if (luck === 'lost' && attempts + 1 < ATTEMPTS_MAX) continue
      dead.set(`r/${kind}/${key}`, attempts + 1)
      return false
    }
    return false
  }
  const grow = (key: string) => {
    if (!end('page', key)) return
    end('index', key)
    for (const child of childrenOf(growth, key)) grow(child)
  }
  for (let root = 0; root < growth.roots; root++) grow(String(root))
  return { effects, dead }
}
