/** Serves a folder of HTML by nginx: fast and the same for every side, so the crawler is what is measured. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A folder that is being served. */
export interface ServedFolder {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx']
const START_TRIES = 100
const START_WAIT_MS = 50

/** Starts nginx with one worker, no access log and no gzip on a free loopback port. */
export async function serveFolder(folder: string): Promise<ServedFolder> {
  if (!existsSync(folder))
    throw new Error(`nothing to serve at ${folder}: install the package or give --corpus`)
  const scratch = await mkdtemp(join(tmpdir(), 'bench-nginx-'))
  const port = await freePort()
  await writeFile(join(scratch, 'nginx.conf'), configuration({ folder, scratch, port }))
  const child = spawn(nginxPath(), ['-p', scratch, '-e', 'stderr', '-c', join(scratch, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = () => void child.kill('SIGTERM')
  process.once('exit', stop)
  const url = `http://127.0.0.1:${port}`
  await untilAnswers(url, child)
  return {
    url,
    close: async () => {
      const closed = once(child, 'close')
      stop()
      await closed
      process.off('exit', stop)
      await rm(scratch, { recursive: true })
    },
  }
}

function nginxPath(): string {
  const path = NGINX.find((candidate) => existsSync(candidate))
  if (path === undefined) throw new Error(`nginx is not installed: looked at ${NGINX.join(', ')}`)
  return path
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 1; ; tries++) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode} before it served`)
    try {
      await (await fetch(url)).arrayBuffer()
      return
    } catch (error) {
      if (tries === START_TRIES) throw new Error(`nginx does not answer at ${url}`, { cause: error })
      await wait(START_WAIT_MS)
    }
  }
}

function configuration({ folder, scratch, port }: { folder: string; scratch: string; port: number }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  // The master runs as root in a container; a worker that dropped to nobody could not read a private corpus.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}
daemon off;
worker_processes 1;
pid ${scratch}/nginx.pid;
events { worker_connections 1024; }
http {
  types { text/html html htm; text/css css; application/javascript js; image/png png; image/svg+xml svg; }
  default_type application/octet-stream;
  access_log off;
  error_log stderr crit;
  gzip off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  ${temporary.map((name) => `${name}_temp_path ${scratch}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    root ${folder};
  }
}
`
}
