/** Which URLs are a source's own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownOf } from './index.ts'

test('the hosts of the seeds are own, by their scheme or a safer one, and no other host is', () => {
  const isOwn = ownOf({ seeds: ['https://a.test/x', 'http://b.test:8080/'] })
  const asked = [
    'https://a.test/other',
    'http://a.test/x',
    'https://a.test:444/',
    'https://www.a.test/',
    'http://b.test:8080/',
    'https://b.test:8080/',
    'http://b.test/',
  ]
  assert.deepEqual(
    asked.filter((url) => isOwn(new URL(url))),
    ['https://a.test/other', 'http://b.test:8080/', 'https://b.test:8080/'],
  )
})
