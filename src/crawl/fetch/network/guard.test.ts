/** The guard must hold for every spelling and every moment, so its table is long and its names are resolved by hand. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type LookupFunction } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { guardedLookup } from './guard.ts'
import { createFetcher, isPublicAddress, type Resolve, type ResolvedAddress } from '../index.ts'

const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '100.63.255.255',
  '100.128.0.1',
  '172.32.0.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:0808:0808::1',
]

const NOT_PUBLIC = [
  '0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255',
  '169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.168.1.1',
  '198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1',
  '255.255.255.255 127.1 0x7f000001 2130706433 0177.0.0.1',
  ':: ::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd12:3456::1 ff02::1 100::1',
  '2001:db8::1 3fff::1 2001:2::1 2001::1 2001:10::1 2001:20::1 5f00::1 4000::1',
  '::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::127.0.0.1 ::ffff:0:127.0.0.1',
  '64:ff9b::10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::8.8.8.8 2002:7f00:1:: 2002:0a00:1::1',
  'example.org [::1] 1.2.3.4.5 300.1.1.1',
].flatMap((line) => line.split(' '))

test('only globally routable unicast addresses are public', () => {
  for (const address of PUBLIC) assert.equal(isPublicAddress(address), true, address)
  for (const address of [...NOT_PUBLIC, '']) assert.equal(isPublicAddress(address), false, address)
})

const family = (address: string): ResolvedAddress => ({ address, family: address.includes(':') ? 6 : 4 })
const answering =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map(family)

async function lookUp(lookup: LookupFunction, host: string): Promise<unknown> {
  return promisify((done: (error: Error | null, found: unknown) => void) => {
    lookup(host, { all: true }, (error, found) => done(error, found))
  })()
}

test('every spelling of a private address is refused before a connection', async () => {
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: false })
  const hosts = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1.',
    '１２７.0.0.1',
    '0',
  ]
  const bracketed = [
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[fd00::1]',
    '[64:ff9b::a00:1]',
    '[::ffff:a9fe:a9fe]',
  ]
  for (const host of [...hosts, ...bracketed, '169.254.169.254', '10.1.2.3']) {
    await assert.rejects(fetcher.fetch({ url: `http://${host}/` }), { code: 'AddressRefused' }, host)
  }
})

test('a refusal names the address and the way out', async () => {
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: false })
  await assert.rejects(fetcher.fetch({ url: 'http://127.0.0.1:1/' }), {
    message:
      'refused to connect to 127.0.0.1: private, loopback and link-local addresses are refused; ' +
      'use --allow-private for your own machines',
    retryable: false,
  })
})

test('a name that resolves to private addresses only is refused and no connection is made', async (t) => {
  let connections = 0
  const server = createServer(() => connections++).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const resolve = answering('127.0.0.1', '::1')
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: false, resolve })
  const { port } = server.address() as AddressInfo
  for (const scheme of ['http', 'https']) {
    const error = { code: 'AddressRefused', message: /intranet\.test \(127\.0\.0\.1, ::1\)/ }
    await assert.rejects(fetcher.fetch({ url: `${scheme}://intranet.test:${port}/` }), error)
  }
  assert.equal(connections, 0)
})

test('localhost is refused by what the system resolves it to', async () => {
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: false })
  await assert.rejects(fetcher.fetch({ url: 'http://localhost:1/' }), { code: 'AddressRefused' })
})

test('of a mix only the public addresses are handed to the socket', async () => {
  const lookup = guardedLookup(
    answering('10.0.0.1', '1.1.1.1', '::1', '2606:4700:4700::1111', '::ffff:127.0.0.1'),
  )
  const found = await lookUp(lookup, 'mixed.test')
  assert.deepEqual(found, [
    { address: '1.1.1.1', family: 4 },
    { address: '2606:4700:4700::1111', family: 6 },
  ])
})

test('a name that turns private between two requests is refused at the second', async () => {
  const answers = [['1.1.1.1'], ['127.0.0.1']]
  const lookup = guardedLookup(async () => (answers.shift() ?? []).map(family))
  assert.deepEqual(await lookUp(lookup, 'rebind.test'), [{ address: '1.1.1.1', family: 4 }])
  await assert.rejects(lookUp(lookup, 'rebind.test'), { code: 'AddressRefused' })
})

test('the resolver is asked anew for every connection and its answer judged each time', async () => {
  let asked = 0
  const resolve: Resolve = async () => [family(asked++ === 0 ? '10.0.0.1' : '127.0.0.1')]
  await using fetcher = createFetcher({ userAgent: 'test', allowPrivate: false, resolve })
  for (const address of ['10.0.0.1', '127.0.0.1']) {
    const error = { code: 'AddressRefused', facts: { host: 'rebind.test', addresses: address } }
    await assert.rejects(fetcher.fetch({ url: 'http://rebind.test/' }), error)
  }
})
