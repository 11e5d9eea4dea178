/** What comes of bodies, addresses and times as sites have them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { asked, under } from './api-url.ts'
import { readJson } from './read-json.ts'
import { isSiteTime, moved, siteMs, siteTime } from './site-time.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('JSON is read from behind and before whatever PHP said, and never from a page of HTML', () => {
  const warning = '<br />\n<b>Notice</b>: Undefined offset: [0] in {closure} on line <b>12</b><br />\n'
  for (const value of [[], [{ id: 1, text: ']}' }], { code: 'rest_no_route', data: { status: 404 } }]) {
    const text = JSON.stringify(value)
    assert.deepEqual(readJson(bytes(text)), { value, isDirty: false })
    assert.deepEqual(readJson(bytes(`\ufeff${text}`)), { value, isDirty: false })
    assert.deepEqual(readJson(bytes(`${warning}${text}`)), { value, isDirty: true })
    assert.deepEqual(readJson(bytes(`${text}\n${warning.replaceAll(/[[\]{}]/g, '')}`)), {
      value,
      isDirty: true,
    })
  }
  for (const text of ['', '<!doctype html><script>var a = [{"id":1}]</script>', '[{"id":1},{"ti', warning])
    assert.equal(readJson(bytes(text)), undefined)
})

test('no part of a list that is torn is taken for an answer, wherever it is torn', () => {
  const list = JSON.stringify([
    { id: 1, terms: [], more: { a: [2] } },
    { id: 3, text: 'x<y' },
  ])
  for (const prelude of ['', 'Warning: x in y [1]\n'])
    for (let end = 0; end < list.length; end++)
      assert.equal(
        readJson(bytes(prelude + list.slice(0, end))),
        undefined,
        `${prelude}${list.slice(0, end)}`,
      )
})

test('no bytes make it throw, and reading takes bounded time', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (body) => void readJson(body)))
  const startedAt = process.cpuUsage()
  assert.equal(readJson(bytes(`x${'[{'.repeat(300_000)}`)), undefined)
  assert.ok(process.cpuUsage(startedAt).user < 5_000_000)
})

test('addresses are made under both kinds of root', () => {
  const pretty = under('https://a.test/blog/wp-json/', 'wp/v2/posts')
  assert.equal(pretty, 'https://a.test/blog/wp-json/wp/v2/posts')
  const plain = new URL(
    asked(under('https://a.test/index.php?rest_route=/&lang=de', 'wp/v2/posts'), { page: 2 }),
  )
  assert.deepEqual(Object.fromEntries(plain.searchParams), {
    rest_route: '/wp/v2/posts',
    lang: 'de',
    page: '2',
  })
  assert.equal(asked('https://a.test/x', { a: undefined, b: 'c d' }), 'https://a.test/x?b=c+d')
})

test('site times move by seconds, order as they read, and are told from what is none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: -1e6, max: 1e6 }), (second, by) => {
      const time = siteTime(second * 1000)
      assert.equal(siteMs(moved(time, by)), (second + by) * 1000)
      assert.equal(moved(time, 1) > time, true)
      assert.ok(isSiteTime(time))
    }),
  )
  for (const none of ['0000-00-00T00:00:00', '2024-02-30', '2024-01-01T00:00:00Z', null, 5, ''])
    assert.equal(isSiteTime(none), false, String(none))
})
