import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkConfig } from './check-config.ts'
import { nearestName } from './nearest-name.ts'

function refusal(value: unknown): string {
  try {
    checkConfig(value)
    return 'accepted'
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'BadConfig')
    return (error as Error).message
  }
}

test('numbers and the texts of the command line are taken alike', () => {
  const crawl = {
    concurrency: 1,
    delay: 0,
    maxPages: '10',
    maxDepth: 0,
    maxTime: '1.5h',
    include: [],
    exclude: ['*'],
    robots: true,
    allowPrivate: false,
  }
  const config = { db: 'x', userAgent: 'y', crawl }
  assert.equal(checkConfig(config), config)
  assert.equal(refusal({}), 'accepted')
  assert.equal(refusal({ db: undefined, crawl: { delay: undefined } }), 'accepted')
})

test('a refusal names the key by its path, what was expected and what came', () => {
  const of = (crawl: object) => refusal({ crawl })
  assert.equal(refusal({ db: 3 }), 'db: expected a text, got 3')
  assert.equal(refusal({ userAgent: ' ' }), "userAgent: expected a text, got ' '")
  assert.equal(refusal({ crawl: [] }), 'crawl: expected an object, got []')
  assert.equal(refusal(undefined), 'the default export: expected an object, got undefined')
  assert.equal(of({ robots: 'no' }), "crawl.robots: expected true or false, got 'no'")
  assert.equal(of({ concurrency: 0 }), 'crawl.concurrency: expected a whole number of at least 1, got 0')
  assert.equal(of({ maxPages: 1.5 }), 'crawl.maxPages: expected a whole number of at least 1, got 1.5')
  assert.equal(of({ maxDepth: true }), 'crawl.maxDepth: expected a whole number of at least 0, got true')
  assert.match(of({ delay: 'soon' }), /^crawl\.delay: expected a time such as .*, got 'soon'$/)
  assert.match(of({ maxTime: -1 }), /^crawl\.maxTime: expected a time .*, got -1$/)
  assert.equal(of({ include: '/docs/*' }), "crawl.include: expected a list of patterns, got '/docs/*'")
  assert.equal(of({ exclude: ['/a', 7] }), "crawl.exclude[1]: expected a pattern such as '/blog/*', got 7")
  assert.ok(refusal({ db: { long: 'x'.repeat(1_000) } }).length < 120)
})

test('an unknown key is refused with what it was probably meant to be', () => {
  assert.match(
    refusal({ crawl: { dealy: 3 } }),
    /^crawl\.dealy: expected one of concurrency, .*; did you mean delay\?$/,
  )
  assert.match(refusal({ useragent: 'x' }), /did you mean userAgent\?$/)
  assert.match(
    refusal({ toString: 'x' }),
    /^toString: expected one of db, userAgent, crawl, sources, pipelines$/,
  )
})

test('the nearest name is near, however it is written', () => {
  const known = ['maxPages', 'maxDepth', 'db']
  const nearest = (written: string) => nearestName(written, known)
  assert.deepEqual(['max-pages', 'MAX_DEPTH', 'maxPage', 'dn'].map(nearest), [
    'maxPages',
    'maxDepth',
    'maxPages',
    'db',
  ])
  assert.deepEqual(['pages', 'x', 'abc', ''].map(nearest), [undefined, undefined, undefined, undefined])
  assert.equal(nearestName('a', []), undefined)
})
