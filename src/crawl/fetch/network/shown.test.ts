/** What a source shows to its own hosts: headers, credentials, cookies; and that nobody else sees them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { createFetcher, type Fetcher, networkFacts, requireUserAgent, type SourceNetwork } from '../index.ts'
import { chooseProxy, CookieKeeper, secretHeaders, withoutCookieValues } from './index.ts'

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function fetcherOf(t: TestContext, network: SourceNetwork, own: string): Fetcher {
  const isOwn = (url: URL) => url.origin === own
  const fetcher = createFetcher({ userAgent: 'test', allowPrivate: true, network, isOwn })
  t.after(() => fetcher.close())
  return fetcher
}

test('headers and credentials go to the own host, and to no other', async (t) => {
  const seen: unknown[] = []
  const note: RequestListener = ({ headers }, response) => {
    seen.push([headers['user-agent'], headers['x-key'], headers.authorization])
    response.writeHead(headers.authorization === undefined ? 401 : 200).end()
  }
  const [own, other] = [await serve(t, note), await serve(t, note)]
  const network = {
    userAgent: 'me',
    headers: { 'X-Key': 'k1' },
    basicAuth: { username: 'jo', password: 'ä:b' },
  }
  const fetcher = fetcherOf(t, network, own)
  const statuses = [(await fetcher.fetch({ url: own })).status, (await fetcher.fetch({ url: other })).status]
  assert.deepEqual(statuses, [200, 401])
  const token = `Basic ${Buffer.from('jo:ä:b').toString('base64')}`
  assert.deepEqual(
    new Set(seen.map((row) => JSON.stringify(row))),
    new Set(
      [
        ['me', undefined, undefined],
        ['me', 'k1', token],
      ].map((row) => JSON.stringify(row)),
    ),
  )
})

test('cookies of the own host come back to it when asked for, and answers show their names only', async (t) => {
  const seen: unknown[] = []
  const set: RequestListener = ({ headers }, response) => {
    seen.push(headers.cookie)
    response.setHeader('set-cookie', ['sid=5ecret; Path=/; HttpOnly', 'theme=dark', 'bad', 'x=y; Domain=com'])
    response.end()
  }
  const [own, other] = [await serve(t, set), await serve(t, set)]
  const fetcher = fetcherOf(t, { cookies: true }, own)
  const { headers } = await fetcher.fetch({ url: own })
  const shown = headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
  assert.deepEqual(shown, ['sid=***; Path=/; HttpOnly', 'theme=***', '***', 'x=***; Domain=com'])
  for (const url of [own, other, other]) await fetcher.fetch({ url })
  assert.deepEqual(seen, [undefined, 'sid=5ecret; theme=dark', undefined, undefined])
})

test('without the wish for cookies none comes back, and answers are as they came', async (t) => {
  const seen: unknown[] = []
  const own = await serve(t, ({ headers }, response) => {
    seen.push(headers.cookie)
    response.setHeader('set-cookie', 'sid=open').end()
  })
  const fetcher = fetcherOf(t, {}, own)
  const answers = [await fetcher.fetch({ url: own }), await fetcher.fetch({ url: own })]
  assert.deepEqual(seen, [undefined, undefined])
  assert.deepEqual(answers[0]?.headers[0], ['set-cookie', 'sid=open'])
})

test('an answer to credentials shows no cookie value, whether cookies are kept or not', async (t) => {
  const own = await serve(t, (_, response) => response.setHeader('set-cookie', 'sid=5ecret').end())
  const fetcher = fetcherOf(t, { basicAuth: { username: 'jo', password: 'x' } }, own)
  const heads: unknown[] = []
  const wantsBody = (head: { readonly headers: unknown }) => heads.push(head.headers) > 0
  const { headers } = await fetcher.fetch({ url: own, wantsBody })
  assert.ok(!JSON.stringify([headers, heads]).includes('5ecret'))
})

test('a host can not make us keep cookies without end', () => {
  const keeper = new CookieKeeper()
  const url = new URL('http://site.test/')
  keeper.keep(url, [['Set-Cookie', `long=${'x'.repeat(5_000)}`]])
  assert.equal(keeper.headerFor(url), '')
  for (let number = 0; number < 300; number++) keeper.keep(url, [['Set-Cookie', `c${number}=1`]])
  assert.equal(keeper.headerFor(url).split('; ').length, 100)
})

test('whatever a cookie is, its value is not shown', () => {
  const value = fc
    .string({ unit: fc.constantFrom('a', '=', '"', ' ', '%') })
    .map((text) => `SECRET${text}SECRET`)
  fc.assert(
    fc.property(fc.constantFrom('sid=', '', '=', ' sid ='), value, (name, secret) => {
      const [[, shown] = ['', '']] = withoutCookieValues([['SET-COOKIE', `${name}${secret}; Path=/`]])
      assert.ok(!shown.slice(shown.indexOf('=') + 1).includes('SECRET'), shown)
    }),
  )
})

test('settings that can not be are refused without saying what they are', () => {
  const cases: readonly [SourceNetwork, RegExp][] = [
    [{ headers: { 'a b': 's3cret' } }, /^headers: expected names/],
    [{ headers: { host: 's3cret' } }, /^headers\.host: expected a header that Millrace does not set/],
    [{ headers: { 'x-a': 's3cret\r\nx-b: c' } }, /^headers\.x-a: expected a value of one line/],
    [{ headers: { Cookie: 's3cret' }, cookies: true }, /^headers: expected no Cookie/],
    [
      { headers: { Authorization: 's3cret' }, basicAuth: { username: 'a', password: 's3cret' } },
      /no Authorization/,
    ],
    [{ basicAuth: { username: 's3cret:a', password: 's3cret' } }, /^basicAuth\.username: expected no colon/],
  ]
  for (const [network, message] of cases) {
    assert.throws(
      () => secretHeaders(network),
      (error: Error & { code?: string }) =>
        error.code === 'BadConfig' && message.test(error.message) && !error.message.includes('s3cret'),
    )
  }
})

test('a proxy that is none is refused without its password', () => {
  for (const [text, message] of [
    ['socks5://me:s3cret@127.0.0.1:1080', /got socks5:\/\/; SOCKS is not supported$/],
    ['ftp://me:s3cret@proxy.test', /got ftp:\/\/$/],
    ['http://me:s3cret@', /got a text that is no URL$/],
  ] as const) {
    assert.throws(
      () => chooseProxy(text, {}),
      (error: Error & { code?: string }) =>
        error.code === 'BadConfig' && message.test(error.message) && !error.message.includes('s3cret'),
    )
  }
})

test('the environment is read as other programs read it', () => {
  const choose = chooseProxy('env', {
    http_proxy: 'small.test:1',
    HTTP_PROXY: 'http://great.test:1',
    HTTPS_PROXY: 'https://secure.test:2',
    NO_PROXY: '.inner.test,10.0.0.1 near.test:8080',
  })
  const chosen = (url: string) => choose(new URL(url))?.host ?? null
  assert.deepEqual(
    [
      'http://a.test/',
      'https://a.test/',
      'http://inner.test/',
      'http://x.inner.test/',
      'http://10.0.0.1/',
    ].map(chosen),
    ['small.test:1', 'secure.test:2', null, null, null],
  )
  assert.deepEqual(['http://near.test/', 'http://near.test:8080/'].map(chosen), ['small.test:1', null])
  assert.equal(
    chooseProxy('env', { HTTP_PROXY: 'http://a.test', NO_PROXY: '*' })(new URL('http://b.test/')),
    null,
  )
  assert.equal(chooseProxy('env', { HTTP_PROXY: '' })(new URL('http://b.test/')), null)
})

test('what is told of the settings names no secret', () => {
  const facts = networkFacts({
    userAgent: 'me',
    proxy: 'http://me:s3cret@proxy.test:3128/',
    headers: { 'X-Key': 's3cret' },
    basicAuth: { username: 's3cret', password: 's3cret' },
    cookies: true,
    tls: 'unchecked',
  })
  assert.deepEqual(facts, {
    proxy: 'http://proxy.test:3128',
    headers: ['X-Key'],
    basicAuth: true,
    cookies: true,
    tls: 'unchecked',
  })
  assert.equal(networkFacts({ userAgent: 'me', cookies: false, tls: 'checked', headers: {} }), null)
  assert.deepEqual(networkFacts({ proxy: 'env' }), { proxy: 'env' })
})

test('a user agent that can be no header is refused before anything is asked', () => {
  for (const bad of ['', ' ', 'a\nb', 'a\0', 'mill → race'])
    assert.throws(() => requireUserAgent(bad), { code: 'BadConfig' })
  requireUserAgent('mill/1.0 (+https://example.org/über)')
})
