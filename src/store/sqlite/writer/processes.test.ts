/** Several processes on one file lose nothing, see no busy error, and stand a kill -9 among them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { allSources, conformanceDefinitions, freshFolder } from '../../conformance/index.ts'
import type { Store } from '../../contract.ts'
import { openSqlite } from '../index.ts'
import { migrations } from '../migrations/index.ts'
import { fingerprint, startChild, type Child } from '../testing/index.ts'

const definitions = conformanceDefinitions

interface Told {
  readonly tried: ReadonlySet<string>
  readonly acked: ReadonlyMap<string, number>
  readonly refused: readonly string[]
}

/** What the children said of their rows. */
function toldBy(children: readonly Child[]): Told {
  const words = children.flatMap((child) => child.lines.map((line) => line.split(' ')))
  return {
    tried: new Set(words.filter(([verb]) => verb === 'try').map(([, id = '']) => id)),
    acked: new Map(
      words.filter(([verb]) => verb === 'ack').map(([, id = '', position]) => [id, Number(position)]),
    ),
    refused: words.filter(([verb]) => verb === 'refused').map((line) => line.join(' ')),
  }
}

async function startWriters(t: TestContext, path: string, count: number, rows: number) {
  const tags = Array.from({ length: count }, (_, n) => `p${n}`)
  const children = tags.map((tag) => startChild(t, 'child-write', [path, tag, String(rows), '8']))
  await Promise.all(children.map((child) => child.line('open')))
  for (const child of children) child.goOn()
  return children
}

/** acked ⊆ stored ⊆ tried, each once and at the position its receipt named, and the file is sound. */
async function compare(store: Store, { tried, acked, refused }: Told) {
  const rows = await store.read(allSources({}), { deadlineMs: 30_000 })
  const stored = new Map(rows.map((row) => [row.id, row.position]))
  assert.deepEqual(refused, [])
  for (const [id, position] of acked) assert.equal(stored.get(id), position, id)
  for (const id of stored.keys()) assert.ok(tried.has(id), id)
  assert.equal(new Set(stored.values()).size, stored.size)
  const changes = await store.changes(0, 1_000_000)
  assert.deepEqual(new Map(changes.map((change) => [change.id, change.position])), stored)
  assert.equal(await store.position(), stored.size)
  for await (const chunk of store.sql('PRAGMA integrity_check', { deadlineMs: 30_000 })) {
    assert.deepEqual(chunk.rows, [['ok']])
  }
  return stored.size
}

for (const [count, rows] of [
  [2, 400],
  [4, 250],
] as const) {
  test(`${count} processes that write one file lose nothing and are never refused`, async (t) => {
    const path = join(freshFolder(t), 'store.db')
    const children = await startWriters(t, path, count, rows)
    for (const child of children) assert.equal(await child.ended, 0)
    await using store = await openSqlite({ path, definitions })
    assert.equal(await compare(store, toldBy(children)), count * rows)
    assert.deepEqual(await store.lostProcesses(), [])
  })
}

test('a writer that is killed takes nothing along that it or another one acknowledged', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const children = await startWriters(t, path, 3, 400)
  const [victim, ...others] = children
  await victim?.line('ack p0-150')
  victim?.kill('SIGKILL')
  assert.equal(await victim?.ended, 'SIGKILL')
  for (const child of others) assert.equal(await child.ended, 0)
  await using store = await openSqlite({ path, definitions })
  const told = toldBy(children)
  assert.equal([...told.acked.keys()].filter((id) => !id.startsWith('p0')).length, 800)
  assert.ok((await compare(store, told)) < 1_200)
  assert.deepEqual(
    (await store.lostProcesses()).map((lost) => lost.pid),
    [victim?.pid],
  )
})

test('all writers killed at once leave what they acknowledged, and a file that opens', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const children = await startWriters(t, path, 2, 100_000)
  await Promise.all(children.map((child, n) => child.line(`ack p${n}-100`)))
  for (const child of children) child.kill('SIGKILL')
  for (const child of children) assert.equal(await child.ended, 'SIGKILL')
  await using store = await openSqlite({ path, definitions })
  const told = toldBy(children)
  assert.ok((await compare(store, told)) >= told.acked.size)
  assert.equal((await store.lostProcesses()).length, 2)
})

test('four processes that open a new file at once make one database, and leave one file', async (t) => {
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  const children = Array.from({ length: 4 }, () => startChild(t, 'child-open', [path]))
  await Promise.all(children.map((child) => child.line('open')))
  for (const child of children) child.goOn()
  for (const child of children) assert.equal(await child.ended, 0)
  assert.deepEqual(
    fingerprint(folder).map((line) => line.split(' ').slice(0, 2)),
    [['store.db', '600']],
  )
  await using store = await openSqlite({ path, definitions })
  assert.equal(await store.position(), 0)
  for await (const { rows } of store.sql('SELECT count(*) FROM schema_migrations', { deadlineMs: 30_000 })) {
    assert.deepEqual(rows, [[migrations.length]])
  }
})
