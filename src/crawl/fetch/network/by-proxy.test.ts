/** Fetching by way of a real proxy on loopback, and through it from real servers, plain and TLS. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { inspect } from 'node:util'
import { test, type TestContext } from 'node:test'
import { type ErrorCode, isMillraceError, type MillraceError } from '../../../model/index.ts'
import {
  createFetcher,
  createHttpClients,
  type Fetcher,
  type FetcherOptions,
  type SourceNetwork,
} from '../index.ts'
import { serveProxy } from '../testing/forward-proxy.ts'

async function listen(t: TestContext, server: Server & { closeAllConnections(): void }): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const hello: RequestListener = (request, response) =>
  response.end(`hello ${request.headers.host} ${request.url}`)

const serve = (t: TestContext, listener: RequestListener = hello) => listen(t, createServer(listener))

function serveTls(t: TestContext, listener: RequestListener = hello): Promise<number> {
  const pem = readFileSync(new URL('../testing/self.test.pem', import.meta.url), 'utf8')
  return listen(t, createTlsServer({ key: pem, cert: pem }, listener))
}

function fetcherBy(t: TestContext, network: SourceNetwork, options: Partial<FetcherOptions> = {}): Fetcher {
  const fetcher = createFetcher({ userAgent: 'test', allowPrivate: true, network, ...options })
  t.after(() => fetcher.close())
  return fetcher
}

const toPublic = async () => [{ address: '93.184.216.34', family: 4 }]
const toLoopback = async () => [{ address: '127.0.0.1', family: 4 }]

async function failing(code: ErrorCode, answer: Promise<unknown>): Promise<MillraceError> {
  const error: unknown = await answer.then(
    () => assert.fail(`expected ${code}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(isMillraceError(error, code), inspect(error))
  return error
}

test('a plain page is asked for at the proxy by its whole URL, with the name of its host', async (t) => {
  const port = await serve(t)
  const proxy = await serveProxy(t)
  const fetcher = fetcherBy(t, { proxy: `http://127.0.0.1:${proxy.port}` })
  for (const path of ['/a?b=c', '/second']) {
    const url = `http://site.test:${port}${path}`
    const answer = await fetcher.fetch({ url })
    assert.deepEqual([answer.url, answer.body?.toString()], [url, `hello site.test:${port} ${path}`])
    assert.equal(answer.remoteAddress, '127.0.0.1', 'that of the proxy')
  }
  assert.deepEqual(
    proxy.asked,
    ['/a?b=c', '/second'].map((path) => `GET http://site.test:${port}${path}`),
  )
  assert.equal(proxy.headers[0]?.['user-agent'], 'test')
})

test('a page of https goes through a tunnel, in which the certificate of the site is checked', async (t) => {
  const port = await serveTls(t)
  const proxy = await serveProxy(t)
  const by = `127.0.0.1:${proxy.port}`
  const url = `https://self.test:${port}/x`
  const error = await failing('TlsFailed', fetcherBy(t, { proxy: by }).fetch({ url }))
  assert.match(error.message, /self-signed/)
  const unchecked = fetcherBy(t, { proxy: by, tls: 'unchecked' })
  const answer = await unchecked.fetch({ url })
  assert.deepEqual(
    [answer.body?.toString(), answer.remoteAddress],
    [`hello self.test:${port} /x`, '127.0.0.1'],
  )
  assert.deepEqual(new Set(proxy.asked), new Set([`CONNECT self.test:${port}`]))
})

test('the proxy is shown its user and password, and the site is not', async (t) => {
  const seen: unknown[] = []
  const answerer: RequestListener = (request, response) => {
    seen.push(request.headers['proxy-authorization'], request.headers.authorization)
    response.end()
  }
  const [port, tlsPort] = [await serve(t, answerer), await serveTls(t, answerer)]
  const proxy = await serveProxy(t, { credentials: 'me:s3cr@t' })
  const fetcher = fetcherBy(t, { proxy: `http://me:s3cr%40t@127.0.0.1:${proxy.port}`, tls: 'unchecked' })
  await fetcher.fetch({ url: `http://site.test:${port}/` })
  await fetcher.fetch({ url: `https://site.test:${tlsPort}/` })
  assert.deepEqual([proxy.asked.length, seen], [2, [undefined, undefined, undefined, undefined]])
})

test('a proxy that refuses, or is not there, is a failure of the proxy that names it without its password', async (t) => {
  const closed = createServer()
  const free = await listen(t, closed)
  closed.close()
  const refusing = await serveProxy(t, { credentials: 'me:right' })
  const shut = await serveProxy(t, { tunnelStatus: 403 })
  const cases = [
    [refusing.port, 'http://site.test/', /got 407: .* the one given was refused/],
    [refusing.port, 'https://site.test/', /got 407: .* the one given was refused/],
    [shut.port, 'https://site.test/', /got the answer 403/],
    [free, 'http://site.test/', /got a refused connection \(ECONNREFUSED\)/],
    [free, 'https://site.test/', /got a refused connection \(ECONNREFUSED\)/],
  ] as const
  for (const [port, url, message] of cases) {
    const fetcher = fetcherBy(t, { proxy: `http://me:hunter2@127.0.0.1:${port}` })
    const error = await failing('ProxyFailed', fetcher.fetch({ url }))
    assert.match(error.message, message)
    assert.ok(error.message.includes(`the proxy http://127.0.0.1:${port},`), error.message)
    const told = inspect(error, { depth: 9, showHidden: true })
    assert.ok(!told.includes('hunter2') && !told.includes(Buffer.from('me:hunter2').toString('base64')), told)
  }
})

test('what the proxy would connect to is looked up first, and an address that is not public is refused', async (t) => {
  const proxy = await serveProxy(t)
  const addresses: Readonly<Record<string, readonly string[]>> = {
    'inner.test': ['10.0.0.7'],
    'mixed.test': ['93.184.216.34', '169.254.169.254'],
  }
  const resolve = async (host: string) => (addresses[host] ?? []).map((address) => ({ address, family: 4 }))
  const options = { allowPrivate: false, resolve }
  const fetcher = fetcherBy(t, { proxy: `http://127.0.0.1:${proxy.port}` }, options)
  for (const host of ['inner.test', 'mixed.test', '10.0.0.7', '[::1]', '127.0.0.1']) {
    for (const scheme of ['http', 'https'])
      await failing('AddressRefused', fetcher.fetch({ url: `${scheme}://${host}/` }))
  }
  await failing('UnreachableHost', fetcher.fetch({ url: 'http://unknown.test/' }))
  assert.deepEqual(proxy.asked, [])
})

test('a public name goes by a proxy that is itself on an inner address', async (t) => {
  const port = await serve(t)
  const proxy = await serveProxy(t)
  const fetcher = fetcherBy(
    t,
    { proxy: `http://127.0.0.1:${proxy.port}` },
    { allowPrivate: false, resolve: toPublic },
  )
  const answer = await fetcher.fetch({ url: `http://site.test:${port}/` })
  assert.equal(answer.body?.toString(), `hello site.test:${port} /`)
})

test('of the environment the proxy for the scheme is taken, but for the hosts that are named', async (t) => {
  const port = await serve(t)
  const proxy = await serveProxy(t)
  const environment = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'other.test, near.test' }
  const fetcher = fetcherBy(t, { proxy: 'env' }, { environment, resolve: toLoopback })
  for (const host of ['far.test', 'near.test', 'www.near.test'])
    await fetcher.fetch({ url: `http://${host}:${port}/` })
  assert.deepEqual(proxy.asked, [`GET http://far.test:${port}/`])
})

test('fetchers that share clients share connections, and closing one leaves the others open', async (t) => {
  const sockets = new Set<unknown>()
  const port = await serve(t, (request, response) => {
    sockets.add(request.socket)
    response.end()
  })
  await using clients = createHttpClients()
  const url = `http://127.0.0.1:${port}/`
  const shared = { clients, connectionsPerHost: 1 }
  const [first, second] = [fetcherBy(t, {}, shared), fetcherBy(t, { userAgent: 'two' }, shared)]
  await first.fetch({ url })
  await first.close()
  await failing('Closed', first.fetch({ url }))
  await second.fetch({ url })
  assert.equal(sockets.size, 1)
  await clients.close()
  await failing('Closed', second.fetch({ url }))
  assert.throws(() => clients.agentOf(Object.create(null)), { code: 'Closed' })
})
