/** A Markdown file says where it is from in front matter that can not be read as anything else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { DocumentLine } from '../../export/index.ts'
import { collect, commitEach, openStore, writeBoth } from '../../testing/fixture.ts'
import { exportRows } from '../../export/index.ts'
import { frontMatter } from './front-matter.ts'
import { markdownEntries } from './markdown-entries.ts'

async function* one(document: DocumentLine): AsyncGenerator<DocumentLine> {
  yield document
}

test('a document is a file with front matter, of what is known, and its text', async (t) => {
  const { store } = await openStore(t)
  const title = 'a: "b"\n--- #c'
  await commitEach(store, [writeBoth('a/b', { title, text: 'one\0two\n\n', publishedAt: 0 })])
  const [entry] = await collect(markdownEntries({ rows: exportRows(store, { kind: 'documents' }) }))
  assert.match(entry?.path ?? '', /^documents\/site\.test\/a\/b-[\da-f]{32}\.md$/)
  const lines = String(Buffer.from(entry?.content ?? '')).split('\n')
  assert.deepEqual(lines.slice(0, 8), [
    '---',
    'title: "a: \\"b\\"\\n--- #c"',
    'url: "https://site.test/a/b"',
    'authors: ["A. Author"]',
    'publishedAt: "1970-01-01T00:00:00.000Z"',
    'language: "en"',
    'wordCount: 0',
    'fetchedAt: "2024-02-29T12:30:45.678Z"',
  ])
  assert.deepEqual(lines.slice(-4), ['---', '', 'one\ufffdtwo', ''])
})

test('Markdown is preferred to plain text where a document has it', async () => {
  const document = { url: 'https://site.test/', text: 'plain', markdown: '# rich' }
  const [entry] = await collect(markdownEntries({ rows: one(document as unknown as DocumentLine) }))
  assert.match(String(Buffer.from(entry?.content ?? '')), /---\n\n# rich\n$/)
})

test('front matter is as many lines as it has fields, each a name and JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (authors, title) => {
      const text = frontMatter({ title, nothing: null, authors, tags: [] })
      // All that YAML takes for the end of a line.
      const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/)
      assert.equal(lines.length, authors.length > 0 ? 5 : 4)
      assert.deepEqual(JSON.parse((lines[1] ?? '').slice('title: '.length)), title)
      if (authors.length > 0)
        assert.deepEqual(JSON.parse((lines[2] ?? '').slice('authors: '.length)), authors)
    }),
  )
})
