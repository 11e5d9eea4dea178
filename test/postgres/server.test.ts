import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { freshDatabase, SHARED_SERVER, startPostgres } from './index.ts'

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ one: unknown }>(sql)
    return rows[0]?.one
  } finally {
    await client.end()
  }
}

test('a server keeps what was committed through kill -9 and comes back on the same port', async (t) => {
  const server = await startPostgres({ fsync: true, settings: { max_connections: '17' } })
  t.after(() => server.end())
  assert.equal(await ask(server.url(), "SELECT current_setting('fsync') AS one"), 'on')
  assert.equal(await ask(server.url(), "SELECT current_setting('max_connections') AS one"), '17')
  await ask(server.url(), 'CREATE TABLE kept AS SELECT 7 AS one')
  const { port, pid } = server
  await server.kill()
  await assert.rejects(ask(server.url(), 'SELECT 1'), { code: 'ECONNREFUSED' })
  await server.start()
  assert.deepEqual([server.port, server.pid === pid], [port, false])
  assert.equal(await ask(server.url(), 'SELECT one FROM kept'), 7)
})

test('each test has an empty database of its own', async (t) => {
  const [one, other] = await Promise.all([freshDatabase(t), freshDatabase(t)])
  await ask(one, 'CREATE TABLE here (one int)')
  assert.equal(await ask(one, "SELECT to_regclass('here')::text AS one"), 'here')
  assert.equal(await ask(other, "SELECT to_regclass('here')::text AS one"), null)
  assert.equal(await ask(other, "SELECT 'a' < 'B' AS one"), true, 'its order is not that of bytes')
})

test('no server outlives the process that started it, not even one that is killed', async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    const server = await startPostgres()
    console.log(JSON.stringify({ pid: server.pid, home: server.socketFolder }))
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: { ...process.env, [SHARED_SERVER]: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { pid, home } = JSON.parse(line.toString()) as { pid: number; home: string }
  writeFileSync(join(home, 'seen'), '')
  child.kill('SIGKILL')
  // Another process removes it, which tells nobody.
  for (let looks = 0; existsSync(home) && looks < 500; looks += 1) await sleep(20)
  assert.equal(existsSync(home), false)
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})
