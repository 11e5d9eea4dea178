/** Sources and pipelines of a configuration: what is wrong is named by its path, and no secret is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as holds, constantFrom, property, string, tuple } from 'fast-check'
import { checkConfig } from './check-config.ts'
import { defineConfig } from './config.ts'
import { maskedUrl } from './masked.ts'

function refusal(value: unknown): string {
  try {
    checkConfig(value)
    return 'accepted'
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'BadConfig')
    return (error as Error).message
  }
}

const URL = 'https://example.org/'
const ofSource = (source: object) => refusal({ sources: { news: { url: URL, ...source } } })
const ofNetwork = (network: object) => ofSource({ network })
const ofHeader = (name: string, value: unknown) => ofNetwork({ headers: { [name]: value } })
const ofPipeline = (pipeline: object) =>
  refusal({ sources: { news: { url: URL } }, pipelines: { a: pipeline } })

test('every key of a source and of a pipeline is taken', () => {
  const network = {
    userAgent: 'me',
    proxy: 'http://me:pw@proxy:3128',
    headers: { 'X-Key': 'a b\tc é' },
    basicAuth: { username: 'me', password: 'p:w' },
    cookies: true,
    tls: 'unchecked',
  }
  const news = {
    url: URL,
    urls: [URL],
    from: 'seeds.txt',
    kind: 'auto',
    sweep: true,
    fullHtml: true,
    network,
  }
  const crawl = {
    concurrency: 1,
    delay: '1s',
    maxPages: 2,
    maxDepth: 0,
    maxTime: 3,
    include: ['/a'],
    exclude: [],
  }
  assert.equal(
    refusal({
      sources: { news: { ...news, ...crawl, robots: false, allowPrivate: true }, 'other-1_b': { from: 'x' } },
      pipelines: { archive: { source: 'news', out: 'x.jsonl', index: false } },
    }),
    'accepted',
  )
  assert.equal(
    ofNetwork({ proxy: 'env', tls: 'checked', headers: undefined, basicAuth: undefined }),
    'accepted',
  )
})

test('a refusal names the key of the source by its path', () => {
  const path = 'sources.news'
  assert.equal(
    ofSource({ include: ['/a', 7] }),
    `${path}.include[1]: expected a pattern such as '/blog/*', got 7`,
  )
  assert.match(
    ofSource({ include: ['x#y'] }),
    /^sources\.news\.include\[0\]: expected a URL pattern, but "x#y" has/,
  )
  assert.equal(
    ofSource({ url: 'example.org' }),
    `${path}.url: expected an http:// or https:// URL, got 'example.org'`,
  )
  assert.equal(ofSource({ urls: URL }), `${path}.urls: expected a list of URLs, got '${URL}'`)
  assert.equal(
    ofSource({ kind: 'wordpess' }),
    `${path}.kind: expected 'html' or 'wordpress' or 'auto', got 'wordpess'; did you mean wordpress?`,
  )
  assert.match(
    ofSource({ dealy: 1 }),
    /^sources\.news\.dealy: expected one of url, .*; did you mean delay\?$/,
  )
  assert.match(ofNetwork({ cookie: true }), /^sources\.news\.network\.cookie: .* did you mean cookies\?$/)
  assert.match(
    ofNetwork({ tls: false }),
    /^sources\.news\.network\.tls: expected 'checked' or 'unchecked', got false$/,
  )
  assert.equal(refusal({ sources: { news: {} } }), `${path}: expected url, urls or from, got none of them`)
  assert.equal(refusal({ sources: [] }), 'sources: expected an object, got []')
  assert.match(refusal({ sources: { 'a.b': { url: URL } } }), /^sources\.a\.b: expected a name of letters/)
  assert.match(ofSource({ sweep: true }), /^sources\.news\.sweep: only a WordPress source has it; set kind/)
  assert.match(ofSource({ kind: 'html', fullHtml: false }), /^sources\.news\.fullHtml: only/)
})

test('a pipeline names a source that is there, and has a name of its own', () => {
  assert.equal(
    ofPipeline({ source: 'nwes' }),
    "pipelines.a.source: expected one of news, got 'nwes'; did you mean news?",
  )
  assert.equal(ofPipeline({ source: 'toString' }), "pipelines.a.source: expected one of news, got 'toString'")
  assert.equal(ofPipeline({}), 'pipelines.a.source: expected a text, got undefined')
  assert.match(
    refusal({ pipelines: { a: { source: 'b' } } }),
    /expected the name of a source, but there are none/,
  )
  const both = { sources: { news: { url: URL } }, pipelines: { news: { source: 'news' } } }
  assert.equal(refusal(both), 'pipelines.news: expected a name that no source has')
})

test('a header must be one that can be sent, and that is ours to say', () => {
  assert.match(ofHeader('a b', 'x'), /headers\.a b: expected the name of a header/)
  assert.match(ofHeader('User-Agent', 'x'), /expected userAgent, beside headers/)
  assert.match(ofHeader('Host', 'x'), /the HTTP client's own/)
  assert.match(ofHeader('x', 'a\r\nb: c'), /without line breaks/)
  assert.match(ofHeader('x', undefined), /got nothing; where it comes from the environment/)
})

test('no refusal shows what may be a secret', () => {
  const wrongs = [
    (hidden: string) => ofNetwork({ basicAuth: hidden === '' ? 7 : [hidden] }),
    (hidden: string) => ofNetwork({ basicAuth: { username: 'me', password: [hidden] } }),
    (hidden: string) => ofNetwork({ basicAuth: { username: `${hidden}:`, password: 'x' } }),
    (hidden: string) => ofNetwork({ headers: { key: { hidden } } }),
    (hidden: string) => ofNetwork({ headers: { key: `${hidden}\n` } }),
    (hidden: string) => ofNetwork({ headers: [hidden] }),
    (hidden: string) => ofNetwork({ proxy: `ftp://me:${hidden}@proxy/` }),
    (hidden: string) => ofSource({ url: `https://me:${hidden}@example.org/` }),
    (hidden: string) => refusal({ db: [`postgres://me:${hidden}@host/`] }),
  ]
  const hidden = string({ minLength: 12, maxLength: 20 }).map(
    (text) => `SECRET${text.replaceAll(/[^a-z0-9]/gi, 'x')}`,
  )
  holds(
    property(tuple(hidden, constantFrom(...wrongs)), ([secret, wrong]) => {
      const message = wrong(secret)
      assert.notEqual(message, 'accepted')
      assert.ok(!message.includes('SECRET'), message)
    }),
  )
})

test('user name and password of a URL are masked, and nothing else', () => {
  assert.equal(maskedUrl('http://me:p@w@proxy:3128/a@b'), 'http://***@proxy:3128/a@b')
  for (const plain of ['sqlite:a@b.db', 'http://proxy:3128/', 'env', 'https://x/?a=b@c'])
    assert.equal(maskedUrl(plain), plain)
})

test('defineConfig knows the names of the sources', () => {
  const sources = { news: { url: URL } } as const
  const config = defineConfig({ sources, pipelines: { archive: { source: 'news' } } })
  assert.equal(refusal(config), 'accepted')
  // @ts-expect-error -- there is no source of that name
  const wrong = defineConfig({ sources, pipelines: { archive: { source: 'nwes' } } })
  assert.match(refusal(wrong), /did you mean news/)
  assert.deepEqual(defineConfig({}), {})
})
