/** The way to a source as a user sets it: a proxy, certificates that nobody signed, and a host that fails. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { millrace } from './crawled-demo.ts'

async function listen(t: TestContext, server: Server & { closeAllConnections(): void }) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = await mkdtemp(join(tmpdir(), 'millrace-network-'))
  t.after(async () => {
    server.close()
    server.closeAllConnections()
    await rm(folder, { recursive: true, force: true })
  })
  const path = join(folder, 'network.db')
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, path, db: `sqlite:${path}` }
}

const page: RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<title>here</title>')

test('a certificate that nobody signed is refused, and taken with --insecure-tls, which is said twice and kept', async (t) => {
  const pem = await readFile(new URL('../../src/crawl/fetch/testing/self.test.pem', import.meta.url), 'utf8')
  const { host, db } = await listen(t, createTlsServer({ key: pem, cert: pem }, page))
  const command = ['crawl', `https://${host}/`, '--allow-private', '--no-robots', '--quiet', '--db', db]
  const refused = await millrace(command)
  assert.deepEqual([refused.code, /\[TlsFailed\]|TlsFailed/.test(refused.stderr)], [69, true])
  const taken = await millrace([...command, '--insecure-tls', '--include', '*'])
  assert.equal(taken.code, 0, taken.stderr)
  assert.equal(taken.stderr.match(/^millrace: certificates are not checked/gm)?.length, 2)
  const [run] = JSON.parse(`[${(await millrace(['runs', '--json', '--db', db])).stdout.split('\n')[0]}]`) as [
    { run: string },
  ]
  const shown = await millrace(['runs', 'show', run.run, '--db', db])
  assert.match(shown.stdout, /"network":\{"tls":"unchecked"\}/)
})

test('a proxy is named without its password wherever it is named, and its password is not stored', async (t) => {
  const asked: (string | undefined)[] = []
  const proxy = createPlainServer((request, response) => {
    asked.push(request.url)
    page(request, response)
  })
  const { host, db, path } = await listen(t, proxy)
  const by = ['--proxy', `http://me:hunter2@${host}`, '--allow-private', '--no-robots', '--db', db]
  const { code, stdout, stderr } = await millrace([
    'crawl',
    'http://site.test/',
    '--log-level',
    'debug',
    ...by,
  ])
  assert.equal(code, 0, stderr)
  assert.deepEqual(asked, ['http://site.test/'])
  assert.match(stderr, new RegExp(`^by the proxy http://${host}$`, 'm'))
  const stored = (await readFile(path)).toString('latin1')
  for (const secret of ['hunter2', Buffer.from('me:hunter2').toString('base64')])
    assert.ok(!(stdout + stderr + stored).includes(secret))
  proxy.closeAllConnections()
  const socks = await millrace([
    'crawl',
    'http://site.test/',
    '--proxy',
    `socks5://me:hunter2@${host}`,
    '--db',
    db,
  ])
  assert.deepEqual([socks.code, socks.stderr.includes('hunter2')], [78, false])
  assert.match(socks.stderr, /proxy: expected .* SOCKS is not supported \[BadConfig\]/)
})

test('a user agent without a contact is used, with a hint', async (t) => {
  const { host, db } = await listen(t, createPlainServer(page))
  const command = ['crawl', `http://${host}/`, '--allow-private', '--no-robots', '--db', db, '--user-agent']
  assert.match((await millrace([...command, 'me'])).stderr, /^--user-agent names no way to reach you/m)
  assert.doesNotMatch((await millrace([...command, 'me (me@site.test)'])).stderr, /names no way/)
})

test('hosts and explain say that a host failed too often, until when, and what came last', async (t) => {
  const links = Array.from({ length: 8 }, (_, index) => `<a href="/${index}">x</a>`).join('')
  const { host, db } = await listen(
    t,
    createPlainServer(({ url }, response) => {
      if (url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(links)
      return response.writeHead(502).end()
    }),
  )
  const pace = ['--allow-private', '--no-robots', '--delay', '0', '--concurrency', '1', '--max-time', '3s']
  const crawled = await millrace(['crawl', `http://${host}/`, ...pace, '--db', db])
  const why = String.raw`5 failures in a row, the last: http://${host}/\d answered 502`
  assert.match(crawled.stdout, new RegExp(`^waiting for ${host} until .*: ${why}$`, 'm'))
  const [told] = [
    JSON.parse((await millrace(['hosts', '--json', '--db', db])).stdout) as Record<string, unknown>,
  ]
  const { state, breaker, failures, penaltyMs, code, reason, nextAt } = told
  assert.deepEqual([state, breaker, failures, penaltyMs, code], ['waiting', 'open', 5, 30_000, 'ServerError'])
  assert.match(String(reason), new RegExp(`^${why}$`))
  assert.match(String(nextAt), /^\d{4}-.*Z$/)
  assert.deepEqual((told['lastError'] as { status: number }).status, 502)
  assert.match(
    (await millrace(['hosts', '--db', db])).stdout,
    new RegExp(`^${host} +waiting +open, 5 failed`, 'm'),
  )
  const explained = (await millrace(['explain', `http://${host}/7`, '--db', db])).stdout
  assert.match(explained, new RegExp(`^host +${host} failed 5 times in a row, its breaker is open`, 'm'))
  assert.match(explained, new RegExp(`^waits +${host} failed 5 times in a row; it is left alone until`, 'm'))
})
