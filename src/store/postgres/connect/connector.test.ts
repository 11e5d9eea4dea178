import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import {
  freshDatabase,
  sharedServerUrl,
  startFaultProxy,
  startPostgres,
} from '../../../../test/postgres/index.ts'
import { isMillraceError } from '../../../model/index.ts'
import { connectorOf } from './index.ts'
import { connectorFor } from './testing/index.ts'

/** The URL with one thing changed. */
function changed(
  url: string,
  change: Partial<Pick<URL, 'pathname' | 'port' | 'password' | 'username' | 'search'>>,
): string {
  return Object.assign(new URL(url), change).href
}

/** A password that does not come. */
const never = () => Promise.withResolvers<string>().promise

const BRIEF = { reconnectMs: 0 }

test('a session tells what server it is with', async (t) => {
  const session = await connectorFor(t, { url: await freshDatabase(t) }).connect('read')
  const { version, schema, fsync, fullPageWrites, pid } = session.server
  assert.ok(version >= 140_000)
  assert.deepEqual([schema, fsync, fullPageWrites], ['public', false, true])
  assert.deepEqual((await session.run({ text: 'SELECT pg_backend_pid()' })).rows, [[pid]])
})

test('a server that starts meanwhile is waited for, and one that does not come is given up in time', async (t) => {
  const server = await startPostgres()
  t.after(() => server.end())
  await server.stop()
  const connector = connectorFor(t, { url: server.url() })
  const connecting = connector.connect('write')
  await server.start()
  const session = await connecting
  await server.kill()
  await assert.rejects(session.run({ text: 'SELECT 1' }), { code: 'StoreUnreachable' })
  const again = connector.connect('write')
  await server.start()
  assert.equal((await (await again).run({ text: 'SELECT 1' })).count, 1)
  await server.stop()
  const brief = connectorFor(t, { url: server.url(), limits: { reconnectMs: 120 } })
  await assert.rejects(brief.connect('write'), (error: unknown) => {
    assert.ok(isMillraceError(error, 'StoreUnreachable'))
    assert.match(error.message, /nobody listens there/)
    return true
  })
})

test('a server without a free connection says so, and gives one when there is', async (t) => {
  const server = await startPostgres({
    settings: { max_connections: '4', superuser_reserved_connections: '0', reserved_connections: '0' },
  })
  t.after(() => server.end())
  const connector = connectorFor(t, { url: server.url() })
  const sessions = await Promise.all([1, 2, 3, 4].map(() => connector.connect('read')))
  const brief = connectorFor(t, { url: server.url(), limits: BRIEF })
  await assert.rejects(brief.connect('read'), {
    code: 'StoreUnreachable',
    retryable: true,
    facts: { sqlstate: '53300' },
    message: /max_connections/,
  })
  const waiting = connector.connect('read')
  await sessions[0]?.close()
  assert.equal((await (await waiting).run({ text: 'SELECT 1' })).count, 1)
})

test('what no waiting mends is refused at once, by name and without the password', async (t) => {
  const url = await sharedServerUrl()
  const refused = async (bad: string, code: string, message: RegExp) => {
    await assert.rejects(connectorFor(t, { url: bad }).connect('read'), (error: unknown) => {
      assert.ok(isMillraceError(error))
      assert.equal(error.code, code, error.message)
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, new RegExp(new URL(bad).password || 'no password'))
      return true
    })
  }
  await refused(changed(url, { pathname: '/nowhere' }), 'BadConfig', /database "nowhere" does not exist/)
  await refused(changed(url, { password: 'wrong' }), 'NoPermission', /password authentication failed/)
  await refused(changed(url, { username: 'nobody', password: 'x' }), 'NoPermission', /nobody/)
  await refused(changed(url, { password: '' }), 'NoPermission', /password/)
  await refused(
    changed(url, { search: '?options=-csearch_path%3Dmissing' }),
    'BadConfig',
    /no schema.*CREATE SCHEMA/,
  )
})

test('a signal stops an attempt, and closing the connector all of them', async (t) => {
  const proxy = await startFaultProxy({ port: Number(new URL(await sharedServerUrl()).port) })
  t.after(() => proxy.close())
  proxy.freeze()
  const connector = connectorOf({ url: proxy.url(await sharedServerUrl()) })
  const stop = new AbortController()
  const attempt = connector.connect('read', { signal: stop.signal })
  stop.abort()
  await assert.rejects(attempt, { code: 'Aborted' })
  await assert.rejects(connector.connect('read', { signal: stop.signal }), { code: 'Aborted' })
  const closed = assert.rejects(connector.connect('read'), { code: 'Closed' })
  await connector.close()
  await closed
  await assert.rejects(connector.connect('read'), { code: 'Closed' })
})

test('closing the connector closes what it opened', async (t) => {
  const connector = connectorOf({ url: await freshDatabase(t) })
  const sessions = await Promise.all([connector.connect('read'), connector.connect('sql')])
  await connector.close()
  assert.deepEqual(
    sessions.map(({ isLost }) => isLost),
    [true, true],
  )
})

test('a server that takes the connection and says nothing is given up within the limit, and named', async (t) => {
  const url = await sharedServerUrl()
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
  t.after(() => proxy.close())
  proxy.freeze()
  const limits = { connectMs: 60, ...BRIEF }
  await assert.rejects(connectorFor(t, { url: proxy.url(url), limits }).connect('read'), {
    code: 'StoreUnreachable',
    message: /no session within 0.06 s: something listens there/,
  })
  const silent = connectorFor(t, { url, limits: { connectMs: 1_500, ...BRIEF }, password: never })
  await assert.rejects(silent.connect('read'), /what gives its password has not answered/)
})

test('what breaks off without a word is a store that can not be reached', async (t) => {
  const server = createServer((socket) => socket.once('data', () => socket.end()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const connector = connectorFor(t, { url: `postgres://u:p@127.0.0.1:${port}/d`, limits: BRIEF })
  await assert.rejects(connector.connect('read'), {
    code: 'StoreUnreachable',
    message: /broke off .* without a word/,
  })
})

test('a session by a unix socket needs neither port nor TLS', async (t) => {
  const server = await startPostgres()
  t.after(() => server.end())
  const folder = encodeURIComponent(server.socketFolder)
  const url = `postgres://millrace:${server.password}@/postgres?host=${folder}&port=${server.port}`
  const session = await connectorFor(t, { url }).connect('read')
  assert.equal((await session.run({ text: 'SELECT inet_server_addr() IS NULL' })).rows[0]?.[0], 1)
  const running = session.run({ text: 'SELECT pg_sleep(60)' })
  const refused = assert.rejects(running, { code: 'Timeout' })
  await session.cancel()
  await refused
})

test('text that is not kept as UTF-8 is refused', async (t) => {
  const url = await freshDatabase(t)
  const admin = await connectorFor(t, { url }).connect('sql')
  const name = `latin_${new URL(url).pathname.slice(1)}`
  const create = `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`
  await admin.run({ text: 'SET default_transaction_read_only = off' })
  await admin.run({ text: create })
  try {
    const connector = connectorFor(t, { url: changed(url, { pathname: `/${name}` }) })
    await assert.rejects(connector.connect('read'), { code: 'BadConfig', message: /LATIN1.*ENCODING 'UTF8'/ })
  } finally {
    await admin.run({ text: `DROP DATABASE ${name} WITH (FORCE)` })
  }
})
