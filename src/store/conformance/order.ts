/** One order of texts on every backend: that of their UTF-8 bytes, for ORDER BY, for comparing, and for going on after. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Store } from '../contract.ts'
import type { Cases } from './bench.ts'
import { addSource, allSources, putSource, source } from './declared.ts'
import { idRange, sourcesAfter } from './declared-values.ts'
import { toPortable } from '../portable-text.ts'
import { anyText } from './trap-texts.ts'

/** In their order; locales would have them otherwise, and UTF-16 units the last of them. */
const ordered = [
  '',
  ' ',
  '!',
  '-a',
  '10',
  '9',
  'A',
  'B',
  'Z',
  '_a',
  'a',
  'a b',
  'a-b',
  'aB',
  'aa',
  'ab',
  'b',
  'e\u0301',
  'z',
  '\u007f',
  '\u0080',
  'Ä',
  'É',
  'ß',
  'ä',
  'é',
  'ı',
  'я',
  'か',
  'カ',
  '中',
  '\ue000',
  'ﬀ',
  '\ufffd',
  '\u{10000}',
  '😀',
  '\u{10ffff}',
]

const byBytes = (a: string, b: string) =>
  Buffer.compare(Buffer.from(toPortable(a)), Buffer.from(toPortable(b)))

/** All ids, read in pages, each after the last id of the one before. */
async function pagedIds(store: Store, first: string, limit: number): Promise<readonly string[]> {
  const ids: string[] = [first]
  for (;;) {
    const page = await store.read(sourcesAfter({ after: ids.at(-1) ?? '', limit }))
    if (page.length === 0) return ids
    ids.push(...page.map((row) => row.id))
    assert.ok(ids.length <= 10_000, 'pages without end')
  }
}

/** Order. */
export const orderCases: Cases = {
  async 'ids are ordered by their UTF-8 bytes, and paging by the last id passes none over and none twice'(
    bench,
  ) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource.all(ordered.toReversed().map((id) => source(id)))] })
    const ids = (await store.read(allSources({}))).map((row) => row.id)
    assert.deepEqual(ids, ordered)
    for (const limit of [1, 2, 7]) assert.deepEqual(await pagedIds(store, '', limit), ordered)
  },

  async 'changes of one position are ordered the same way'(bench) {
    await using store = await bench.open()
    await store.commit({ commands: [addSource.all(ordered.toReversed().map((id) => source(id)))] })
    assert.deepEqual(
      (await store.changes(0, 1_000)).map((change) => change.id),
      ordered,
    )
  },

  async 'least, most and ranges follow that order, and texts that look alike are not the same'(bench) {
    await using store = await bench.open()
    const rows = ordered.map((id) => source(id, { kind: id }))
    await store.commit({ commands: [addSource.all(rows)] })
    for (const from of ['Z', 'a', 'é', '\ufffd']) {
      const within = ordered.length - ordered.indexOf(from) - 1
      assert.deepEqual(await store.read(idRange({ from, to: '\u{10ffff}' })), [
        { least: '', most: '\u{10ffff}', within, kinds: ordered.length },
      ])
    }
  },

  async 'any ids are read in the order of their stored bytes, however they are paged'(bench) {
    await using store = await bench.open()
    const ids = new Set<string>([''])
    await store.commit({ commands: [addSource(source(''))] })
    const property = fc.asyncProperty(fc.array(anyText, { maxLength: 6 }), async (more) => {
      for (const id of more) ids.add(id)
      await store.commit({
        commands: [putSource.all(more.map((id) => source(id)))],
        durability: 'crash-safe',
      })
      assert.deepEqual(await pagedIds(store, '', 50), [...ids].toSorted(byBytes))
    })
    await fc.assert(property, { numRuns: 40 })
  },
}
