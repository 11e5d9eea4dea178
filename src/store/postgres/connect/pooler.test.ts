/** PgBouncer as Debian brings it, before the shared server. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshDatabase, freePort } from '../../../../test/postgres/index.ts'
import { connectorFor } from './testing/index.ts'

function hasPgBouncer(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'])
    return true
  } catch {
    return false
  }
}

const skip = hasPgBouncer() ? false : 'pgbouncer is not installed: that it is refused was NOT tried'

/** The URL by way of a PgBouncer with these settings. */
async function bounced(t: TestContext, settings: readonly string[]): Promise<string> {
  const url = new URL(await freshDatabase(t))
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pgbouncer-'))
  const port = await freePort()
  const users = join(folder, 'users')
  const config = join(folder, 'pgbouncer.ini')
  writeFileSync(users, `"${url.username}" "${url.password}"\n`)
  const lines = [
    'listen_addr=127.0.0.1',
    `listen_port=${port}`,
    'unix_socket_dir=',
    'auth_type=md5',
    `auth_file=${users}`,
  ]
  writeFileSync(
    config,
    ['[databases]', `*=host=127.0.0.1 port=${url.port}`, '[pgbouncer]', ...lines, ...settings, ''].join('\n'),
  )
  chmodSync(folder, 0o755)
  const asRoot = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const child = spawn('pgbouncer', ['-q', config], { stdio: 'ignore', ...asRoot })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  for (let looks = 0; !(await listens(port)) && looks < 500; looks += 1) await sleep(20)
  return Object.assign(url, { port: String(port) }).href
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  const answer = await promise
  socket.destroy()
  return answer
}

for (const mode of ['transaction', 'session']) {
  test(
    `PgBouncer in ${mode} mode is refused with why and what to do, however it treats our settings`,
    { skip },
    async (t) => {
      const expected = {
        code: 'BadConfig',
        message: /is a pooler \(PgBouncer, say\).*lock of its session.*name the server/,
      }
      const strict = await bounced(t, [`pool_mode=${mode}`])
      await assert.rejects(connectorFor(t, { url: strict }).connect('write'), expected)
      const lenient = await bounced(t, [`pool_mode=${mode}`, 'ignore_startup_parameters=options'])
      await assert.rejects(connectorFor(t, { url: lenient }).connect('write'), expected)
    },
  )
}
