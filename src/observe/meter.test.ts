import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Meter } from './meter.ts'
import { NO_SPREAD, SpreadCollector } from './spread.ts'

test('counts grow, levels are asked for when they are read, and both have names', () => {
  const meter = new Meter()
  let depth = 3
  meter.count('write.units')
  meter.count('write.units', 4)
  meter.level('write.queue.rows', () => depth)
  depth = 7
  const { counts, levels } = meter.read()
  assert.deepEqual([counts, levels], [{ 'write.units': 5 }, { 'write.queue.rows': 7 }])
})

test('a spread is that of the last full window, whoever reads it and how often', () => {
  const meter = new Meter()
  meter.note('read.run_ms', 5)
  assert.deepEqual(meter.read().spreads, {})
  meter.turn()
  assert.equal(meter.read().spreads['read.run_ms']?.count, 1)
  assert.equal(meter.read().spreads['read.run_ms']?.max, 5)
  meter.turn()
  assert.deepEqual(meter.read().spreads['read.run_ms'], NO_SPREAD)
})

test('a spread that is kept elsewhere is taken once a window', () => {
  const meter = new Meter()
  let taken = 0
  meter.spread('loop.delay_ms', () => ({ ...NO_SPREAD, count: ++taken }))
  meter.turn()
  meter.read()
  assert.equal(meter.read().spreads['loop.delay_ms']?.count, 1)
})

test('percentiles are right to a twelfth; count, sum and the largest value are exact', () => {
  const values = fc.array(fc.double({ min: 0.002, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 })
  const property = fc.property(values, (noted) => {
    const collector = new SpreadCollector()
    for (const value of noted) collector.note(value)
    const spread = collector.take()
    const sorted = noted.toSorted((a, b) => a - b)
    const exact = (share: number) => sorted[Math.ceil(noted.length * share) - 1] ?? Number.NaN
    assert.equal(spread.count, noted.length)
    assert.equal(spread.max, sorted.at(-1))
    assert.equal(
      spread.sum,
      noted.reduce((sum, value) => sum + value, 0),
    )
    for (const [found, share] of [
      [spread.p50, 0.5],
      [spread.p99, 0.99],
    ] as const) {
      assert.ok(Math.abs(found / exact(share) - 1) < 1 / 12, `${found} for ${exact(share)}`)
    }
    assert.deepEqual(collector.take(), NO_SPREAD)
  })
  fc.assert(property)
})

test('nothing at all is a value too', () => {
  const collector = new SpreadCollector()
  for (const value of [0, 0, 0]) collector.note(value)
  assert.deepEqual(collector.take(), { count: 3, sum: 0, p50: 0, p99: 0, max: 0 })
})
