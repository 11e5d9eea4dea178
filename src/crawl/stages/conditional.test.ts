import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Json } from '../../model/index.ts'
import { conditionsOf } from './conditional.ts'

const AT = Date.UTC(2026, 0, 10)
const DAY = 'Sat, 10 Jan 2026 00:00:00 GMT'
const BEFORE = 'Fri, 09 Jan 2026 00:00:00 GMT'

const asked = (headers: Json, baseHeaders: Json = null) =>
  Object.fromEntries(conditionsOf({ headers, baseHeaders, fetchedAt: AT }))

test('entity tags, weak and strong, and dates are passed as they were given', () => {
  assert.deepEqual(asked([['ETag', 'W/"a b"']]), {})
  assert.deepEqual(asked([['ETag', 'W/"a"']]), { 'if-none-match': 'W/"a"' })
  assert.deepEqual(
    asked([
      ['etag', '"x,\u00e9"'],
      ['LAST-MODIFIED', BEFORE],
    ]),
    { 'if-none-match': '"x,\u00e9"', 'if-modified-since': BEFORE },
  )
})

test('what is no entity tag is not sent, so that no "*" matches whatever is there', () => {
  for (const tag of ['*', 'abc', '"a', '"a", *', "'a'", '']) assert.deepEqual(asked([['etag', tag]]), {}, tag)
})

test('a date that could hide a second change, or is none, is not sent', () => {
  assert.deepEqual(asked([['last-modified', DAY]]), {})
  assert.deepEqual(asked([['last-modified', 'yesterday']]), {})
  assert.deepEqual(asked([['last-modified', 'Fri, 09 Jan 2026 00:00:00 GMT\n']]), {})
  const late = [
    ['last-modified', DAY],
    ['date', 'Sat, 10 Jan 2026 00:00:01 GMT'],
  ]
  assert.deepEqual(asked(late), { 'if-modified-since': DAY })
})

test('an answer that varies with what a caller may have changed is known by its tag alone', () => {
  const both = (vary: string) => [
    ['etag', '"a"'],
    ['last-modified', BEFORE],
    ['vary', vary],
  ]
  assert.deepEqual(asked(both('Accept-Encoding, accept')), {
    'if-none-match': '"a"',
    'if-modified-since': BEFORE,
  })
  assert.deepEqual(asked(both('accept-encoding, User-Agent')), { 'if-none-match': '"a"' })
  assert.deepEqual(asked(both('accept, *')), {})
})

test('after a 304 the body is known by what that said of it, and else by what came with the body', () => {
  const base = [
    ['etag', '"old"'],
    ['last-modified', BEFORE],
  ]
  assert.deepEqual(asked([], base), { 'if-none-match': '"old"', 'if-modified-since': BEFORE })
  assert.deepEqual(asked([['etag', '"new"']], base), {
    'if-none-match': '"new"',
    'if-modified-since': BEFORE,
  })
})

test('whatever a server sent, what is asked are values that can be sent', () => {
  const names = fc.constantFrom('etag', 'last-modified', 'vary', 'date', 'ETag')
  const headers = fc.array(fc.tuple(names, fc.oneof(fc.string(), fc.constantFrom('"a"', BEFORE, DAY))))
  fc.assert(
    fc.property(headers, (list) => {
      for (const [name, value] of conditionsOf({ headers: list, baseHeaders: null, fetchedAt: AT })) {
        assert.match(name, /^if-(none-match|modified-since)$/)
        assert.match(value, /^[\x20-\x7e\x80-\xff]+$/)
      }
    }),
  )
})
