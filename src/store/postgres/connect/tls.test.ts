/** Certificates are made here, by openssl, for a server that the test starts. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  chownSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startFaultProxy, startPostgres, type PostgresServer } from '../../../../test/postgres/index.ts'
import { connectorFor, untilRunning } from './testing/index.ts'

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
}

const skip = hasOpenssl() ? false : 'openssl is not installed: TLS was NOT tried'

interface Certified {
  readonly server: PostgresServer
  /** The root that signed the server's certificate, which is for localhost and 127.0.0.1. */
  readonly root: string
  /** One that signed nothing. */
  readonly otherRoot: string
  readonly url: (words: string, host?: string) => string
}

/** A root and a certificate it signed, in `folder`. */
function makeCertificates(folder: string): void {
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  for (const name of ['root', 'other']) {
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    )
  }
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost')
  const signed = [
    '-CA',
    'root.crt',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-extfile',
    'names',
    '-days',
    '2',
  ]
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.crt')
}

async function certified(t: TestContext): Promise<Certified> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  makeCertificates(folder)
  const server = await startPostgres({ hba: ['host all all all scram-sha-256'] })
  t.after(() => server.end())
  await server.stop()
  const { uid, gid } = statSync(server.dataFolder)
  for (const name of ['server.key', 'server.crt']) {
    const file = join(server.dataFolder, name)
    copyFileSync(join(folder, name), file)
    chownSync(file, uid, gid)
    chmodSync(file, 0o600)
  }
  const settings = join(server.dataFolder, 'postgresql.auto.conf')
  writeFileSync(settings, `${readFileSync(settings, 'utf8')}ssl = 'on'\n`)
  await server.start()
  return {
    server,
    root: join(folder, 'root.crt'),
    otherRoot: join(folder, 'other.crt'),
    url: (words, host = 'localhost') =>
      Object.assign(new URL(server.url()), { hostname: host, search: words }).href,
  }
}

test('TLS is what the words of libpq say', { skip }, async (t) => {
  const { root, otherRoot, url } = await certified(t)
  const isEncrypted = async (words: string, host?: string) => {
    const session = await connectorFor(t, { url: url(words, host) }).connect('read')
    const { rows } = await session.run({ text: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' })
    return rows[0]?.[0] === 1
  }
  const refuses = async (words: string) => {
    const connecting = connectorFor(t, { url: url(words) }).connect('read')
    await assert.rejects(
      connecting,
      { code: 'BadConfig', message: /TLS with the server failed.*sslrootcert/ },
      words,
    )
  }
  assert.equal(await isEncrypted(''), false, 'this machine')
  assert.equal(await isEncrypted('?sslmode=disable'), false)
  assert.equal(await isEncrypted('?sslmode=require'), true)
  assert.equal(await isEncrypted(`?sslmode=verify-full&sslrootcert=${root}`), true)
  assert.equal(await isEncrypted(`?sslmode=verify-ca&sslrootcert=${root}`, '127.0.0.1'), true)
  await refuses('?sslmode=verify-full')
  await refuses('?sslmode=verify-full&sslrootcert=system')
  await refuses(`?sslmode=verify-full&sslrootcert=${otherRoot}`)
  await refuses(`?sslmode=verify-ca&sslrootcert=${otherRoot}`)
  await refuses(`?sslmode=require&sslrootcert=${otherRoot}`)
  const byNumber = connectorFor(t, { url: url(`?sslmode=verify-full&sslrootcert=${root}`, '127.0.0.1') })
  await assert.rejects(byNumber.connect('read'), {
    code: 'BadConfig',
    message: /name the server as its certi/,
  })
})

test('a statement is cancelled, closed and dropped over TLS as well', { skip }, async (t) => {
  const { root, url, server } = await certified(t)
  const words = `?sslmode=verify-full&sslrootcert=${root}`
  const proxy = await startFaultProxy({ port: server.port })
  t.after(() => proxy.close())
  const through = url(words).replace(`:${server.port}/`, `:${proxy.port}/`)
  const connector = connectorFor(t, {
    url: through,
    limits: { answerMs: 15_000, closeMs: 60, connectMs: 2_000, reconnectMs: 0 },
  })
  const session = await connector.connect('write')
  const running = session.run({ text: 'SELECT pg_sleep(60)' })
  const refused = assert.rejects(running, { code: 'Timeout' })
  await untilRunning(await connector.connect('read'), session)
  await session.cancel()
  await refused
  const dropped = assert.rejects(session.run({ text: 'SELECT pg_sleep(60)' }), { code: 'StoreUnreachable' })
  session.drop()
  await dropped
  const other = await connector.connect('read')
  proxy.freeze()
  const never = assert.rejects(other.run({ text: 'SELECT 1' }), { code: 'StoreUnreachable' })
  await other.close()
  await never
  await assert.rejects(connector.connect('read'), {
    code: 'StoreUnreachable',
    message: /no session within 2 s/,
  })
})

test('a server without TLS is refused where TLS is wanted, and a file that is not there by its name', async (t) => {
  const server = await startPostgres()
  t.after(() => server.end())
  await assert.rejects(connectorFor(t, { url: `${server.url()}?sslmode=require` }).connect('read'), {
    code: 'BadConfig',
    message: /offers no TLS.*sslmode=disable/,
  })
  assert.throws(
    () => connectorFor(t, { url: `${server.url()}?sslmode=verify-full&sslrootcert=/nowhere.crt` }),
    {
      code: 'BadConfig',
      message: /sslrootcert of the Postgres URL can not be read: \/nowhere.crt/,
    },
  )
})
