import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { startFaultProxy, type FaultProxy } from './index.ts'

/** A proxy before a server that says everything back, in capitals. */
async function proxied(t: TestContext): Promise<FaultProxy> {
  const server = createServer((socket) => {
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port })
  t.after(async () => {
    await proxy.close()
    server.close()
  })
  return proxy
}

async function client(t: TestContext, proxy: FaultProxy): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function said(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString()
}

test('what passes is passed on and counted', async (t) => {
  const proxy = await proxied(t)
  const socket = await client(t, proxy)
  socket.write('hello')
  assert.equal(await said(socket), 'HELLO')
  assert.deepEqual([proxy.accepted, proxy.open, proxy.passed], [1, 1, { up: 5, down: 5 }])
})

test('a connection is cut just before the bytes that were waited for, which may come in pieces', async (t) => {
  const proxy = await proxied(t)
  const socket = await client(t, proxy)
  proxy.onceSeen({ direction: 'up', bytes: 'commit', moment: 'before', act: (link) => link.cut() })
  socket.write('abc')
  assert.equal(await said(socket), 'ABC')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write('xyz commit')
  await closed
  assert.equal(proxy.passed.up, 'abcxyz '.length)
})

test('bytes that come in pieces are recognized', async (t) => {
  const proxy = await proxied(t)
  const socket = await client(t, proxy)
  const seen = Promise.withResolvers<void>()
  proxy.onceSeen({ direction: 'up', bytes: 'commit', act: () => seen.resolve() })
  socket.write('com')
  assert.equal(await said(socket), 'COM')
  socket.write('mit')
  await seen.promise
  assert.equal(await said(socket), 'MIT')
})

test('an answer is held from the moment the question has passed, and let go later', async (t) => {
  const proxy = await proxied(t)
  const socket = await client(t, proxy)
  const held = Promise.withResolvers<void>()
  proxy.onceSeen({
    direction: 'up',
    bytes: 'commit',
    act(link) {
      link.freeze('down')
      void link.held('down').then(held.resolve)
    },
  })
  socket.write('commit')
  await held.promise
  assert.equal(proxy.passed.down, 0)
  proxy.thaw()
  assert.equal(await said(socket), 'COMMIT')
})

test('a frozen proxy holds new connections as well, and refuses none', async (t) => {
  const proxy = await proxied(t)
  proxy.freeze()
  const socket = await client(t, proxy)
  socket.write('hello')
  proxy.thaw()
  assert.equal(await said(socket), 'HELLO')
  proxy.refuse(true)
  const refused = connect(proxy.port, '127.0.0.1')
  refused.on('error', () => undefined)
  await new Promise((resolve) => refused.once('close', resolve))
})
