/** A path that no URL can lead astray. */
import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { urlKey } from '../../../model/index.ts'
import { documentPath } from './document-path.ts'

const pathOf = (url: string) => documentPath(url, 'md').replace(/-[\da-f]{32}\.md$/, '')

test('a person recognises the URL in it', () => {
  assert.equal(pathOf('https://site.test/'), 'site.test/index')
  assert.equal(pathOf('https://site.test:8080/docs/intro.html?a=1#top'), 'site.test-8080/docs/intro')
  assert.equal(pathOf('https://site.test/docs/'), 'site.test/docs')
  assert.equal(pathOf('https://site.test/%E6%97%A5%E6%9C%AC/Caf%C3%A9_2'), 'site.test/日本/Café_2')
  assert.equal(pathOf('http://[::1]/a'), '1/a')
  assert.equal(pathOf('https://site.test/CON/aux.txt'), 'site.test/_CON/_aux')
})

test('nothing leads out of the folder, hides a file or names one as a folder', () => {
  for (const path of [
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%5c..%5cx',
    '%00',
    '.hidden',
    'a.md/b',
    '%ff',
    '-rf',
    '~',
  ])
    assert.match(
      documentPath(`https://site.test/x/${path}/${path}`, 'md'),
      /^site\.test(\/[^./\\\0-][^./\\\0]*){2,6}\.md$/,
    )
})

test('any URL has a short relative path of plain parts, and no two URLs have one path', () => {
  const url = fc.webUrl({ withQueryParameters: true, withFragments: true, size: 'large' })
  const piece = fc
    .string({ unit: 'binary', maxLength: 300 })
    .map((text) => encodeURIComponent(text.toWellFormed()))
  const odd = fc
    .tuple(url, fc.array(piece))
    .map(([base, pieces]) => new URL(`./${pieces.join('/')}`, base).href)
  fc.assert(
    fc.property(fc.oneof(url, odd), fc.oneof(url, odd), (one, two) => {
      const path = documentPath(one, 'md')
      assert.equal(posix.normalize(path), path)
      assert.ok(!posix.isAbsolute(path) && path.isWellFormed() && path.split('/').length <= 8, path)
      for (const part of path.split('/')) assert.ok(part !== '..' && Buffer.byteLength(part) <= 255, part)
      const isSame = documentPath(two, 'md').toLowerCase() === path.toLowerCase()
      assert.equal(isSame, urlKey(one) === urlKey(two))
    }),
  )
})
