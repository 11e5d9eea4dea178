/**
 * A real WordPress on loopback: Debian's WordPress on PHP and MariaDB, filled with posts of several authors and types,
 * behind a proxy that counts requests and lets a test step in between two of them.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { listenOnLoopback } from '../site/loopback.ts'
import { WORDPRESS_FOLDER } from './install.ts'

const run = promisify(execFile)
const PHP = join(import.meta.dirname, 'php')

/** One article as the database has it. Times are UTC, as SQL prints them. */
export interface Published {
  readonly id: string
  readonly type: 'post' | 'page' | 'report'
  readonly title: string
  readonly content: string
  readonly password: string
  readonly publishedAt: string
  readonly modifiedAt: string
  readonly author: string
}

/** What an editor can do to item `number`. */
export type Edit = 'add' | 'backdate' | 'edit' | 'delete'

/** The site. */
export interface RealSite {
  readonly url: string
  /** Requests so far, by path and query, in order. */
  readonly requests: readonly string[]
  /** Awaited before a request is handed on; for edits in the middle of a crawl. */
  onRequest: ((count: number) => Promise<void>) | undefined
  change(edit: Edit, number: number): Promise<void>
  published(): Promise<readonly Published[]>
  close(): Promise<void>
}

/** Installs and starts a site of about `posts` articles. */
export async function startRealSite(posts: number): Promise<RealSite> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-wordpress-'))
  const root = join(folder, 'site')
  const socket = join(folder, 'db.sock')
  await layOut(root)
  const database = await startDatabase(folder, socket)
  const port = await freePort()
  const site: { onRequest: RealSite['onRequest'] } = { onRequest: undefined }
  const requests: string[] = []
  const proxy = await listenOnLoopback(() => (request, response) => {
    requests.push(request.url ?? '')
    const ready = site.onRequest?.(requests.length) ?? Promise.resolve()
    void ready.then(() => handOn(request, response, port))
  })
  const env = { ...process.env, SITE_SOCKET: socket, SITE_URL: proxy.url }
  await run('php', ['install.php', String(posts)], { cwd: root, env })
  const php = spawn('php', ['-q', '-S', `127.0.0.1:${port}`, 'router.php'], {
    cwd: root,
    env: { ...env, PHP_CLI_SERVER_WORKERS: '3' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, because its workers outlive it otherwise.
    detached: true,
  })
  await said(php, 'started')
  const ask = (path: string) => askJson(port, path)
  return Object.assign(site, {
    url: proxy.url,
    requests,
    change: async (edit: Edit, number: number) => {
      const answer = (await ask(`/change.php?do=${edit}&number=${number}`)) as { done: unknown }
      if (answer.done === 0 || answer.done === false) throw new Error(`${edit} ${number} was not done`)
    },
    published: async () => (await ask('/published.php')) as readonly Published[],
    close: async () => {
      await proxy.close()
      if (php.pid !== undefined) process.kill(-php.pid, 'SIGKILL')
      await end(database)
      await rm(folder, { recursive: true, force: true })
    },
  })
}

/** A copy, because WordPress finds its configuration and plugins beside its own files. */
async function layOut(root: string): Promise<void> {
  await cp(WORDPRESS_FOLDER, root, { recursive: true, verbatimSymlinks: true })
  await mkdir(join(root, 'wp-content', 'mu-plugins'), { recursive: true })
  await copyFile(join(PHP, 'must-use.php'), join(root, 'wp-content', 'mu-plugins', 'must-use.php'))
  for (const name of ['wp-config', 'router', 'install', 'change', 'published']) {
    await rm(join(root, `${name}.php`), { force: true })
    await copyFile(join(PHP, `${name}.php`), join(root, `${name}.php`))
  }
}

async function startDatabase(folder: string, socket: string): Promise<ChildProcess> {
  const data = join(folder, 'data')
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const install = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]
  await run('mariadb-install-db', [...install, ...user])
  const child = spawn(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      '--skip-networking',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      ...user,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await said(child, 'ready for connections')
  await run('mariadb', [
    '--no-defaults',
    `--socket=${socket}`,
    '-uroot',
    '-e',
    'CREATE DATABASE wordpress CHARACTER SET utf8mb4',
  ])
  return child
}

/** Resolves when standard error has the words; what comes later is read and dropped, so that no pipe fills. */
async function said(child: ChildProcess, words: string): Promise<void> {
  let all = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (all.length < 100_000) all += text
    if (all.includes(words)) resolve()
  })
  child.once('exit', () => reject(new Error(`it ended: ${all}`)))
  await promise
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** PHP's server speaks to one client at a time per worker, so connections are not kept. */
function handOn(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url, headers } = request
  const onward = requestHttp(
    {
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: { ...headers, connection: 'close' },
      agent: false,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers)
      answer.pipe(response)
    },
  )
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

async function askJson(port: number, path: string): Promise<unknown> {
  const request = requestHttp({ host: '127.0.0.1', port, path, agent: false }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return json(answer)
}
