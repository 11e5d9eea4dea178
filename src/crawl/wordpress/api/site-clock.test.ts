/** A post's moment is the same whatever clock the site goes by. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { siteClock } from './site-clock.ts'

const berlin = siteClock({ offsetHours: 2, timeZone: 'Europe/Berlin' })
const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

test('UTC is taken as the site says it, at any time of the year', () => {
  assert.equal(at(berlin('2014-07-01T10:00:00', '2014-07-01T12:00:00')), '2014-07-01T10:00:00.000Z')
  assert.equal(at(berlin('2014-01-01T10:00:00', '2014-01-01T11:00:00')), '2014-01-01T10:00:00.000Z')
  assert.equal(at(berlin('2014-03-30T03:30:00', '2014-03-30T05:30:00')), '2014-03-30T03:30:00.000Z')
})

test('the hour that the zone leaves out is mended by the site time beside it', () => {
  assert.equal(at(berlin('2014-03-30T03:30:00', '2014-03-30T04:30:00')), '2014-03-30T02:30:00.000Z')
  assert.equal(at(berlin('2014-03-30T03:30:00', '2014-03-30T03:30:00')), '2014-03-30T03:30:00.000Z')
})

test('the hour that comes twice is told apart by UTC', () => {
  assert.equal(at(berlin('2013-10-27T00:30:00', '2013-10-27T02:30:00')), '2013-10-27T00:30:00.000Z')
  assert.equal(at(berlin('2013-10-27T01:30:00', '2013-10-27T02:30:00')), '2013-10-27T01:30:00.000Z')
})

test('a post that was written under another zone keeps its UTC', () => {
  assert.equal(at(berlin('2014-07-01T10:00:00', '2014-07-01T06:00:00')), '2014-07-01T10:00:00.000Z')
  assert.equal(at(berlin('2014-01-01T10:00:00', '2014-01-01T10:00:00')), '2014-01-01T10:00:00.000Z')
})

test('without UTC the offset of today has to do, without a zone UTC is believed, and without both there is nothing', () => {
  assert.equal(at(berlin('0000-00-00T00:00:00', '2014-07-01T12:00:00')), '2014-07-01T10:00:00.000Z')
  for (const timeZone of ['', 'Mars/Olympus']) {
    const clock = siteClock({ offsetHours: 2, timeZone })
    assert.equal(at(clock('2014-03-30T03:30:00', '2014-03-30T04:30:00')), '2014-03-30T03:30:00.000Z')
  }
  assert.equal(berlin(null, 'yesterday'), null)
})
