/** What comes back from servers that answer: every test talks to a real server on loopback. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { createFetcher, type Fetcher, type FetcherOptions, header } from './index.ts'

const MIB = 1024 * 1024

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  t.after(() => server.closeAllConnections())
  return listen(t, server)
}

/** Answers each connection's first bytes with exactly these bytes, then closes it. */
async function serveBytes(t: TestContext, bytes: string): Promise<string> {
  return listen(
    t,
    createTcpServer((socket) => socket.once('data', () => socket.end(bytes, 'latin1'))),
  )
}

function fetcherFor(t: TestContext, options: Partial<FetcherOptions> = {}): Fetcher {
  const fetcher = createFetcher({ userAgent: 'millrace-test', allowPrivate: true, ...options })
  t.after(() => fetcher.close())
  return fetcher
}

test('an answer carries url, status, body, sizes, times and the address that answered', async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(404).end('not here'))
  let now = 1000
  const fetcher = fetcherFor(t, { clock: { now: () => (now += 7) } })
  const answer = await fetcher.fetch({ url: `${url}/a b?q=ü#part` })
  assert.equal(answer.url, `${url}/a%20b?q=%C3%BC`)
  assert.equal(answer.status, 404)
  assert.equal(answer.body?.toString(), 'not here')
  assert.equal(answer.wireBytes, 8)
  assert.equal(answer.remoteAddress, '127.0.0.1')
  assert.deepEqual([answer.startedAt, answer.durationMs], [1007, 7])
})

test('the request says who asks, what it accepts and which codings it can undo', async (t) => {
  const seen: unknown[] = []
  const url = await serve(t, ({ url, headers }, response) => {
    seen.push([url, headers['user-agent'], headers.accept, headers['accept-encoding'], headers.authorization])
    response.end()
  })
  const fetcher = fetcherFor(t)
  const answer = await fetcher.fetch({ url: `${url.replace('//', '//user:secret@')}/x?y=1#z` })
  assert.equal(answer.url, `${url}/x?y=1`)
  await fetcher.fetch({ url, accept: 'application/json' })
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5'
  assert.deepEqual(seen, [
    ['/x?y=1', 'millrace-test', accept, 'gzip, deflate, br, zstd', undefined],
    ['/', 'millrace-test', 'application/json', 'gzip, deflate, br, zstd', undefined],
  ])
})

test('headers keep wire order, case, duplicates and every byte', async (t) => {
  const head =
    'HTTP/1.1 200 OK\r\nX-B: 1\r\nset-COOKIE: a=1\r\nX-A:  2 \r\nSet-Cookie: b=\xfc\r\nX-Empty:\r\n'
  const url = await serveBytes(t, `${head}Content-Length: 2\r\n\r\nok`)
  const { headers } = await fetcherFor(t).fetch({ url })
  assert.deepEqual(headers, [
    ['X-B', '1'],
    ['set-COOKIE', 'a=1'],
    ['X-A', '2'],
    ['Set-Cookie', 'b=\xfc'],
    ['X-Empty', ''],
    ['Content-Length', '2'],
  ])
  assert.equal(header(headers, 'SET-cookie'), 'a=1')
  assert.equal(header(headers, 'location'), undefined)
})

test('five hundred headers are kept', async (t) => {
  const lines = Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}\r\n`).join('')
  const url = await serveBytes(t, `HTTP/1.1 200 OK\r\n${lines}Content-Length: 0\r\n\r\n`)
  const { headers } = await fetcherFor(t).fetch({ url })
  assert.equal(headers.length, 501)
  assert.deepEqual(headers[499], ['X-499', '499'])
})

test('early hints are not taken for the answer', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('page'))
  })
  const answer = await fetcherFor(t).fetch({ url })
  assert.equal(answer.status, 200)
  assert.equal(header(answer.headers, 'link'), undefined)
  assert.equal(answer.body?.toString(), 'page')
})

test('a redirect is an answer and is not followed', async (t) => {
  let requests = 0
  const url = await serve(t, (_, response) => {
    requests++
    response.writeHead(302, { location: '/next' }).end('moved')
  })
  const answer = await fetcherFor(t).fetch({ url: `${url}/old` })
  assert.deepEqual([answer.status, header(answer.headers, 'location')], [302, '/next'])
  assert.equal(answer.url, `${url}/old`)
  assert.equal(requests, 1)
})

for (const [coding, encode] of [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
] as const) {
  test(`a body coded ${coding} by ${encode.name} is decoded`, async (t) => {
    const page = '<p>Mühle '.repeat(5000)
    const coded = encode(page)
    const url = await serve(t, (_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(coded)
    })
    const answer = await fetcherFor(t).fetch({ url })
    assert.equal(answer.body?.toString(), page)
    assert.equal(answer.wireBytes, coded.length)
    assert.equal(header(answer.headers, 'content-encoding'), coding)
  })
}

test('codings over two header lines are undone last first', async (t) => {
  const coded = brotliCompressSync(gzipSync('page'))
  const url = await serve(t, (_, response) => {
    response.writeHead(200, [
      ['Content-Encoding', 'gzip'],
      ['Content-Encoding', 'br'],
    ])
    response.end(coded)
  })
  assert.equal((await fetcherFor(t).fetch({ url })).body?.toString(), 'page')
})

test('a coded answer without a body has an empty body', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(304, { 'content-encoding': 'gzip' }).end()
  })
  const answer = await fetcherFor(t).fetch({ url })
  assert.equal(answer.body?.length, 0)
})

test('a 20 MB page comes whole when the limit allows it', async (t) => {
  const page = Buffer.alloc(20 * MIB, 'abcdefghijklmno')
  const url = await serve(t, (_, response) => response.end(page))
  const chunked = await serve(t, (_, response) => {
    for (let at = 0; at < page.length; at += MIB) response.write(page.subarray(at, at + MIB))
    response.end()
  })
  const fetcher = fetcherFor(t, { limits: { bodyBytesMax: 20 * MIB } })
  for (const one of [url, chunked]) {
    const { body, wireBytes } = await fetcher.fetch({ url: one })
    assert.equal(wireBytes, page.length)
    assert.ok(body !== null && page.equals(body))
  }
})

test('bytes after the declared length belong to no answer', async (t) => {
  const url = await serveBytes(
    t,
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500 Forged\r\n\r\n',
  )
  const fetcher = fetcherFor(t, { connectionsPerHost: 1 })
  for (let i = 0; i < 3; i++) {
    const answer = await fetcher.fetch({ url })
    assert.deepEqual([answer.status, answer.body?.toString()], [200, 'hello'])
  }
})

test('a body that is not wanted is not downloaded', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 1e12 }).flushHeaders()
    gone.push(once(response, 'close'))
  })
  const gone: Promise<unknown>[] = []
  const answer = await fetcherFor(t).fetch({
    url,
    wantsBody: (head) => header(head.headers, 'content-type') !== 'video/mp4',
  })
  assert.deepEqual([answer.status, answer.body, answer.wireBytes], [200, null, 0])
  await Promise.all(gone)
})

test('connections are reused, also after an unwanted body that is empty', async (t) => {
  let connections = 0
  const server = createServer((_, response) => response.end())
  server.on('connection', () => connections++)
  t.after(() => server.closeAllConnections())
  const url = await listen(t, server)
  const fetcher = fetcherFor(t, { connectionsPerHost: 1 })
  for (let i = 0; i < 5; i++) await fetcher.fetch({ url, wantsBody: () => i % 2 === 0 })
  assert.equal(connections, 1)
})

test('no more connections are opened to a host than allowed', async (t) => {
  let connections = 0
  const server = createServer((_, response) => response.end('ok'))
  server.on('connection', () => connections++)
  t.after(() => server.closeAllConnections())
  const url = await listen(t, server)
  const fetcher = fetcherFor(t, { connectionsPerHost: 2 })
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetcher.fetch({ url })))
  assert.ok(answers.every(({ body }) => body?.toString() === 'ok'))
  assert.equal(connections, 2)
})

test('a name is resolved by the given resolver and the answering address is told', async (t) => {
  const url = new URL(await serve(t, (request, response) => response.end(request.headers.host)))
  url.hostname = 'site.test'
  const fetcher = fetcherFor(t, { resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
  const answer = await fetcher.fetch({ url: url.href })
  assert.equal(answer.remoteAddress, '127.0.0.1')
  assert.equal(answer.body?.toString(), url.host)
})

test('closing waits for answers under way and refuses new fetches', async (t) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>()
  const url = await serve(t, (_, response) => ask(() => response.end('late')))
  const fetcher = createFetcher({ userAgent: 'millrace-test', allowPrivate: true })
  const underWay = fetcher.fetch({ url })
  const finish = await asked
  const closed = fetcher.close()
  await assert.rejects(fetcher.fetch({ url }), { code: 'Closed' })
  finish()
  assert.equal((await underWay).body?.toString(), 'late')
  await closed
  await fetcher.close()
})

test('a fetcher closes itself at the end of its scope', async (t) => {
  const url = await serve(t, (_, response) => response.end())
  const open = async (): Promise<Fetcher> => {
    await using fetcher = createFetcher({ userAgent: 'millrace-test', allowPrivate: true })
    await fetcher.fetch({ url })
    return fetcher
  }
  const closed = await open()
  await assert.rejects(closed.fetch({ url }), { code: 'Closed' })
})
