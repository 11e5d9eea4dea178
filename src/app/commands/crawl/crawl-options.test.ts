import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsFrom } from './crawl-options.ts'

const crawl = {
  concurrency: '2',
  delay: 10,
  maxPages: 5,
  maxDepth: 0,
  maxTime: '1m',
  include: ['/a'],
  exclude: ['/b'],
  robots: false,
  allowPrivate: true,
}

test('without flags and configuration a crawl is polite and has no limits', () => {
  const { rules, limits, pace, network } = settingsFrom({}, {})
  assert.deepEqual(rules, { include: [], exclude: [] })
  assert.deepEqual(limits, { maxPages: null, maxDepth: null, maxTimeMs: null })
  assert.deepEqual(pace, { concurrency: 4, gapMs: 250 })
  assert.deepEqual([network.allowPrivate, network.asksRobots], [false, true])
  assert.match(network.userAgent, /^millrace\//)
})

test('what the configuration says takes the place of the defaults', () => {
  assert.deepEqual(settingsFrom({ include: [], exclude: [] }, { userAgent: 'me', crawl }), {
    rules: { include: ['/a'], exclude: ['/b'] },
    limits: { maxPages: 5, maxDepth: 0, maxTimeMs: 60_000 },
    pace: { concurrency: 2, gapMs: 10 },
    network: { userAgent: 'me', allowPrivate: true, asksRobots: false, network: {} },
  })
})

test('a flag wins over the configuration, in each setting and in both directions', () => {
  const flags = {
    concurrency: '3',
    delay: '0',
    maxPages: '6',
    maxDepth: '1',
    maxTime: '2',
    include: ['/c'],
    exclude: ['/d'],
    robots: true,
    allowPrivate: false,
    userAgent: 'you',
    proxy: 'env',
    cookies: true,
    insecureTls: true,
  }
  assert.deepEqual(settingsFrom(flags, { userAgent: 'me', crawl }), {
    rules: { include: ['/c'], exclude: ['/d'] },
    limits: { maxPages: 6, maxDepth: 1, maxTimeMs: 2_000 },
    pace: { concurrency: 3, gapMs: 0 },
    network: {
      userAgent: 'you',
      allowPrivate: false,
      asksRobots: true,
      network: { proxy: 'env', cookies: true, tls: 'unchecked' },
    },
  })
})

test('a flag that makes no sense is refused by its own name', () => {
  assert.throws(() => settingsFrom({ maxPages: 'x' }, { crawl }), {
    code: 'Usage',
    message: /^--max-pages: /,
  })
  assert.throws(() => settingsFrom({ delay: 'x' }, {}), { code: 'Usage', message: /^--delay: / })
})
