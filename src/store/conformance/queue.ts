/** The queue before the store is bounded, can be left while waiting, drops nothing, and is emptied by closing. */
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { Cases } from './bench.ts'
import { addSource, allSources, oneBody, oneSource, putBody, source } from './declared.ts'

const many = (count: number) => Array.from({ length: count }, (_, n) => source(`s${n}`))

/** Bounds, signals, closing. */
export const queueCases: Cases = {
  async 'a unit above the bound of the queue is refused as TooBig, with both figures'(bench) {
    await using store = await bench.open({ limits: { queueRowsMax: 3 } })
    const unit = { commands: [addSource.all(many(4))] }
    await assert.rejects(store.commit(unit), {
      code: 'TooBig',
      applied: 'no',
      message: /at most 3 rows.*got 4 rows/,
    })
    await store.commit({ commands: [addSource.all(many(3))] })
  },

  async 'a full queue holds callers back and drops nothing'(bench) {
    await using store = await bench.open({ limits: { queueRowsMax: 4 } })
    const rows = many(200)
    const receipts = await Promise.all(rows.map((row) => store.commit({ commands: [addSource(row)] })))
    assert.deepEqual(
      receipts.map((receipt) => receipt.position),
      rows.map((_, n) => n + 1),
    )
    assert.equal((await store.read(allSources({}))).length, 200)
  },

  async 'whoever is held back for too long is refused as QueueFull, and the rest is there'(bench) {
    await using store = await bench.open({ limits: { queueRowsMax: 1, fullWaitMs: 1 } })
    const rows = many(300)
    const outcomes = await Promise.allSettled(rows.map((row) => store.commit({ commands: [addSource(row)] })))
    const applied = rows.filter((_, n) => outcomes[n]?.status === 'fulfilled').map((row) => row.id)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        await assert.rejects(Promise.reject(outcome.reason as Error), { code: 'QueueFull', applied: 'no' })
    }
    assert.ok(applied.length > 0 && applied.length < 300, `${applied.length}`)
    const stored = (await store.read(allSources({}))).map((row) => row.id)
    assert.deepEqual(new Set(stored), new Set(applied))
  },

  async 'a unit whose signal is already aborted is not queued'(bench) {
    await using store = await bench.open()
    const signal = AbortSignal.abort(new Error('stop'))
    const late = store.commit({ commands: [addSource(source('a'))] }, { signal })
    await assert.rejects(late, { code: 'Aborted', applied: 'no', cause: signal.reason })
    assert.equal(await store.position(), 0)
  },

  async 'a unit that waits can be withdrawn, and the one held back behind it gets its place'(bench) {
    await using store = await bench.open({ limits: { queueRowsMax: 1 } })
    const abort = new AbortController()
    const withdrawn = store.commit({ commands: [addSource(source('a'))] }, { signal: abort.signal })
    const behind = store.commit({ commands: [addSource(source('b'))] })
    abort.abort()
    await assert.rejects(withdrawn, { code: 'Aborted', applied: 'no' })
    assert.equal((await behind).position, 1)
    assert.deepEqual(
      (await store.read(allSources({}))).map((row) => row.id),
      ['b'],
    )
  },

  async 'a unit that is held back by a full queue can be withdrawn'(bench) {
    await using store = await bench.open({ limits: { queueRowsMax: 1 } })
    const abort = new AbortController()
    const before = store.commit({ commands: [addSource(source('a'))] })
    const withdrawn = store.commit({ commands: [addSource(source('b'))] }, { signal: abort.signal })
    const after = store.commit({ commands: [addSource(source('c'))] })
    abort.abort()
    await assert.rejects(withdrawn, { code: 'Aborted', applied: 'no' })
    assert.deepEqual([(await before).position, (await after).position], [1, 2])
  },

  async 'a signal that fires after the receipt changes nothing, and is not listened to any more'(bench) {
    await using store = await bench.open()
    const abort = new AbortController()
    const rows = many(20)
    const { signal } = abort
    await Promise.all(rows.map((row) => store.commit({ commands: [addSource(row)] }, { signal })))
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    abort.abort()
    assert.equal((await store.read(allSources({}))).length, 20)
  },

  async 'closing commits everything that was accepted and then refuses'(bench) {
    await using store = await bench.open({ limits: { queueRowsMax: 8 } })
    const rows = many(100)
    const commits = rows.map((row) => store.commit({ commands: [addSource(row)] }))
    const closing = store.close()
    await assert.rejects(store.commit({ commands: [] }), { code: 'Closed', applied: 'no' })
    const receipts = await Promise.all(commits)
    await closing
    assert.equal(receipts.at(-1)?.position, 100)
    await assert.rejects(store.read(allSources({})), { code: 'Closed' })
    await using again = await bench.open()
    assert.equal((await again.read(allSources({}))).length, 100)
  },

  async 'a closed store refuses everything, and closing it again is harmless'(bench) {
    await using store = await bench.open()
    await Promise.all([store.close(), store.close()])
    await store.close()
    await assert.rejects(store.commit({ commands: [] }), { code: 'Closed' })
    await assert.rejects(store.position(), { code: 'Closed' })
    await assert.rejects(store.changes(0, 1), { code: 'Closed' })
    await assert.rejects(store.lostProcesses(), { code: 'Closed' })
    await assert.rejects(store.forgetProcess('nobody'), { code: 'Closed' })
    await assert.rejects(store.hold('a file'), { code: 'Closed' })
    await assert.rejects(store.sql('SELECT 1')[Symbol.asyncIterator]().next(), { code: 'Closed' })
  },

  async 'await using closes the store'(bench) {
    const left = await (async () => {
      await using store = await bench.open()
      await store.commit({ commands: [addSource(source('a'))] })
      return store
    })()
    await assert.rejects(left.commit({ commands: [] }), { code: 'Closed' })
  },

  async 'what is handed over may be changed by its owner afterwards'(bench) {
    await using store = await bench.open()
    const seeds = ['before']
    const body = Uint8Array.of(1)
    const committed = store.commit({
      commands: [
        addSource(source('a', { seeds })),
        putBody({ sha256: 'x', bytes: 1, compression: 'none', body }),
      ],
    })
    seeds[0] = 'after'
    body[0] = 2
    await committed
    assert.deepEqual((await store.read(oneSource({ id: 'a' })))[0]?.seeds, ['before'])
    assert.deepEqual((await store.read(oneBody({ sha256: 'x' })))[0]?.body, Uint8Array.of(1))
  },
}
