/** Documents without a fingerprint get one, and what is missing or odd is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../store/index.ts'
import { fillInFingerprints, fingerprintGaps } from './fill-in.ts'
import { openStore, partition, put } from './testing/fixture.ts'
import { proseWords } from './testing/prose.ts'

function harm(name: string, sql: string) {
  return command({ name: `harm.${name}`, params: {}, statements: [{ sql }] })
}

const older = command({
  name: 'harm.older',
  params: {},
  statements: [{ sql: 'DELETE FROM document_fingerprints' }, { sql: 'DELETE FROM fingerprints' }],
})
const torn = harm('torn', 'UPDATE fingerprints SET cluster = NULL')
const astray = harm('astray', 'UPDATE fingerprints SET cluster = 1000 WHERE number = 1')
const harmful = [older, torn, astray].map((made) => made.definition)

const documents = Array.from({ length: 45 }, (_, index) => ({
  url: `https://site/${String(index).padStart(2, '0')}`,
  text: proseWords(index % 30, 20 + 2 * (index % 30)).join(' '),
}))

test('a database that is older than fingerprints gets the clusters it would have', async (t) => {
  const store = await openStore(t, harmful)
  await put(store, documents)
  const clusters = await partition(store)
  assert.equal(clusters.length, 30)
  await store.commit({ commands: [older({})] })
  assert.deepEqual(await fingerprintGaps(store), { without: 45, waiting: 0, astray: 0 })
  assert.equal(await fillInFingerprints(store), 45)
  assert.deepEqual(await partition(store), clusters)
  assert.equal(await fillInFingerprints(store), 0)
  assert.deepEqual(await fingerprintGaps(store), { without: 0, waiting: 0, astray: 0 })
})

test('clusters that are lost are made anew', async (t) => {
  const store = await openStore(t, harmful)
  await put(store, documents)
  const clusters = await partition(store)
  await store.commit({ commands: [torn({})] })
  assert.deepEqual(await fingerprintGaps(store), { without: 0, waiting: 30, astray: 0 })
  await fillInFingerprints(store)
  assert.deepEqual(await partition(store), clusters)
})

test('a cluster that nothing names is told', async (t) => {
  const store = await openStore(t, harmful)
  await put(store, documents)
  await store.commit({ commands: [astray({})] })
  assert.equal((await fingerprintGaps(store)).astray, 1)
})
