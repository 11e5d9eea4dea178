/** Histograms that are merged say what one of all values would say, and no percentile is far off. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as holds, double, integer, property } from 'fast-check'
import { bucketOf, countOf, merged, percentile, type Histogram } from './histogram.ts'

const histogramOf = (values: readonly number[]): Histogram =>
  values.reduce<Histogram>((all, ms) => merged(all, new Map([[bucketOf(ms), 1]])), new Map())

/** Half a bucket, and what rounding adds. */
const OFF_MAX = 2 ** (1 / 16) * 1.000_001

const times = array(integer({ min: 0, max: 3_600_000 }), { minLength: 1, maxLength: 200 })

test('a percentile is at most 4.5 % off the value that it stands for', () => {
  assert.ok(OFF_MAX < 1.045)
  holds(
    property(times, double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sorted = values.toSorted((a, b) => a - b)
      const exact = sorted[Math.max(1, Math.ceil(values.length * share)) - 1] ?? 0
      const told = percentile(histogramOf(values), share) ?? -1
      if (exact === 0) return told === 0
      return told <= exact * OFF_MAX && told >= exact / OFF_MAX
    }),
  )
})

test('histograms are merged in any order into that of all values', () => {
  holds(
    property(times, times, times, (a, b, c) => {
      const whole = histogramOf([...a, ...b, ...c])
      const parts = merged(histogramOf(c), merged(histogramOf(a), histogramOf(b)))
      assert.deepEqual(
        [...parts].toSorted(([x], [y]) => x - y),
        [...whole].toSorted(([x], [y]) => x - y),
      )
      assert.equal(countOf(parts), a.length + b.length + c.length)
    }),
  )
})

test('a longer time is never in an earlier bucket, and none is without one', () => {
  holds(
    property(
      double({ min: 0, max: 1e15, noNaN: true }),
      double({ min: 0, max: 1e15, noNaN: true }),
      (a, b) => {
        assert.ok(bucketOf(Math.min(a, b)) <= bucketOf(Math.max(a, b)))
        assert.ok(bucketOf(Math.max(a, b)) <= 240)
      },
    ),
  )
})

test('nothing has no percentile, and what took no time took none', () => {
  assert.equal(percentile(new Map(), 0.5), null)
  assert.equal(percentile(histogramOf([0, 0.4]), 0.99), 0)
  assert.equal(countOf(new Map()), 0)
})
