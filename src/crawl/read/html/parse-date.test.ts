import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseDate } from './index.ts'

const readable: [text: string, iso: string][] = [
  ['2024', '2024-01-01T00:00:00.000Z'],
  ['2024-03', '2024-03-01T00:00:00.000Z'],
  [' 2024-03-05 ', '2024-03-05T00:00:00.000Z'],
  ['2024-03-05T10:20', '2024-03-05T10:20:00.000Z'],
  ['2024-03-05 10:20:30', '2024-03-05T10:20:30.000Z'],
  ['2024-03-05T10:20:30.123456Z', '2024-03-05T10:20:30.123Z'],
  ['2024-03-05T10:20:30+02:00', '2024-03-05T08:20:30.000Z'],
  ['2024-03-05T10:20:30-0530', '2024-03-05T15:50:30.000Z'],
  ['2024-03-05T10:20:30+01', '2024-03-05T09:20:30.000Z'],
  ['Tue, 05 Mar 2024 10:20:30 GMT', '2024-03-05T10:20:30.000Z'],
  ['5 Mar 2024 10:20:30 +0100', '2024-03-05T09:20:30.000Z'],
  ['Tue, 05 Mar 2024 10:20 EST', '2024-03-05T15:20:00.000Z'],
  ['05-Mar-2024', '2024-03-05T00:00:00.000Z'],
  ['March 5, 2024', '2024-03-05T00:00:00.000Z'],
  ['Tuesday, Sept. 5, 2023', '2023-09-05T00:00:00.000Z'],
]

for (const [text, iso] of readable) {
  test(`"${text}" is a date`, () => assert.equal(parseDate(text), Date.parse(iso)))
}

const unreadable = [
  '',
  'yesterday',
  '2024-02-30',
  '2024-13-01',
  '0001-01-01T00:00:00',
  '03/04/2024',
  '2024-03-05T25:00',
  '5 Foo 2024',
  '2024-03-05T10:00 XYZ',
  '1700000000',
  '2024-03-05 '.repeat(20),
]

for (const text of unreadable) {
  test(`"${text.slice(0, 24)}" is no date`, () => assert.equal(parseDate(text), null))
}

test('every ISO instant is read back as itself', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      (date) => {
        assert.equal(parseDate(date.toISOString()), date.getTime())
      },
    ),
  )
})

test('any text is a date or is not, without throwing', () => {
  fc.assert(fc.property(fc.string(), (text) => Number.isSafeInteger(parseDate(text) ?? 0)))
})
