/** Compacting gives space back, or leaves the file as it was. */
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import {
  addSource,
  allSources,
  conformanceDefinitions as definitions,
  freshFolder,
  source,
} from '../../conformance/index.ts'
import { inspectSqlite, openSqlite, openSqliteReader, sqliteUpkeep } from '../index.ts'
import { startChild } from '../testing/index.ts'

/** A closed database of `rows` rows of 20 kB, of which every second was deleted. */
async function halfEmpty(t: TestContext, rows: number) {
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  {
    await using store = await openSqlite({ path, definitions })
    const numbers = Array.from({ length: rows }, (_, n) => n)
    await store.commit({
      commands: numbers.map((n) => addSource(source(`s${n}`, { kind: 'x'.repeat(20_000) }))),
    })
  }
  const db = new DatabaseSync(path)
  db.exec('DELETE FROM sources WHERE CAST(substr(id, 2) AS INTEGER) % 2 = 1')
  db.close()
  return { folder, path, upkeep: sqliteUpkeep({ path, definitions }) }
}

async function countIn(path: string): Promise<number> {
  await using reader = await openSqliteReader({ path, definitions })
  return (await reader.read(allSources({}), { deadlineMs: 30_000 })).length
}

test('space is given back, the units are applied, and one file is left', async (t) => {
  const { folder, path, upkeep } = await halfEmpty(t, 200)
  const { bytesBefore, bytesAfter } = await upkeep.compact([{ commands: [addSource(source('tidy'))] }])
  assert.equal(bytesAfter, statSync(path).size)
  assert.ok(bytesAfter < 0.6 * bytesBefore, `${bytesBefore} to ${bytesAfter}`)
  assert.equal(await countIn(path), 101)
  assert.deepEqual(readdirSync(folder), ['store.db'])
})

test('a process that has it open is named and nothing is changed, and one that reads does no harm', async (t) => {
  const { path, upkeep } = await halfEmpty(t, 50)
  const child = startChild(t, 'child-open', [path])
  await child.line('open')
  const before = statSync(path).size
  await assert.rejects(upkeep.compact(), { code: 'Busy', message: new RegExp(`${child.pid} \\(millrace\\)`) })
  assert.equal(statSync(path).size, before)
  child.kill('SIGKILL')
  await child.ended
  await using reader = await openSqliteReader({ path, definitions })
  assert.equal((await reader.read(allSources({}))).length, 25)
  const { bytesAfter } = await upkeep.compact()
  assert.ok(bytesAfter < before)
  assert.equal((await reader.read(allSources({}))).length, 25)
})

test('a database that is not there is not made', async (t) => {
  const path = join(freshFolder(t), 'gone.db')
  await assert.rejects(sqliteUpkeep({ path, definitions }).compact(), { code: 'NotFound' })
})

test('killed at any instant it leaves a sound file with every row', async (t) => {
  const { path } = await halfEmpty(t, 900)
  // By how much of the new file the log holds: nothing yet, in the middle of VACUUM, and nearly all of it.
  for (const share of [0, 0.4, 0.9]) {
    // A group of its own, so that the process which it has do the work dies at the same instant.
    const child = startChild(t, 'child-compact', [path], { detached: true })
    await child.line('begun')
    const bytes = share * 9_000_000
    while ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) < bytes) await setImmediate()
    process.kill(-child.pid, 'SIGKILL')
    await child.ended
    assert.deepEqual(child.lines, ['begun'])
    const { checks } = await inspectSqlite(path, { isFull: true })
    assert.deepEqual(
      checks.filter(({ status }) => status === 'fail'),
      [],
      `at ${share}`,
    )
  }
  await sqliteUpkeep({ path, definitions }).compact()
  assert.equal(await countIn(path), 450)
})
