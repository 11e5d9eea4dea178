/** Windows cover everything once, however they are parted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { siteTime } from '../api/index.ts'
import { ALL, halved, yearsBetween, type Span } from './windows.ts'

const time = fc.integer({ min: 0, max: 60 * 365 * 86_400 }).map((second) => siteTime(second * 1000))

function holds({ from, to }: Span, at: string): boolean {
  return at >= (from ?? '') && at < (to ?? '~')
}

test('every time lies in just one year, and parted again and again in just one part', () => {
  fc.assert(
    fc.property(time, time, time, fc.array(fc.nat(), { maxLength: 12 }), (a, b, at, choices) => {
      const [first, last] = a < b ? [a, b] : [b, a]
      let spans: readonly Span[] = yearsBetween(first, last)
      for (const choice of choices) {
        const index = choice % spans.length
        const parts = halved(spans[index] ?? ALL, first, last)
        if (parts !== null) spans = spans.toSpliced(index, 1, ...parts)
      }
      assert.equal(spans.filter((span) => holds(span, at)).length, 1)
    }),
  )
})

test('nothing is parted for ever: a window ends up too short, and halves are shorter', () => {
  fc.assert(
    fc.property(time, time, (a, b) => {
      let span: Span | undefined = { from: a < b ? a : b, to: a < b ? b : a }
      for (let depth = 0; span !== undefined; depth++) {
        assert.ok(depth < 40)
        const [left, right]: readonly Span[] = halved(span, null, null) ?? []
        if (left !== undefined)
          assert.ok(left.to === right?.from && left.from !== left.to && right?.from !== right?.to)
        span = right
      }
    }),
  )
})

test('without posts, or with dates that are nonsense, there is one window', () => {
  assert.deepEqual(yearsBetween(null, null), [ALL])
  assert.deepEqual(yearsBetween('1000-01-01T00:00:00', '2024-01-01T00:00:00'), [ALL])
  assert.equal(halved(ALL, null, null), null)
})
