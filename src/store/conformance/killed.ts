/** One process is killed or stopped at any moment: the other loses nothing by it, and hears of the killed one's end. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../contract.ts'
import type { StoreElsewhere } from './another.ts'
import type { Cases } from './bench.ts'
import { addSource, allSources, putSource, source } from './declared.ts'

/** Until when the end of a process must have been noticed, and a commit beside a stopped one have been acknowledged. */
const BOUND_MS = 10_000

/** Asks again until the answer is yes: nobody tells when the system has let go of what a process held. */
async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + BOUND_MS
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `not within ${BOUND_MS} ms: ${what}`)
    await pause(5)
  }
}

async function canHold(store: Store, name: string): Promise<boolean> {
  try {
    await using _held = await store.hold(name)
    return true
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'Busy')
    return false
  }
}

/** Units of two rows each, sent all at once; which of them were acknowledged is known at any time. */
class Stream {
  readonly acked = new Map<number, number>()
  readonly settled: Promise<unknown>
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []

  constructor(store: Pick<StoreElsewhere, 'commit'>, count: number) {
    this.settled = Promise.allSettled(
      Array.from({ length: count }, async (_, n) => {
        const { position } = await store.commit(streamUnit(n))
        this.acked.set(n, position)
        for (const { count: enough, resolve } of this.#waiting) if (this.acked.size >= enough) resolve()
      }),
    )
  }

  /** Resolves when so many are acknowledged. */
  reaches(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }
}

const streamUnit = (n: number) => ({
  key: `unit ${n}`,
  commands: [addSource.all([source(`${n} a`), source(`${n} b`)])],
})

/** Whole units only, each once, and every acknowledged one at the position it was told. */
async function compare(store: Store, acked: ReadonlyMap<number, number>): Promise<number> {
  const rows = await store.read(allSources({}))
  const stored = new Map(rows.map((row) => [row.id, row.position]))
  for (const [n, position] of acked) assert.equal(stored.get(`${n} a`), position, `unit ${n}`)
  const positions = new Map<number, number>()
  for (const { position } of rows) positions.set(position, (positions.get(position) ?? 0) + 1)
  assert.ok(
    [...positions.values()].every((count) => count === 2),
    'a unit in parts',
  )
  assert.equal(await store.position(), Math.max(...positions.keys()))
  assert.equal((await store.changes(0, 100_000)).length, rows.length)
  return positions.size
}

/** Kills and stops. */
export const killedCases: Cases = {
  async 'a killed process is lost, a living one is not, and what it held is free'(bench) {
    await using store = await bench.open()
    await using victim = await bench.openInProcess()
    await using bystander = await bench.openInProcess()
    await victim.hold('a file')
    await using _other = await bystander.hold('another file')
    await victim.commit({ commands: [addSource(source('a'))] })
    assert.deepEqual(await store.lostProcesses(), [])
    assert.equal(await canHold(store, 'a file'), false)
    await victim.kill()
    await until(async () => (await store.lostProcesses()).length > 0, 'the killed process is lost')
    assert.deepEqual(await store.lostProcesses(), [{ id: victim.process, pid: victim.pid }])
    assert.deepEqual(await bystander.lostProcesses(), await store.lostProcesses())
    await until(() => canHold(store, 'a file'), 'its name is free')
    assert.equal(await canHold(store, 'another file'), false)
    await bystander.forgetProcess(victim.process)
    assert.deepEqual(await store.lostProcesses(), [])
    const { position } = await bystander.commit({ commands: [addSource(source('b'))] })
    assert.equal(await store.position(), position)
  },

  async 'a process killed among its commits takes nothing along that was acknowledged'(bench) {
    await using store = await bench.open()
    await using victim = await bench.openInProcess()
    const stream = new Stream(victim, 2_000)
    await stream.reaches(50)
    await victim.kill()
    await stream.settled
    const left = await compare(store, stream.acked)
    assert.ok(left >= stream.acked.size && left < 2_000, `${left} of ${stream.acked.size}`)
    // What nobody heard of is sent again, and applied once whether it had been applied or not.
    const again = new Stream(store, 2_000)
    await again.settled
    assert.equal(again.acked.size, 2_000)
    for (const [n, position] of stream.acked) assert.equal(again.acked.get(n), position)
    assert.equal(await compare(store, again.acked), 2_000)
  },

  async 'a process that is stopped while it has nothing to do holds nobody up, and is not lost'(bench) {
    await using store = await bench.open()
    await using stopped = await bench.openInProcess()
    await using _held = await stopped.hold('a file')
    await stopped.commit({ commands: [addSource(source('a'))] })
    stopped.signal('SIGSTOP')
    try {
      const began = performance.now()
      for (let n = 0; n < 20; n++)
        await store.commit({ commands: [putSource(source('b', { kind: `${n}` }))] })
      assert.equal((await store.read(allSources({}))).length, 2)
      assert.deepEqual(await store.lostProcesses(), [])
      assert.equal(await canHold(store, 'a file'), false)
      const tookMs = performance.now() - began
      assert.ok(tookMs < BOUND_MS, `took ${tookMs} ms`)
    } finally {
      stopped.signal('SIGCONT')
    }
    assert.equal(await stopped.position(), await store.position())
  },

  async 'a process stopped among its commits costs nobody a unit once it goes on'(bench) {
    await using store = await bench.open()
    await using stopped = await bench.openInProcess()
    const stream = new Stream(stopped, 1_500)
    await stream.reaches(100)
    stopped.signal('SIGSTOP')
    const beside = store.commit({ commands: [addSource.all([source('x a'), source('x b')])] })
    // It may have been stopped at any point of a commit; if it holds no lock the other is done before this ends.
    await Promise.race([beside, pause(200)])
    stopped.signal('SIGCONT')
    const { position } = await beside
    await stream.settled
    assert.equal(stream.acked.size, 1_500)
    assert.ok(![...stream.acked.values()].includes(position))
    assert.equal(await compare(store, stream.acked), 1_501)
  },
}
