/** What a post says of itself is taken as far as it can be used. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { URL_CHARS_MAX } from '../../../model/index.ts'
import { postOf } from './post.ts'

const COLLECTION = {
  url: 'https://site.test/wp-json/wp/v2/posts',
  name: 'posts',
  terms: [],
  users: 'https://site.test/wp-json/wp/v2/users',
  media: 'https://site.test/wp-json/wp/v2/media',
  hidesUsers: false,
  offsetHours: 0,
  timeZone: '',
}

test('an address of a post that no index could hold is none', () => {
  const base = 'https://site.test/'
  const fits = base + 'x'.repeat(URL_CHARS_MAX - base.length)
  assert.equal(postOf({ id: 1, link: fits }, COLLECTION)?.link, fits)
  assert.equal(postOf({ id: 1, link: `${fits}x` }, COLLECTION)?.link, null)
})
