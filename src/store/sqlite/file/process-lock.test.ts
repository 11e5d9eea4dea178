/** Processes on one file see each other die, and only die. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { addSource, conformanceDefinitions, freshFolder, source } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'
import {
  holdNamedLock,
  holdProcessLock,
  isProcessLost,
  liveProcesses,
  lockFolder,
  removeProcessLock,
} from './process-lock.ts'
import { startChild, type Child } from '../testing/index.ts'

const definitions = conformanceDefinitions

async function openChild(t: TestContext, path: string): Promise<{ child: Child; id: string }> {
  const child = startChild(t, 'child-open', [path])
  const id = (await child.line('open')).slice('open '.length)
  return { child, id }
}

/** Without the journals, which SQLite keeps beside what is locked. */
function sideFiles(path: string): readonly string[] {
  return readdirSync(lockFolder(path))
    .filter((name) => !name.endsWith('-journal') && !name.includes('.figures'))
    .sort()
}

test('a process that is killed is lost at once, and forgotten with its side file', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const { child, id } = await openChild(t, path)
  await using store = await openSqlite({ path, definitions })
  assert.deepEqual(await store.lostProcesses(), [])
  child.kill('SIGKILL')
  assert.equal(await child.ended, 'SIGKILL')
  assert.deepEqual(await store.lostProcesses(), [{ id, pid: child.pid }])
  assert.ok(existsSync(join(lockFolder(path), id)))
  await store.forgetProcess(id)
  assert.deepEqual(await store.lostProcesses(), [])
  assert.equal(existsSync(join(lockFolder(path), id)), false)
  await store.forgetProcess(id)
})

test('a process that stands still is not lost', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const { child } = await openChild(t, path)
  await using store = await openSqlite({ path, definitions })
  child.kill('SIGSTOP')
  assert.deepEqual(await store.lostProcesses(), [])
  child.kill('SIGCONT')
  child.goOn()
  assert.equal(await child.ended, 0)
  assert.deepEqual(await store.lostProcesses(), [])
})

test('a process that closes cleanly is not lost, and the last one takes the folder of side files along', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const { child } = await openChild(t, path)
  await using store = await openSqlite({ path, definitions })
  child.goOn()
  await child.line('closed')
  assert.deepEqual(await store.lostProcesses(), [])
  assert.ok(existsSync(lockFolder(path)))
  await store.close()
  assert.equal(existsSync(lockFolder(path)), false)
})

test('two stores of one process do not take each other for lost', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using one = await openSqlite({ path, definitions })
  await using other = await openSqlite({ path, definitions })
  assert.notEqual(one.process, other.process)
  assert.deepEqual(await one.lostProcesses(), [])
  assert.deepEqual(await other.lostProcesses(), [])
  assert.deepEqual(await one.lostProcesses(), [])
})

test('a process that can not be forgotten stops neither the writer nor closing', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions })
  const db = new DatabaseSync(path)
  db.exec(`INSERT INTO processes VALUES ('ghost', 1, 'host', 'command', 0);
    CREATE TRIGGER refuse BEFORE DELETE ON processes BEGIN SELECT RAISE(ABORT, 'no'); END`)
  await assert.rejects(store.forgetProcess('ghost'), { code: 'Constraint', applied: 'no' })
  assert.equal((await store.commit({ commands: [addSource(source('a'))] })).position, 1)
  await store.close()
  db.exec('DROP TRIGGER refuse')
  db.close()
  await using again = await openSqlite({ path, definitions })
  assert.deepEqual(
    (await again.lostProcesses()).map((lost) => lost.id).sort(),
    ['ghost', store.process].sort(),
  )
})

test('whoever asks whether a lock is held may take its time about it: neither opening nor a lock by name fails', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const others = holdProcessLock(path, 'others')
  for (const hold of [holdProcessLock, holdNamedLock]) {
    const asking = startChild(t, 'child-hold', [join(lockFolder(path), 'one'), '150'])
    await asking.line('locked')
    asking.goOn()
    hold(path, 'one').release()
    assert.equal(await asking.ended, 0)
  }
  others.release()
})

test('a process whose side file is gone is lost, and asking makes no file', (t) => {
  const path = join(freshFolder(t), 'store.db')
  const lock = holdProcessLock(path, 'one')
  assert.equal(isProcessLost(path, 'one'), false)
  assert.equal(isProcessLost(path, 'two'), true)
  assert.equal(existsSync(join(lockFolder(path), 'two')), false)
  lock.release()
  assert.equal(isProcessLost(path, 'one'), true)
  assert.equal(existsSync(lockFolder(path)), false)
})

test('processes that come and go do not trip over the folder that they make and remove', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const children = ['a', 'b', 'c'].map((tag) => startChild(t, 'child-lock', [path, tag, '1500']))
  for (const child of children) {
    await child.line('done')
    assert.equal(await child.ended, 0)
  }
  assert.equal(existsSync(lockFolder(path)), false)
})

test('the folder of side files stays while one is in it', (t) => {
  const path = join(freshFolder(t), 'store.db')
  const one = holdProcessLock(path, 'one')
  const two = holdProcessLock(path, 'two')
  one.release()
  assert.ok(existsSync(lockFolder(path)))
  removeProcessLock(path, 'never there')
  assert.equal(isProcessLost(path, 'two'), false)
  two.release()
  assert.equal(existsSync(lockFolder(path)), false)
})

test('what a process left that died before its row was written goes with the next one that opens', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const unheard = '01a1fccc-c04e-7d07-9ff3-fc1dc4ba1a92'
  const lockOfSomebodyKilled = 'a'.repeat(64)
  holdProcessLock(path, 'held')
  for (const name of [unheard, lockOfSomebodyKilled]) writeFileSync(join(lockFolder(path), name), '')
  await using store = await openSqlite({ path, definitions })
  assert.deepEqual(sideFiles(path), [store.process, 'held'].sort())
})

test('what a lost process left stays until it is forgotten, and what a living one holds stays', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const { child, id } = await openChild(t, path)
  const { id: alive } = await openChild(t, path)
  child.kill('SIGKILL')
  await child.ended
  await using store = await openSqlite({ path, definitions })
  await using _held = await store.hold('a file')
  await using other = await openSqlite({ path, definitions })
  const ids = [id, alive, store.process, other.process].sort()
  const [named, ...rest] = sideFiles(path).toSorted((a, b) => b.length - a.length)
  assert.deepEqual([named?.length, rest.sort()], [64, ids])
  assert.deepEqual(
    [...liveProcesses(path)].sort(),
    ids.filter((one) => one !== id),
  )
})

test('a lock by name has one owner at a time, and its file goes with it', (t) => {
  const path = join(freshFolder(t), 'store.db')
  const name = 'b'.repeat(64)
  for (let turn = 0; turn < 3; turn++) {
    const lock = holdNamedLock(path, name)
    assert.throws(() => holdNamedLock(path, name), { code: 'Busy' })
    lock.release()
  }
  assert.equal(existsSync(lockFolder(path)), false)
})
