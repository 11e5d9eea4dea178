/** Full text holds the newest version of each URL, once, whatever order the index jobs run in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Store } from '../store/index.ts'
import { forgetIndexed, indexDocuments } from './index-document.ts'
import { search } from './search.ts'
import { checkFullText, deleteDocument, indexedDocuments, openStore, write } from './testing/fixture.ts'

const URL_A = 'https://site.test/a'

async function found(store: Store, words: string): Promise<string[]> {
  return (await search(store, words, 10)).map((hit) => hit.url)
}

async function assertIndexed(store: Store, ids: readonly string[]) {
  assert.deepEqual(await indexedDocuments(store), { indexed: ids, entries: ids })
  await store.commit({ commands: [checkFullText({})] })
}

test('a document is found once it is indexed, and not before', async (t) => {
  const store = await openStore(t)
  await store.commit({ commands: [write({ id: 'a', title: 'River mills', text: 'Water turns the wheel' })] })
  assert.deepEqual(await found(store, 'wheel'), [])
  await store.commit({ commands: [indexDocuments({ documents: ['a'] })] })
  assert.deepEqual(await found(store, 'wheel'), [URL_A])
  assert.deepEqual(await found(store, 'river'), [URL_A])
  await assertIndexed(store, ['a'])
})

test('indexing a document twice is indexing it once: no hit, no score, no count changes', async (t) => {
  const store = await openStore(t)
  const names = ['a', 'b', 'c', 'd', 'e']
  const writes = names.map((id) => write({ id, text: `word-${id} mill` }))
  const all = indexDocuments({ documents: names })
  await store.commit({ commands: [...writes, all] })
  const before = await search(store, '"word a" mill', 10)
  await store.commit({ commands: [all, all] })
  assert.deepEqual(await search(store, '"word a" mill', 10), before)
  await assertIndexed(store, names)
  await store.commit({ commands: [forgetIndexed({ document: 'a' })] })
  await assertIndexed(store, names.slice(1))
  assert.deepEqual(await found(store, '"word a"'), [])
})

test('a newer version takes the place of the older one, whose words are gone', async (t) => {
  const store = await openStore(t)
  await store.commit({
    commands: [write({ id: 'v1', url: URL_A, text: 'old words' }), indexDocuments({ documents: ['v1'] })],
  })
  await store.commit({ commands: [write({ id: 'v2', url: URL_A, text: 'new words' })] })
  await store.commit({ commands: [indexDocuments({ documents: ['v2'] })] })
  assert.deepEqual(await found(store, 'old'), [])
  assert.deepEqual(await found(store, 'new'), [URL_A])
  await assertIndexed(store, ['v2'])
})

test('an index job of an older version that comes late does not replace the newer one', async (t) => {
  const store = await openStore(t)
  await store.commit({ commands: [write({ id: 'v1', url: URL_A, text: 'old' })] })
  await store.commit({ commands: [write({ id: 'v2', url: URL_A, text: 'new' })] })
  await store.commit({
    commands: [indexDocuments({ documents: ['v2'] }), indexDocuments({ documents: ['v1'] })],
  })
  await assertIndexed(store, ['v2'])
  assert.deepEqual(await found(store, 'new'), [URL_A])
})

test('versions of one URL do not touch those of another', async (t) => {
  const store = await openStore(t)
  const all = indexDocuments({ documents: ['a', 'b'] })
  await store.commit({ commands: [write({ id: 'a', text: 'same' }), write({ id: 'b', text: 'same' }), all] })
  await assertIndexed(store, ['a', 'b'])
})

test('a document that does not exist is neither indexed nor forgotten', async (t) => {
  const store = await openStore(t)
  await store.commit({
    commands: [indexDocuments({ documents: ['none'] }), forgetIndexed({ document: 'none' })],
  })
  await assertIndexed(store, [])
})

test('forgetting an older version leaves the entry of the newer one', async (t) => {
  const store = await openStore(t)
  await store.commit({ commands: [write({ id: 'v1', url: URL_A, text: 'old' })] })
  await store.commit({ commands: [write({ id: 'v2', url: URL_A, text: 'new' })] })
  const commands = [indexDocuments({ documents: ['v2'] }), forgetIndexed({ document: 'v1' })]
  await store.commit({ commands })
  await assertIndexed(store, ['v2'])
})

test('after the newest version is forgotten and deleted, the older one can be indexed in the same unit', async (t) => {
  const store = await openStore(t)
  await store.commit({ commands: [write({ id: 'v1', url: URL_A, text: 'old' })] })
  await store.commit({
    commands: [write({ id: 'v2', url: URL_A, text: 'new' }), indexDocuments({ documents: ['v2'] })],
  })
  const document = 'v2'
  await store.commit({
    commands: [
      forgetIndexed({ document }),
      deleteDocument({ document }),
      indexDocuments({ documents: ['v1'] }),
    ],
  })
  await assertIndexed(store, ['v1'])
  assert.deepEqual(await found(store, 'old'), [URL_A])
  assert.deepEqual(await found(store, 'new'), [])
})

interface Step {
  readonly does: 'write' | 'index' | 'drop'
  readonly url: number
  readonly pick: number
}

/** What full text must hold: per URL the versions that exist, oldest first, and the one that is indexed. */
class Model {
  readonly versions: string[][] = [[], [], []]
  readonly indexed: (string | undefined)[] = [undefined, undefined, undefined]
  #written = 0

  commandsOf({ does, url, pick }: Step) {
    const versions = this.versions[url] ?? []
    const document = versions[pick % Math.max(1, versions.length)]
    if (does === 'write') {
      const id = `d${String(this.#written++).padStart(3, '0')}`
      versions.push(id)
      return [write({ id, url: `https://site.test/${url}`, text: `words of ${id}` })]
    }
    if (document === undefined) return []
    if (does === 'index') {
      this.indexed[url] = versions.at(-1)
      return [indexDocuments({ documents: [document] })]
    }
    versions.splice(versions.indexOf(document), 1)
    if (this.indexed[url] === document) this.indexed[url] = undefined
    return [forgetIndexed({ document }), deleteDocument({ document })]
  }
}

test('any sequence of writing, indexing and deleting leaves exactly the entries it should', async (t) => {
  const store = await openStore(t)
  const step = fc.record({
    does: fc.constantFrom('write', 'write', 'index', 'drop'),
    url: fc.integer({ min: 0, max: 2 }),
    pick: fc.nat(9),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const model = new Model()
      for (const taken of steps) await store.commit({ commands: model.commandsOf(taken) })
      await assertIndexed(store, model.indexed.filter((id) => id !== undefined).toSorted())
      const left = model.versions.flat().map((document) => ({ document }))
      await store.commit({ commands: [forgetIndexed.all(left), deleteDocument.all(left)] })
      await assertIndexed(store, [])
    }),
    { numRuns: 40 },
  )
})
