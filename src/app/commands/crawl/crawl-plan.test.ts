/** What `crawl` is to do when it is given a name. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Config } from '../../config/index.ts'
import { planOf } from './crawl-plan.ts'

const config: Config = {
  userAgent: 'top',
  crawl: { delay: '1s', concurrency: 2, exclude: ['/x'], maxPages: 9, robots: false },
  sources: {
    news: {
      url: 'https://example.org/b',
      urls: ['https://example.org/a'],
      delay: 5,
      include: ['/news/*'],
      maxPages: 3,
      robots: undefined as unknown as boolean,
      network: { userAgent: 'own', cookies: false, tls: 'checked' },
    },
    plain: { url: 'https://plain.example/' },
  },
  pipelines: { archive: { source: 'news', out: 'a.jsonl', index: false }, whole: { source: 'plain' } },
}

test('what a source says takes the place of what every crawl does, and the rest stays', async () => {
  const { source, limits, pace, network, file, isIndexed } = await planOf(['news'], {}, config)
  assert.equal(source.name, 'news')
  assert.deepEqual(source.seeds, ['https://example.org/a', 'https://example.org/b'])
  assert.deepEqual([source.scope.include, source.scope.exclude], [['/news/*'], ['/x']])
  assert.deepEqual(limits, { maxPages: 3, maxDepth: null, maxTimeMs: null })
  assert.deepEqual(pace, { concurrency: 2, gapMs: 5 })
  const way = { cookies: false, tls: 'checked' }
  assert.deepEqual(network, { userAgent: 'own', allowPrivate: false, asksRobots: false, network: way })
  assert.deepEqual([file, isIndexed], [undefined, true])
  assert.equal((await planOf(['plain'], {}, config)).network.userAgent, 'top')
})

test('a flag wins over what the source says', async () => {
  const flags = {
    delay: '7',
    include: ['/f'],
    userAgent: 'flag',
    maxPages: '1',
    robots: true,
    out: 'f.jsonl',
  }
  const plan = await planOf(['archive'], flags, config)
  assert.deepEqual([plan.pace.gapMs, plan.limits.maxPages, plan.source.scope.include], [7, 1, ['/f']])
  assert.deepEqual([plan.network.userAgent, plan.network.asksRobots, plan.file], ['flag', true, 'f.jsonl'])
})

test('a pipeline is its source and what is done to it', async () => {
  const plan = await planOf(['archive'], {}, config)
  const { source } = await planOf(['news'], {}, config)
  assert.deepEqual([plan.source, plan.file, plan.isIndexed], [source, 'a.jsonl', false])
  const whole = await planOf(['whole'], {}, config)
  assert.deepEqual([whole.source.name, whole.file, whole.isIndexed], ['plain', undefined, true])
})

test('a URL is read as ever, and is the same source whatever it is called', async () => {
  const { source, file } = await planOf(['https://plain.example/'], { out: 'o' }, config)
  assert.deepEqual([source.name, file], [undefined, 'o'])
  assert.equal(source.key, (await planOf(['plain'], {}, config)).source.key)
  await assert.rejects(planOf(['plain.example'], {}, config), {
    code: 'BadUrl',
    message: /did you mean https/,
  })
  await assert.rejects(planOf(['news'], {}, {}), { code: 'BadUrl' })
})

test('a name that is none is refused with those there are and the nearest', async () => {
  await assert.rejects(planOf(['nwes'], {}, config), {
    code: 'Usage',
    message:
      'expected a URL, or one of news, plain, archive, whole of the configuration file, got "nwes"; did you mean news?',
  })
  await assert.rejects(planOf(['toString'], {}, config), { code: 'Usage' })
  const beside = [
    ['news', 'plain'],
    ['https://example.org/', 'news'],
    ['news', 'https://example.org/'],
  ]
  for (const words of beside)
    await assert.rejects(planOf(words, {}, config), { code: 'Usage', message: /^news is read by itself/ })
  await assert.rejects(planOf(['news'], { from: 'x' }, config), {
    code: 'Usage',
    message: /^--from: news has/,
  })
})

test('a source can have its URLs in a file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-plan-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const from = join(folder, 'seeds.txt')
  writeFileSync(from, 'https://a.example/\n# not this\nhttps://b.example/\n')
  const { source } = await planOf(['listed'], {}, { sources: { listed: { from } } })
  assert.deepEqual(source.seeds, ['https://a.example/', 'https://b.example/'])
  writeFileSync(from, 'not a url\n')
  await assert.rejects(planOf(['listed'], {}, { sources: { listed: { from } } }), {
    code: 'BadUrl',
    message: /^sources\.listed\.from .*seeds\.txt, line 1: expected an http/,
  })
  await assert.rejects(planOf(['listed'], {}, { sources: { listed: { from: join(folder, 'gone') } } }), {
    code: 'NotFound',
    message: /^sources\.listed\.from: expected a readable file/,
  })
})

test('kind and network of a source hold, and a flag takes the place of each', async () => {
  const basicAuth = { username: 'me', password: 'secret' }
  const network = {
    proxy: 'env',
    headers: { 'x-key': 'k' },
    basicAuth,
    cookies: true,
    tls: 'unchecked',
  } as const
  const url = 'https://example.org/'
  const sources = { s: { url, kind: 'wordpress', sweep: true, fullHtml: true, network } } as const
  const plan = await planOf(['s'], {}, { sources })
  assert.deepEqual([plan.source.kind, plan.wordpress], ['wordpress', { sweeps: true, wantsHtml: true }])
  assert.deepEqual(plan.network.network, network)
  const typed = await planOf(['s'], { source: 'auto', proxy: 'http://p.test:3128' }, { sources })
  assert.deepEqual([typed.source.kind, typed.network.network.proxy], ['auto', 'http://p.test:3128'])
  await assert.rejects(planOf(['s'], {}, { sources: { s: { url, sweep: true } } }), { code: 'Usage' })
})
