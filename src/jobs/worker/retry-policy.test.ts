/** The retry policy as a pure decision: which code leads to what, and how long a pause can be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ERRORS, MillraceError, type ErrorCode, type ErrorDetail } from '../../model/index.ts'
import { decide } from './retry-policy.ts'

const NOW = 1_700_000_000_000
const RETRIED: readonly ErrorCode[] = [
  'ConnectionLost',
  'FetchTimeout',
  'ProxyFailed',
  'ServerError',
  'Timeout',
  'UnreachableHost',
]
const WAITED: readonly ErrorCode[] = ['RateLimited', 'RobotsUnavailable']

function decideOn(code: ErrorCode, { attempts = 0, attemptsMax = 3, random = 0.5 } = {}) {
  return decide(new MillraceError(code, 'test'), { attempts, attemptsMax }, { now: NOW, random })
}

function waitOn(facts: ErrorDetail['facts'] & {}) {
  const error = new MillraceError('RateLimited', 'test', { facts })
  return decide(error, { attempts: 0, attemptsMax: 1 }, { now: NOW, random: 0 })
}

test('every code has one verdict: network trouble is retried, a named wait is kept, all else is buried', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const other = WAITED.includes(code) ? 'wait' : 'bury'
    assert.equal(decideOn(code).does, RETRIED.includes(code) ? 'retry' : other, code)
  }
})

test('a pause lies between half of its full length and all of it, doubles with each attempt, and ends at a minute', () => {
  const attempts = fc.integer({ min: 0, max: 100 })
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.constantFrom(...RETRIED), attempts, random, (code, attempts, random) => {
      const verdict = decideOn(code, { attempts, attemptsMax: attempts + 2, random })
      assert.equal(verdict.does, 'retry')
      const full = Math.min(60_000, 1_000 * 2 ** attempts)
      const pauseMs = verdict.does === 'retry' ? verdict.dueAt - NOW : Number.NaN
      assert.ok(Number.isSafeInteger(pauseMs))
      assert.ok(pauseMs >= full / 2 && pauseMs <= full, `${pauseMs} of ${full}`)
    }),
  )
})

test('chance moves a pause over its whole upper half', () => {
  const chances = [0, 0.5, 0.999_999]
  assert.deepEqual(
    chances.map((random) => decideOn('ServerError', { attempts: 3, attemptsMax: 9, random })),
    [4_000, 6_000, 8_000].map((ms) => ({ does: 'retry', dueAt: NOW + ms })),
  )
})

test('the last attempt is followed by burial, and none before it', () => {
  const verdicts = [0, 1, 2, 3].map((attempts) => decideOn('ConnectionLost', { attempts }).does)
  assert.deepEqual(verdicts, ['retry', 'retry', 'bury', 'bury'])
})

test('a wait lasts until the time the error names, whatever attempts are left', () => {
  assert.deepEqual(waitOn({ until: NOW + 90_000 }), { does: 'wait', until: NOW + 90_000 })
})

test('a wait without a time that can be kept is half a minute', () => {
  for (const facts of [
    {},
    { until: 'tomorrow' },
    { until: Number.NaN },
    { until: null },
    { until: NOW + 0.5 },
  ]) {
    assert.deepEqual(waitOn(facts), { does: 'wait', until: NOW + 30_000 })
  }
})

test('a wait until a time that is past is a second, so that what charges no attempt can not spin', () => {
  for (const until of [0, NOW - 1, NOW, NOW + 999]) {
    assert.deepEqual(waitOn({ until }), { does: 'wait', until: NOW + 1_000 })
  }
})
