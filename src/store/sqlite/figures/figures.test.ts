/** What a store at work tells of itself, to its own process and to others. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import {
  addSource,
  allSources,
  conformanceDefinitions,
  freshFolder,
  source,
} from '../../conformance/index.ts'
import { lockFolder } from '../file/index.ts'
import { openSqlite } from '../index.ts'
import { startChild } from '../testing/index.ts'
import { publishedFigures, StoreWatch, type Notice, Watchdog } from './index.ts'

const definitions = conformanceDefinitions

/** The watch over a writer that is at one thing, looking only when it is told to. */
function watchOver(t: TestContext, path: string, phase: 'idle' | 'committing') {
  const told: Notice[] = []
  const meter = new Meter()
  const clock = { at: 0, now: () => clock.at }
  const watchdog = new Watchdog({
    beat: () => ({ phase, since: 0, command: 0, pinnedBytes: 0 }),
    commandName: () => 'pages.put',
    oldestReadMs: () => 0,
    holders: () => undefined,
  })
  const process = { id: 'watched', pid: 4711, command: 'crawl' }
  const watch = new StoreWatch({ path, process, clock, meter, watchdog, onNotice: (one) => told.push(one) })
  t.after(() => watch.stop())
  return { watch, meter, clock, told }
}

test('units, batches, waits and reads are counted where they happen', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions })
  const ids = Array.from({ length: 10 }, (_, index) => `s${index}`)
  await Promise.all(ids.map((id) => store.commit({ commands: [addSource(source(id))] })))
  await assert.rejects(store.commit({ commands: [addSource(source('s0'))] }), { code: 'Constraint' })
  await store.read(allSources({}))
  store.meter.turn()
  const { counts, levels, spreads } = store.meter.read()
  assert.deepEqual(
    [counts['write.units'], counts['write.refused'], counts['write.second_passes']],
    [11, 1, 1],
  )
  assert.deepEqual(
    [levels['write.queue.rows'], levels['write.queue.held_back'], levels['read.open']],
    [0, 0, 0],
  )
  assert.ok((levels['wal.bytes'] ?? 0) > 0)
  assert.equal(spreads['write.batch.units']?.sum, 11)
  assert.equal(spreads['write.commit_ms']?.count, spreads['write.lock_wait_ms']?.count)
  assert.ok((spreads['read.run_ms']?.count ?? 0) >= 1)
})

test('figures and notices are told beside the lock of their process, and taken away with it', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using store = await openSqlite({ path, definitions })
  const { watch, meter, clock, told } = watchOver(t, path, 'committing')
  meter.count('write.units', 5)
  clock.at = 4_000
  watch.look()
  await watch.stop()
  const published = publishedFigures(path).find((one) => one.process === 'watched')
  assert.deepEqual(
    [published?.pid, published?.at, published?.figures.counts['write.units'], published?.notices.length],
    [4711, 4_000, 5, 1],
  )
  assert.match(told[0]?.message ?? '', /open for 4.0 s: committing, last pages.put/)
  await store.forgetProcess('watched')
  assert.deepEqual(
    publishedFigures(path).filter((one) => one.process === 'watched'),
    [],
  )
})

test('a process that does nothing tells nothing', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using _store = await openSqlite({ path, definitions })
  const { watch, meter, clock } = watchOver(t, path, 'idle')
  meter.count('write.units')
  watch.look()
  await watch.stop()
  const file = join(lockFolder(path), 'watched.figures')
  writeFileSync(file, 'as it was')
  clock.at = 60_000
  watch.look()
  await watch.stop()
  assert.equal(readFileSync(file, 'utf8'), 'as it was')
})

test('figures that can not be written harm nobody', async (t) => {
  const folder = freshFolder(t)
  const { watch, meter } = watchOver(t, join(folder, 'gone', 'store.db'), 'idle')
  meter.count('write.units')
  watch.look()
  await watch.stop()
  assert.equal(existsSync(join(folder, 'gone')), false)
})

test('a closed store leaves no figures behind', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const store = await openSqlite({ path, definitions })
  await store.commit({ commands: [addSource(source('a'))] })
  await store.close()
  assert.deepEqual(publishedFigures(path), [])
  assert.equal(existsSync(lockFolder(path)), false)
})

test(
  'a store that waits for the write lock says for whom',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const path = join(freshFolder(t), 'store.db')
    const noticed = Promise.withResolvers<Notice>()
    await using store = await openSqlite({ path, definitions, onNotice: noticed.resolve })
    const child = startChild(t, 'child-hold', [path])
    await child.line('locked')
    const committed = store.commit({ commands: [addSource(source('a'))] })
    const notice = await noticed.promise
    assert.equal(notice.kind, 'lock-wait')
    assert.match(notice.message, new RegExp(`held by process ${child.pid} \\(.*child-hold`))
    const told = publishedFigures(path)
    assert.ok(told.every((one) => one.at <= systemClock.now()))
    child.goOn()
    await committed
  },
)
