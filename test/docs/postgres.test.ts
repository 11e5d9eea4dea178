/** docs/postgres.md: its limits are those in force, its URLs are understood, and its words are all there are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../src/store/postgres/connect/address/index.ts'
import { LIMITS } from '../../src/store/postgres/connect/index.ts'
import { READ_POOL_SIZE } from '../../src/store/postgres/pool/index.ts'
import { readOwn } from '../house/sources.ts'

const page = readOwn('docs/postgres.md')

test('each limit of the page is the one in force', () => {
  const rows = [...page.matchAll(/^\| `(\w+Ms)` +\| +([\d,]+) \|/gm)]
  assert.ok(rows.length >= 8)
  for (const [, name = '', ms = ''] of rows)
    assert.equal(Number(ms.replaceAll(',', '')), LIMITS[name as keyof typeof LIMITS], name)
})

test('each URL of the page is understood, and the words it lists are all that are known', () => {
  const block = /^## URLs\n\n```\n([^]*?)```/m.exec(page)?.[1] ?? assert.fail('no URLs')
  const urls = block
    .trim()
    .split('\n')
    .map((line) => line.split(/\s/)[0] ?? '')
  assert.equal(urls.length, 4)
  const addresses = urls.map(parseAddress)
  assert.deepEqual(
    addresses.map(({ host }) => host),
    ['db.example.org', 'db.example.org', '2001:db8::7', '/var/run/postgresql'],
  )
  assert.deepEqual([addresses[1]?.password, addresses[0]?.sslmode], ['p@ss', 'verify-full'])
  const sentence = /After the `\?`: ([^.]*)\./.exec(page)?.[1] ?? ''
  const listed = [...sentence.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)
  assert.throws(
    () => parseAddress('postgres:///x?nothing=1'),
    ({ message }: Error) => {
      const known = /known are (.*)$/.exec(message)?.[1]?.split(', ')
      assert.deepEqual(listed.toSorted(), known?.toSorted())
      return true
    },
  )
})

test('a pool reads with as many sessions as the page says', () => {
  assert.match(page, /as many as the machine has processors, 2 to 4/)
  assert.ok(READ_POOL_SIZE >= 2 && READ_POOL_SIZE <= 4)
})
