/** Clusters are the connected parts of what is near: by brute force, in any order, after deletions and by two processes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  assert as holds,
  asyncProperty,
  constantFrom,
  integer,
  record,
  tuple,
  uniqueArray,
} from 'fast-check'
import type { Store } from '../../store/index.ts'
import { deleteRunPages } from '../history/index.ts'
import { EXACT, fingerprintOf, NEAR_BITS_MAX, type Fingerprint } from './fingerprint.ts'
import { rejoinClusters } from './join.ts'
import { distance, SIMHASH_VERSION, type Bits } from './simhash.ts'
import { openStore, openTwice, partition, put, type Given } from './testing/fixture.ts'
import { edited, proseWords } from './testing/prose.ts'

const bitsOf = ({ a, b, c, d }: Fingerprint): Bits => [a, b, c, d]

const BASE: Bits = [0x00000000, 0xffffffff, 0x12345678, 0x80000001]

/** The fingerprint whose bits differ from BASE in the places named. */
function flipped(places: readonly number[]): Fingerprint {
  const [a, b, c, d] = BASE.map((band, index) =>
    places
      .filter((place) => place >> 5 === index)
      .reduce((bits, place) => (bits ^ (1 << (place & 31))) >>> 0, band),
  ) as unknown as Bits
  return { algorithm: SIMHASH_VERSION, a, b, c, d }
}

/** Documents of these fingerprints, each with a text of its own. */
function documentsOf(fingerprints: readonly Fingerprint[]): readonly Given[] {
  return fingerprints.map((fingerprint, index) => {
    const url = `https://site/${String(index).padStart(3, '0')}`
    return { url, text: url, fingerprint }
  })
}

function fingerprintIn(given: Given): Fingerprint {
  return given.fingerprint ?? fingerprintOf(given.text)
}

function isNear(one: Fingerprint, other: Fingerprint): boolean {
  const bitsMax = one.algorithm === EXACT ? 0 : NEAR_BITS_MAX
  return one.algorithm === other.algorithm && distance(bitsOf(one), bitsOf(other)) <= bitsMax
}

/** What must come out: every pair is compared. */
function connected(documents: readonly Given[]): readonly (readonly string[])[] {
  const label = documents.map((_, index) => index)
  documents.forEach((one, i) =>
    documents.forEach((other, j) => {
      if (!isNear(fingerprintIn(one), fingerprintIn(other))) return
      const [from, to] = [label[i], label[j]]
      label.forEach((known, k) => (label[k] = known === from ? (to as number) : known))
    }),
  )
  const groups = Map.groupBy(documents, (_, index) => label[index])
  return [...groups.values()].map((group) => group.map(({ url }) => url))
}

/** Of few places, so that many of a crowd are near each other, and some hold others together. */
const places = uniqueArray(
  integer({ min: 0, max: 11 }).map((place) => place * 11),
  { maxLength: 9 },
)

/** Fingerprints around one, so that many pairs differ in 2, 3, 4 and 5 bits, in one band or in several. */
const crowd = array(
  record({
    flips: places,
    algorithm: constantFrom(SIMHASH_VERSION, SIMHASH_VERSION, SIMHASH_VERSION + 1, 0),
  }).map(({ flips, algorithm }) => ({ ...flipped(flips), algorithm })),
  { minLength: 2, maxLength: 25 },
)

/** The same crowd, and an order of arrival. */
const arrivals = crowd.chain((fingerprints) => {
  const documents = documentsOf(fingerprints)
  return tuple(
    array(integer(), { minLength: documents.length, maxLength: documents.length }),
    integer({ min: 0, max: documents.length }),
  ).map(([keys, cut]) => {
    const order = documents.map((_, index) => index).toSorted((x, y) => (keys[x] ?? 0) - (keys[y] ?? 0))
    return { documents, cut, arriving: order.map((index) => documents[index] as Given) }
  })
})

const RUNS = { numRuns: 60 }

async function clear(store: Store, run = 'run'): Promise<void> {
  while ((await store.commit({ commands: [deleteRunPages({ run, limit: 1_000 })] })).results[0].changed > 0);
}

test('two texts are in one cluster exactly when they differ in at most three bits, wherever those are', async (t) => {
  const store = await openStore(t)
  const flips = uniqueArray(integer({ min: 0, max: 127 }), { maxLength: 5 })
  await holds(
    asyncProperty(flips, async (places) => {
      await put(store, documentsOf([flipped([]), flipped(places)]))
      assert.equal((await partition(store)).length, places.length <= NEAR_BITS_MAX ? 1 : 2)
      await clear(store)
    }),
    { numRuns: 150 },
  )
})

test('clusters are the connected parts that brute force finds, in whatever order the documents come', async (t) => {
  const store = await openStore(t)
  await holds(
    asyncProperty(arrivals, async ({ documents, arriving }) => {
      await put(store, arriving)
      assert.deepEqual(await partition(store), connected(documents))
      await clear(store)
      assert.deepEqual(await partition(store), [])
    }),
    RUNS,
  )
})

test('after a run is deleted the clusters are those of what stays, as if it had never been', async (t) => {
  const store = await openStore(t)
  // Far from all others, and there before them: no cluster that is torn has the first number.
  const [apart] = documentsOf([flipped([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])]) as [Given]
  const bystander = { ...apart, url: 'https://apart/', run: 'other' }
  await put(store, [bystander])
  await holds(
    asyncProperty(arrivals, async ({ documents, arriving, cut }) => {
      const gone = new Set(arriving.slice(0, cut))
      await put(
        store,
        arriving.map((given) => ({ ...given, run: gone.has(given) ? 'gone' : 'run' })),
      )
      await clear(store, 'gone')
      await rejoinClusters(store)
      const kept = documents.filter((given) => !gone.has(given))
      assert.deepEqual(await partition(store), connected([bystander, ...kept]))
      await clear(store)
    }),
    RUNS,
  )
})

test('what a deletion left to be joined finds its cluster although documents came in between', async (t) => {
  const store = await openStore(t)
  const chain = documentsOf(
    [0, 3, 6, 9, 12].map((bits) => flipped(Array.from({ length: bits }, (_, place) => place * 9))),
  )
  const [first, second, middle, fourth, last] = chain as [Given, Given, Given, Given, Given]
  await put(store, [first, second, { ...middle, run: 'gone' }, fourth])
  await clear(store, 'gone')
  assert.deepEqual(await partition(store), [[null, first.url, second.url, fourth.url]])
  await put(store, [last])
  await rejoinClusters(store)
  assert.deepEqual(await partition(store), connected([first, second, fourth, last]))
  await put(store, [middle])
  assert.deepEqual(await partition(store), [chain.map(({ url }) => url)])
})

test('two processes that write at once form the same clusters as one', async (t) => {
  const [one, other] = await openTwice(t)
  const documents = documentsOf(
    Array.from({ length: 60 }, (_, index) => flipped(Array.from({ length: index * 2 }, (_, place) => place))),
  )
  await Promise.all([
    put(
      one,
      documents.filter((_, index) => index % 2 === 0),
    ),
    put(
      other,
      documents.filter((_, index) => index % 2 === 1),
    ),
  ])
  assert.deepEqual(await partition(one), [documents.map(({ url }) => url)])
})

test('a cluster is named by its least fingerprint', async (t) => {
  const store = await openStore(t)
  const [high, low] = documentsOf([flipped([]), flipped([127])]) as [Given, Given]
  await put(store, [high, low])
  await put(store, [{ ...low, url: 'https://site/again' }])
  const named = []
  for await (const chunk of store.sql('SELECT DISTINCT cluster, members FROM duplicates_latest'))
    named.push(...chunk.rows)
  const { a, b, c, d } = flipped([127])
  assert.deepEqual(named, [[[a, b, c, d].map((band) => band.toString(16).padStart(8, '0')).join(''), 3]])
})

test('a document that is added a second time without a change alters nothing', async (t) => {
  const store = await openStore(t)
  const [given] = documentsOf([flipped([])])
  await put(store, [given as Given])
  const before = await store.position()
  await put(store, [{ ...(given as Given), run: 'later' }])
  assert.ok((await store.position()) > before)
  assert.deepEqual(await partition(store), [['https://site/000']])
})

test('of edited prose the same pairs are found as by comparing every two', async (t) => {
  const store = await openStore(t)
  const texts = Array.from({ length: 40 }, (_, seed) => proseWords(seed % 10, 120 + seed))
    .map((words, index) => edited(words, index % 7, index))
    .map((words) => words.join(' '))
  const documents = documentsOf(texts.map(fingerprintOf)).map((given, index) => ({
    ...given,
    text: texts[index] ?? '',
  }))
  await put(store, documents)
  assert.deepEqual(await partition(store), connected(documents))
})
