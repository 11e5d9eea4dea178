/** What is used stays; what is not makes room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Remembered } from './remembered.ts'

test('the first with a digest is remembered, however often it is asked for', () => {
  const remembered = new Remembered<number>(2)
  assert.deepEqual(
    [1, 2, 3].map((now) => remembered.firstOf('a', now)),
    [undefined, 1, 1],
  )
})

test('beyond the bound the one that was not used for longest is forgotten', () => {
  const remembered = new Remembered<number>(2)
  const asked = ['a', 'b', 'a', 'c', 'a', 'b'].map((digest, now) => remembered.firstOf(digest, now))
  assert.deepEqual(asked, [undefined, undefined, 0, undefined, 0, undefined])
})
