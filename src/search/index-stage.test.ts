/** A document and the promise to index it are one unit; the job that keeps the promise leaves nothing behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBus } from '../bus/index.ts'
import { countJobs, startWorker } from '../jobs/index.ts'
import type { Store } from '../store/index.ts'
import { indexKind, indexStage, offerIndex } from './index-stage.ts'
import { indexedDocuments, openStore, write } from './testing/fixture.ts'

const run = 'run'

function work(store: Store) {
  return startWorker({ store, bus: createBus(), run, stages: [{ stage: indexStage, concurrency: 4 }] }).ended
}

function offerOf(document: string, job: string) {
  return offerIndex(run, { id: job, document })
}

test('an offered document is indexed by the worker, and its job is gone afterwards', async (t) => {
  const store = await openStore(t)
  const ids = Array.from({ length: 100 }, (_, index) => `d${String(index).padStart(3, '0')}`)
  for (const id of ids) await store.commit({ commands: [write({ id }), ...offerOf(id, `job-${id}`)] })
  const waiting = await store.read(countJobs({ run }))
  assert.deepEqual(waiting, [{ kind: indexKind, state: 'available', count: 100 }])
  assert.equal(await work(store), 'drained')
  assert.deepEqual(await indexedDocuments(store), { indexed: ids, entries: ids })
  assert.deepEqual(await store.read(countJobs({ run })), [])
})

test('a document is offered once a run, however often it is offered', async (t) => {
  const store = await openStore(t)
  await store.commit({ commands: [write({ id: 'd' }), ...offerOf('d', 'one'), ...offerOf('d', 'two')] })
  assert.deepEqual(await store.read(countJobs({ run })), [{ kind: indexKind, state: 'available', count: 1 }])
})

test('a job whose document was deleted meanwhile completes and indexes nothing', async (t) => {
  const store = await openStore(t)
  await store.commit({ commands: offerOf('deleted', 'job') })
  assert.equal(await work(store), 'drained')
  assert.deepEqual(await store.read(countJobs({ run })), [])
  assert.deepEqual(await indexedDocuments(store), { indexed: [], entries: [] })
})
