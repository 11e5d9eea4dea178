/** The server itself is killed, stopped, out of disk or of connections: what was acknowledged is there, the rest once or not at all. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import type { Client } from 'pg'
import { startFaultProxy, startPostgres, type PostgresServer } from '../../../../test/postgres/index.ts'
import type { Store } from '../../index.ts'
import { fillUp, mountSmallDisk } from '../../sqlite/testing/index.ts'
import { openPostgres } from '../index.ts'
import { Book, bookDefinitions, person } from '../testing/index.ts'

let server: PostgresServer
before(async () => {
  // A log that is written late: what is not committed is not in it when the server is killed.
  server = await startPostgres({ fsync: true, settings: { wal_writer_delay: '10s', shared_buffers: '16MB' } })
})
after(() => server.end())

const LIMITS = { closeMs: 500, reconnectMs: 1_500 }

function open(url: string): Promise<Store> {
  const timeLimits = { closeMs: LIMITS.closeMs }
  return openPostgres({ url, definitions: bookDefinitions, comeBackMs: 0, timeLimits })
}

test('a server that is killed, then restarted in order, under load: every unit is there once', async (t) => {
  const store = await open(server.url())
  t.after(() => store.close())
  const book = new Book('killed')
  for (const end of [() => server.kill(), () => server.stop(), () => server.kill()]) {
    await book.commit(store, 20)
    const loads = [book.commit(store, 40)]
    const ended = end()
    loads.push(book.commit(store, 40))
    await ended
    loads.push(book.commit(store, 40))
    await server.start()
    await Promise.all(loads)
    await book.commit(store, 20)
  }
  assert.equal(book.acknowledged, 480, book.refusals.join())
  await book.compare(await person(t, server.url()))
})

test('a transaction that a killed server forgot is not taken for the one that got its number', async (t) => {
  const proxy = await startFaultProxy({ port: server.port })
  const store = await open(proxy.url(server.url()))
  t.after(async () => {
    await store.close()
    await proxy.close()
  })
  const book = new Book('forgotten')
  await book.commit(store, 4)
  const isHeld = Promise.withResolvers<void>()
  proxy.onceSeen({
    direction: 'up',
    bytes: 'COMMIT\0',
    moment: 'before',
    act(link) {
      link.freeze()
      proxy.refuse(true)
      isHeld.resolve()
    },
  })
  const committing = book.commit(store, 4)
  await isHeld.promise
  await server.kill()
  await server.start()
  const client = await person(t, server.url())
  // Numbers beyond that of the transaction, each of them committed.
  for (let index = 0; index < 50; index++) await client.query('SELECT pg_current_xact_id()')
  proxy.cut()
  proxy.refuse(false)
  await committing
  assert.equal(book.acknowledged, 8, book.refusals.join())
  await book.compare(client)
})

test('a full disk of the server: refused as DiskFull and not applied, and taken again when there is room', async (t) => {
  using disk = mountSmallDisk(t)
  if (disk === undefined) return
  const small = join(disk.folder, 'small')
  const { uid, gid } = statSync(server.dataFolder)
  chmodSync(disk.folder, 0o755)
  mkdirSync(small)
  chownSync(small, uid, gid)
  const client = await person(t, server.url())
  const store = await open(server.url())
  t.after(() => store.close())
  await client.query(`CREATE TABLESPACE small LOCATION '${small}'`)
  await client.query('ALTER TABLE sources SET TABLESPACE small')
  const book = new Book('full')
  await book.commit(store, 4)
  const ballast = join(disk.folder, 'ballast')
  fillUp(ballast)
  for (let tries = 0; tries < 20 && book.refusals.length === 0; tries++) await book.commit(store, 200)
  assert.deepEqual(book.refusals, ['DiskFull no'])
  rmSync(ballast)
  await book.commitAgain(store)
  await book.commit(store, 4)
  assert.deepEqual(book.refusals, ['DiskFull no'])
  await book.compare(client)
  await client.query('ALTER TABLE sources SET TABLESPACE pg_default')
  await client.query('DROP TABLESPACE small')
})

/** People who hold every connection that the server has to give, those of our processes included. */
async function crowd(t: TestContext, url: string): Promise<readonly Client[]> {
  const people = [await person(t, url)]
  const ours = `SELECT count(pg_terminate_backend(pid, 5000))::int AS ended FROM pg_stat_activity
    WHERE application_name LIKE 'millrace%'`
  for (;;) {
    try {
      people.push(await person(t, url))
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, '53300')
      const { rows } = (await people[0]?.query<{ ended: number }>(ours)) ?? { rows: [] }
      if (rows[0]?.ended === 0) return people
    }
  }
}

test('a server whose connections are all taken: refused within the limit, and gone on with when one is free', async (t) => {
  const small = await startPostgres({ settings: { max_connections: '12' } })
  t.after(() => small.end())
  const url = small.url()
  const store = await openPostgres({ url, definitions: bookDefinitions, comeBackMs: 0, timeLimits: LIMITS })
  t.after(() => store.close())
  const book = new Book('crowded')
  await book.commit(store, 10)
  const people = await crowd(t, url)
  const startedAt = performance.now()
  await book.commit(store, 10)
  assert.ok(performance.now() - startedAt < LIMITS.reconnectMs + 4_000)
  assert.deepEqual(book.refusals, ['StoreUnreachable no'])
  const committing = book.commit(store, 10)
  await Promise.all(people.map((one) => one.end()))
  await committing
  await book.commitAgain(store)
  await book.compare(await person(t, url))
  assert.ok(book.acknowledged >= 20, book.refusals.join())
})
