/** What becomes of servers that fail, each on a real socket where loopback can show it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type ErrorCode, isMillraceError, type MillraceError } from '../../model/index.ts'
import { fetchFailure } from './failure.ts'
import { createFetcher, type FetcherOptions, type FetchLimits, type FetchRequest } from './index.ts'

const MIB = 1024 * 1024

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  t.after(() => server.closeAllConnections())
  return `http://127.0.0.1:${await listen(t, server)}`
}

/** A server below HTTP: it does what the callback says as soon as a request has come. */
async function serveRaw(t: TestContext, answer: (socket: Socket) => unknown): Promise<string> {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined) // The client hangs up on purpose in most of these tests.
    socket.once('data', () => answer(socket))
  })
  t.after(() => sockets.forEach((socket) => socket.destroy()))
  return `http://127.0.0.1:${await listen(t, server)}`
}

interface Attempt extends FetchRequest {
  readonly options?: Partial<FetcherOptions>
  readonly limits?: Partial<FetchLimits>
  readonly signal?: AbortSignal
}

async function failing(code: ErrorCode, attempt: Attempt): Promise<MillraceError> {
  const { options, limits = {}, signal, ...request } = attempt
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: true, limits, ...options })
  const error = await fetcher.fetch(request, signal).then(
    () => assert.fail(`expected ${code}, got an answer`),
    (error: unknown) => error,
  )
  assert.ok(isMillraceError(error, code), `expected ${code}, got ${String(error)}`)
  return error
}

test('a URL that is not http is a bad URL', async () => {
  await failing('BadUrl', { url: 'ftp://example.org/' })
})

test('a limit below one is a bad configuration', () => {
  const options = { userAgent: 'test', allowPrivate: false, limits: { idleMs: 0 } }
  assert.throws(() => createFetcher(options), { code: 'BadConfig' })
})

test('a port where nobody listens is an unreachable host, and trying again makes sense', async (t) => {
  const server = createTcpServer()
  const port = await listen(t, server)
  server.close()
  await once(server, 'close')
  const url = `http://127.0.0.1:${port}/`
  const error = await failing('UnreachableHost', { url })
  assert.deepEqual([error.retryable, error.facts['driverCode']], [true, 'ECONNREFUSED'])
  assert.match(error.message, /^expected an answer from http.*, got a refused connection .*; check the host/)
})

test('a name without an address is an unreachable host', async () => {
  const url = 'http://nowhere.test/'
  const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  await failing('UnreachableHost', { url, options: { resolve: async () => Promise.reject(unknown) } })
  await failing('UnreachableHost', { url, options: { resolve: async () => [] } })
})

test('a name server that is silent beyond the connect limit is an unreachable host', async () => {
  const silent = Promise.withResolvers<[]>().promise
  const attempt = {
    url: 'http://slow.test/',
    limits: { connectMs: 50 },
    options: { resolve: async () => silent },
  }
  const error = await failing('UnreachableHost', attempt)
  assert.equal(error.facts['driverCode'], 'UND_ERR_CONNECT_TIMEOUT')
})

test('a reset before the answer is a lost connection', async (t) => {
  const url = await serveRaw(t, (socket) => socket.resetAndDestroy())
  const error = await failing('ConnectionLost', { url })
  assert.equal(error.retryable, true)
})

test('a connection closed without an answer is a lost connection', async (t) => {
  await failing('ConnectionLost', { url: await serveRaw(t, (socket) => socket.end()) })
})

test('a body shorter than its declared length is a lost connection', async (t) => {
  const url = await serveRaw(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf'))
  await failing('ConnectionLost', { url })
  const closing = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50\r\n\r\nhalf'
  await failing('ConnectionLost', { url: await serveRaw(t, (socket) => socket.end(closing)) })
})

test('a chunked body without its end is a lost connection', async (t) => {
  const torn = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'
  await failing('ConnectionLost', { url: await serveRaw(t, (socket) => socket.end(torn)) })
})

test('bytes that are not HTTP are a lost connection', async (t) => {
  const error = await failing('ConnectionLost', {
    url: await serveRaw(t, (socket) => socket.end('SSH-2.0\r\n')),
  })
  assert.match(error.message, /not HTTP\/1\.1/)
})

test('an answer that switches protocols unasked is a lost connection', async (t) => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'
  await failing('ConnectionLost', { url: await serveRaw(t, (socket) => socket.write(upgrade)) })
})

test('headers above the limit are a lost connection and the message says so', async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(5000) }).end())
  const error = await failing('ConnectionLost', { url, limits: { headerBytesMax: 4096 } })
  assert.match(error.message, /more header bytes than the limit/)
})

test('silence before the head is a timeout', async (t) => {
  const error = await failing('FetchTimeout', {
    url: await serve(t, () => undefined),
    limits: { idleMs: 50 },
  })
  assert.match(error.message, /idle/)
})

test('silence within the body is a timeout', async (t) => {
  const url = await serve(t, (_, response) => response.write('some'))
  const error = await failing('FetchTimeout', { url, limits: { idleMs: 50 } })
  assert.match(error.message, /silence within the body/)
})

test('the total time holds however lively the server is', async (t) => {
  const url = await serve(t, (_, response) => {
    const drip = (): unknown => response.write('.', (error) => error ?? setImmediate(drip))
    drip()
  })
  const error = await failing('FetchTimeout', { url, limits: { totalMs: 50 } })
  assert.equal(error.facts['limit'], 50)
})

test('the total time holds while a request waits for a free connection', async (t) => {
  const url = await serve(t, () => undefined)
  const limits = { totalMs: 50 }
  await using fetcher = createFetcher({
    userAgent: 'test',
    allowPrivate: true,
    connectionsPerHost: 1,
    limits,
  })
  const all = await Promise.allSettled([1, 2, 3].map(() => fetcher.fetch({ url })))
  for (const one of all) assert.ok(one.status === 'rejected' && isMillraceError(one.reason, 'FetchTimeout'))
})

test('a declared length above the limit is refused before the body', async (t) => {
  const url = await serve(t, (_, response) =>
    response.writeHead(200, { 'content-length': 1e12 }).flushHeaders(),
  )
  const error = await failing('BodyTooLarge', { url })
  assert.equal(error.facts['limit'], 10 * MIB)
  assert.equal(error.retryable, false)
})

test('a 20 MB page of unknown length is cut off at the limit', async (t) => {
  let response: { writableFinished: boolean } | undefined
  const url = await serve(t, (_, res) => {
    response = res
    for (let i = 0; i < 20; i++) res.write(Buffer.alloc(MIB))
    res.end()
  })
  await failing('BodyTooLarge', { url })
  assert.equal(response?.writableFinished, false)
})

for (const [coding, encode] of [
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const) {
  test(`a ${coding} bomb is stopped by its ratio`, async (t) => {
    const bomb = encode(Buffer.alloc(64 * MIB))
    const url = await serve(t, (_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(bomb)
    })
    const error = await failing('BodyTooLarge', { url, limits: { bodyBytesMax: 1024 * MIB } })
    assert.equal(error.facts['limit'], Math.max(MIB, bomb.length * 200))
    assert.match(error.message, /bomb/)
  })
}

test('a torn, mislabelled or unknown coding is a bad encoding that names the URL', async (t) => {
  const coded = gzipSync('page '.repeat(1000))
  const url = await serve(t, ({ url }, response) => {
    response.writeHead(200, { 'content-encoding': url === '/unknown' ? 'compress' : 'gzip' })
    response.end(url === '/torn' ? coded.subarray(0, -9) : '<p>plain')
  })
  for (const path of ['/torn', '/mislabelled', '/unknown']) {
    const error = await failing('BadEncoding', { url: url + path })
    assert.ok(error.message.includes(url + path))
  }
})

test('a signal that fires while the answer comes aborts the fetch and its connection', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<() => Promise<unknown>>()
  const url = await serve(t, (_, response) => {
    response.write('some')
    const gone = once(response, 'close')
    begin(async () => gone)
  })
  const controller = new AbortController()
  const failed = failing('Aborted', { url, signal: controller.signal })
  const gone = await begun
  controller.abort('enough')
  const error = await failed
  assert.equal(error.cause, 'enough')
  await gone()
})

test('a signal that fired before sends nothing', async (t) => {
  let connections = 0
  const server = createTcpServer(() => connections++)
  const port = await listen(t, server)
  await failing('Aborted', { url: `http://127.0.0.1:${port}/`, signal: AbortSignal.abort() })
  assert.equal(connections, 0)
})

test('a fetch aborted while it waits for a connection leaves the connection to others', async (t) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>()
  const paths: unknown[] = []
  const url = await serve(t, (request, response) => {
    paths.push(request.url)
    if (request.url === '/first') ask(() => response.end())
    else response.end()
  })
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: true, connectionsPerHost: 1 })
  const controller = new AbortController()
  const first = fetcher.fetch({ url: `${url}/first` })
  const second = fetcher.fetch({ url: `${url}/second` }, controller.signal)
  const third = fetcher.fetch({ url: `${url}/third` })
  const finish = await asked
  controller.abort()
  await assert.rejects(second, { code: 'Aborted' })
  finish()
  await Promise.all([first, third])
  assert.deepEqual(paths, ['/first', '/third'])
})

test('what wantsBody throws comes back as a fault with its cause', async (t) => {
  const url = await serve(t, (_, response) => response.end('page'))
  const mistake = new TypeError('a mistake of ours')
  const wantsBody = (): boolean => {
    throw mistake
  }
  assert.equal((await failing('Fault', { url, wantsBody })).cause, mistake)
})

/**
 * A self-signed certificate for one name, and its key, valid for a hundred years. Kept as files because Node can not
 * make one: openssl req -x509 -newkey ec -nodes -days 36500 -subj /CN=NAME -addext subjectAltName=DNS:NAME
 */
function certificateFor(name: 'self.test' | 'right.test'): { key: string; cert: string } {
  const pem = readFileSync(new URL(`./testing/${name}.pem`, import.meta.url), 'utf8')
  return { key: pem, cert: pem }
}

const options = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] }

test('a self-signed certificate is refused and the message says so', async (t) => {
  const server = createTlsServer(certificateFor('self.test'), (_, response) => response.end())
  const port = await listen(t, server)
  const error = await failing('TlsFailed', { url: `https://self.test:${port}/`, options })
  assert.match(error.message, /self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
  assert.equal(error.retryable, false)
})

test('a trusted certificate is answered by its name and refused for another', async (t) => {
  const certificate = certificateFor('right.test')
  const before = getCACertificates('default')
  setDefaultCACertificates([
    ...before,
    certificate.cert.slice(certificate.cert.indexOf('-----BEGIN CERTIFICATE')),
  ])
  t.after(() => setDefaultCACertificates(before))
  const server = createTlsServer(certificate, (_, response) => response.end('secret page'))
  t.after(() => server.closeAllConnections())
  const port = await listen(t, server)
  const error = await failing('TlsFailed', { url: `https://wrong.test:${port}/`, options })
  assert.match(error.message, /certificate for other host names/)
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: true, ...options })
  const answer = await fetcher.fetch({ url: `https://right.test:${port}/` })
  assert.deepEqual([answer.body?.toString(), answer.remoteAddress], ['secret page', '127.0.0.1'])
})

test('a port that speaks plain HTTP fails the TLS handshake', async (t) => {
  const url = await serve(t, (_, response) => response.end())
  const error = await failing('TlsFailed', { url: url.replace('http:', 'https:') })
  assert.match(error.message, /handshake/)
})

test('driver codes that loopback can not show have their place too', () => {
  const codes: readonly (readonly [string, ErrorCode])[] = [
    ['EHOSTUNREACH', 'UnreachableHost'],
    ['EAI_AGAIN', 'UnreachableHost'],
    ['CERT_HAS_EXPIRED', 'TlsFailed'],
    ['CERT_CHAIN_TOO_LONG', 'TlsFailed'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TlsFailed'],
    ['EPROTO', 'TlsFailed'],
    ['EMFILE', 'ConnectionLost'],
    ['UND_ERR_INVALID_ARG', 'Fault'],
  ]
  for (const [driverCode, code] of codes) {
    const error = Object.assign(new Error('as the driver says'), { code: driverCode })
    assert.equal(fetchFailure(error, 'http://a.test/').code, code, driverCode)
  }
  const strange = Object.assign(new Error('as the driver says'), { code: 'ESTRANGE', syscall: 'read' })
  assert.equal(fetchFailure(strange, 'http://a.test/').code, 'ConnectionLost')
})
