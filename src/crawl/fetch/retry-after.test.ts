/** The examples of RFC 9110 first, then what servers really send. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { retryAfterMs } from './retry-after.ts'

const DAY_MS = 86_400_000
const now = Date.UTC(1994, 10, 6, 8, 49, 0)

test('seconds become milliseconds, never negative, never more than a day', () => {
  assert.equal(retryAfterMs('120', now), 120_000)
  assert.equal(retryAfterMs(' 0 ', now), 0)
  assert.equal(retryAfterMs('-5', now), 0)
  assert.equal(retryAfterMs('86401', now), DAY_MS)
  assert.equal(retryAfterMs('9'.repeat(400), now), DAY_MS)
})

test('all three forms of an HTTP date are read', () => {
  assert.equal(retryAfterMs('Sun, 06 Nov 1994 08:49:37 GMT', now), 37_000)
  assert.equal(retryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', now), 37_000)
  assert.equal(retryAfterMs('Sun Nov  6 08:49:37 1994', now), 37_000)
  assert.equal(retryAfterMs('sun, 06 nov 1994 08:49:37 gmt', now), 37_000)
})

test('a date in the past is now and a far one is a day', () => {
  assert.equal(retryAfterMs('Sun, 06 Nov 1994 08:48:59 GMT', now), 0)
  assert.equal(retryAfterMs('Tue, 06 Nov 2035 08:49:37 GMT', now), DAY_MS)
})

test('a two-digit year more than 50 years ahead is of the past century', () => {
  const in2026 = Date.UTC(2026, 0, 1)
  assert.equal(retryAfterMs('Friday, 02-Jan-26 00:00:00 GMT', in2026), DAY_MS)
  assert.equal(retryAfterMs('Saturday, 01-Jan-77 00:00:00 GMT', in2026), 0)
  assert.equal(retryAfterMs('Wednesday, 01-Jan-76 00:00:00 GMT', in2026), DAY_MS)
})

test('nonsense is undefined', () => {
  const dates = [
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:00:00 GMT',
  ]
  const others = [
    '',
    'soon',
    '1.5',
    '1e3',
    '0x10',
    '12 s',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 CET',
  ]
  for (const value of [undefined, ...dates, ...others])
    assert.equal(retryAfterMs(value, now), undefined, value)
})

test('every date a clock can show is read back to the second, and no text does harm', () => {
  const seconds = fc.integer({ min: 0, max: DAY_MS / 1000 })
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 4e9 }), (ahead, nowSeconds) => {
      const value = new Date((nowSeconds + ahead) * 1000).toUTCString()
      assert.equal(retryAfterMs(value, nowSeconds * 1000), ahead * 1000)
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      const waitMs = retryAfterMs(text, now)
      assert.ok(waitMs === undefined || (waitMs >= 0 && waitMs <= DAY_MS))
    }),
  )
})
