import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from './clock.ts'

test('the system clock counts whole milliseconds since 1970 and never runs backwards', () => {
  const times = Array.from({ length: 1_000 }, () => systemClock.now())
  assert.ok(times.every(Number.isSafeInteger))
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  assert.equal(new Date(times[0] ?? 0).getUTCFullYear() >= 2024, true)
})

test('the system clock does not follow the wall clock when that is set back', (t) => {
  const before = systemClock.now()
  t.mock.timers.enable({ apis: ['Date'], now: 0 })
  assert.equal(Date.now(), 0)
  assert.ok(systemClock.now() >= before)
})
