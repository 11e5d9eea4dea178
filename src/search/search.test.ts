/** What a person types is found where it stands, best first, and never breaks anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isMillraceError } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { indexDocuments } from './index-document.ts'
import { HITS_MAX, search } from './search.ts'
import { openStore, write, type Written } from './testing/fixture.ts'

const usage = (error: unknown) => isMillraceError(error, 'Usage')

async function fill(store: Store, documents: readonly Written[]): Promise<void> {
  const writes = documents.map(write)
  await store.commit({
    commands: [...writes, indexDocuments({ documents: documents.map(({ id }) => id) })],
  })
}

async function found(store: Store, typed: string): Promise<string[]> {
  const hits = await search(store, typed, 10)
  return hits.map((hit) => hit.url.slice('https://site.test/'.length)).toSorted()
}

test('the best hit comes first: a word in the title counts more than one in the text', async (t) => {
  const store = await openStore(t)
  const filler = 'and some other words that make each text of the same length'
  await fill(store, [
    { id: 'text', title: 'Bread', text: `a mill ${filler}` },
    { id: 'title', title: 'Mill', text: `a baker ${filler}` },
    { id: 'neither', title: 'Ovens', text: `a stove ${filler}` },
    { id: 'none', title: 'Flour', text: `a sack ${filler}` },
    { id: 'other', title: 'Yeast', text: `a jar ${filler}` },
  ])
  const hits = await search(store, 'mill', 10)
  assert.deepEqual(
    hits.map((hit) => hit.title),
    ['Mill', 'Bread'],
  )
  const [best, second] = hits.map((hit) => hit.score)
  assert.ok(best !== undefined && second !== undefined && best > second && second > 0, `${best} ${second}`)
})

test('no more hits come than were asked for', async (t) => {
  const store = await openStore(t)
  await fill(store, [
    { id: 'a', text: 'mill' },
    { id: 'b', text: 'mill mill mill' },
    { id: 'c', text: 'mill and a long way to nowhere' },
  ])
  const all = await search(store, 'mill', 3)
  assert.equal(all.length, 3)
  assert.deepEqual(await search(store, 'mill', 2), all.slice(0, 2))
})

test('all words must occur; words in quotes must follow each other; a star stands for any ending', async (t) => {
  const store = await openStore(t)
  await fill(store, [
    { id: 'near', text: 'the river mill turns' },
    { id: 'far', text: 'a mill far from any river' },
    { id: 'long', text: 'the riverside' },
  ])
  assert.deepEqual(await found(store, 'river mill'), ['far', 'near'])
  assert.deepEqual(await found(store, '"river mill"'), ['near'])
  assert.deepEqual(await found(store, 'river*'), ['far', 'long', 'near'])
  assert.deepEqual(await found(store, '"the river"*'), ['long', 'near'])
  assert.deepEqual(await found(store, 'river mil'), [])
  assert.deepEqual(await found(store, '"mill river'), ['far', 'near'], 'an open quote is passed over')
})

test("FTS5's operators and punctuation are nothing but words", async (t) => {
  const store = await openStore(t)
  await fill(store, [
    { id: 'plain', text: 'title mill wheel' },
    { id: 'words', text: 'to be or not to be, near and far' },
    { id: 'dash', text: 'a water-wheel at example.com' },
  ])
  assert.deepEqual(await found(store, 'mill OR far'), [])
  assert.deepEqual(await found(store, 'or NOT'), ['words'])
  assert.deepEqual(await found(store, 'NEAR AND'), ['words'])
  assert.deepEqual(await found(store, 'title:mill'), ['plain'], 'no column filter, but both words in a row')
  assert.deepEqual(await found(store, 'text:mill'), [])
  assert.deepEqual(await found(store, 'water-wheel'), ['dash'])
  assert.deepEqual(await found(store, '(wheel) - ^'), ['dash', 'plain'])
  assert.deepEqual(await found(store, '---'), [])
})

test('case and accents do not matter', async (t) => {
  const store = await openStore(t)
  await fill(store, [{ id: 'a', text: 'Crème BRÛLÉE' }])
  assert.deepEqual(await found(store, 'creme brulée'), ['a'])
})

test('a snippet marks what was found, with the marks that were asked for', async (t) => {
  const store = await openStore(t)
  const far = Array.from({ length: 100 }, (_, index) => `w${index}`).join(' ')
  await fill(store, [{ id: 'a', title: 'On mills', text: `${far} the river turns ${far}` }])
  const [plain] = await search(store, 'river', 1)
  assert.match(plain?.snippet ?? '', /^….*w99 the \[river\] turns w0 .*…$/)
  const [marked] = await search(store, 'river', 1, ['<b>', '</b>'])
  assert.match(marked?.snippet ?? '', / the <b>river<\/b> turns /)
})

test('a snippet comes from the text, and from the title when only that was hit, though the text holds a mark', async (t) => {
  const store = await openStore(t)
  await fill(store, [{ id: 'a', title: 'On mills', text: 'a [bracket] and mills of water' }])
  const [inBoth] = await search(store, 'mills', 1)
  assert.equal(inBoth?.snippet, 'a [bracket] and [mills] of water')
  const [inTitle] = await search(store, 'on', 1)
  assert.equal(inTitle?.snippet, '[On] mills')
})

test('what the store escapes comes back as it was, in title and snippet, also beside a mark', async (t) => {
  const store = await openStore(t)
  const text = 'nul \0 sub \u001a lone \ud800 mill \u001a\u001a[x] \u001a0 end\0fine'
  await fill(store, [{ id: 'a', title: 'T\0\u001a\udfff', text }])
  const [hit] = await search(store, 'mill', 1)
  assert.equal(hit?.title, 'T\0\u001a\udfff')
  assert.equal(hit.snippet, text.replace('mill', '[mill]'))
  const [beside] = await search(store, '\0fine', 1)
  assert.equal(beside?.snippet, text.replace('fine', '[fine]'))
})

test('nothing to search for, too much of it, or an impossible limit is a Usage error', async (t) => {
  const store = await openStore(t)
  for (const typed of ['', '  \n', '""', '"', '*', '" " **', 'x'.repeat(1_001)]) {
    await assert.rejects(search(store, typed, 1), usage, JSON.stringify(typed))
  }
  for (const limit of [0, -1, 1.5, HITS_MAX + 1, Number.NaN]) {
    await assert.rejects(search(store, 'mill', limit), usage, String(limit))
  }
})

test('nothing that can be typed fails in any other way', async (t) => {
  const store = await openStore(t)
  await fill(store, [{ id: 'a', title: 'a b c', text: 'a b c and or not near 0 1 2 \u001a' }])
  const hostile = fc.constantFrom(
    '"',
    '*',
    ' ',
    '\0',
    '\u001a',
    '^',
    ':',
    '-',
    '+',
    '(',
    ')',
    '{',
    '}',
    ',',
    "'",
    'a',
  )
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(fc.oneof(hostile, fc.constantFrom('NEAR', 'AND', 'OR', 'NOT', '\ud800')), { maxLength: 40 })
      .map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme' }),
  )
  await fc.assert(
    fc.asyncProperty(typed, async (words) => {
      try {
        assert.ok((await search(store, words, 5)).length <= 1)
      } catch (error) {
        assert.ok(usage(error), `${JSON.stringify(words)}: ${String(error)}`)
        assert.match(words, /^[\s"*]*$/)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('the longest question that is taken is answered', async (t) => {
  const store = await openStore(t)
  await fill(store, [{ id: 'a', text: 'a' }])
  assert.deepEqual(await found(store, 'a '.repeat(500)), ['a'])
  assert.deepEqual(await found(store, 'b* '.repeat(333)), [])
})

test('a page that says one word without end is found as fast as any other', async (t) => {
  const store = await openStore(t)
  const words = 'mill '.repeat(600_000)
  await fill(store, [
    { id: 'a', title: 'endless', text: `first river then ${words}` },
    { id: 'b', title: words, text: 'a river' },
  ])
  const snippets = (await search(store, 'mill', 10)).map((hit) => hit.snippet)
  assert.equal(snippets.length, 2)
  for (const snippet of snippets) assert.match(snippet, /^(first river then )?\[mill\] \[mill\] .*…$/)
  const [found] = await search(store, 'first river', 10)
  assert.match(found?.snippet ?? '', /^\[first\] \[river\] then mill/)
})

test('of a text too long to look at whole, the part is shown where the first word stands', async (t) => {
  const store = await openStore(t)
  await fill(store, [{ id: 'a', text: `${'and so on '.repeat(100_000)}the River turns` }])
  const [hit] = await search(store, 'river', 1)
  assert.equal(hit?.snippet.slice(0, 1), '…')
  assert.match(hit?.snippet ?? '', /so on the \[River\] turns$/)
})
