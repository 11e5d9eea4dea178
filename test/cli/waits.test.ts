/** Waits as a user meets them: a host whose robots.txt can not be had, and a job whose process lives or died. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { millrace } from './crawled-demo.ts'

const CLI = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))

async function serve(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = await mkdtemp(join(tmpdir(), 'millrace-waits-'))
  t.after(async () => {
    server.close()
    server.closeAllConnections()
    await rm(folder, { recursive: true, force: true })
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { server, host, url: `http://${host}/`, db: `sqlite:${join(folder, 'waits.db')}` }
}

test('a crawl that waits for robots.txt says of which host and until when, and so do hosts and explain', async (t) => {
  const { url, host, db } = await serve(t, (_, response) => response.writeHead(503).end())
  const { code, stdout, stderr } = await millrace([
    'crawl',
    url,
    '--allow-private',
    '--max-time',
    '3',
    '--db',
    db,
  ])
  assert.equal(code, 0)
  const until = String.raw`until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, in [\d.]+ s: http://${host}/robots.txt answered 503`
  assert.match(stderr, new RegExp(`^waiting for ${host} ${until}`, 'm'))
  assert.match(stdout, new RegExp(`stopped \\(--max-time\\)[^]*^waiting for ${host} ${until}`, 'm'))
  const hosts = JSON.parse((await millrace(['hosts', '--json', '--db', db])).stdout) as Record<
    string,
    unknown
  >
  assert.deepEqual([hosts['host'], hosts['state'], hosts['waiting']], [host, 'waiting', 1])
  const told = JSON.parse((await millrace(['explain', url, '--json', '--db', db])).stdout) as {
    waits: readonly { gate: string; until: string | null; text: string }[]
  }
  assert.deepEqual(
    told.waits.map(({ gate, until: at }) => [gate, at === null]),
    [
      ['run-stopped', true],
      ['lane-wait', false],
    ],
  )
})

test('a job in hand is told with its process, which is alive until it is killed', async (t) => {
  const { server, url, db } = await serve(t, (request, response) => {
    if (request.url === '/robots.txt') response.writeHead(404).end()
  })
  const child = spawn(process.execPath, [CLI, 'crawl', url, '--allow-private', '--quiet', '--db', db])
  t.after(() => child.kill('SIGKILL'))
  while (true) {
    const [request] = (await once(server, 'request')) as [{ readonly url?: string }]
    if (request.url === '/') break
  }
  const explained = async () => (await millrace(['explain', url, '--db', db])).stdout
  const alive = await explained()
  assert.match(alive, /state {5}running\n/)
  assert.ok(alive.includes(`held by process ${child.pid} (crawl ${url}), which is alive`), alive)
  assert.match(alive, /in hand; its lease ends \d{4}/)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  assert.match(await explained(), /which is dead; the next crawl gives it back/)
})
