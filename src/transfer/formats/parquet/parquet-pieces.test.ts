/** Parquet as another program reads it: typed, and reversible to the last character. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { parquetMetadata, parquetReadObjects, parquetSchema as readSchema } from 'hyparquet'
import { toPortable } from '../../../store/index.ts'
import type { DocumentLine, ExportKind, ExportLines } from '../../export/index.ts'
import { collect } from '../../testing/fixture.ts'
import { GROUP_CHARS_MAX, GROUP_ROWS_MAX, parquetPieces } from './parquet-pieces.ts'

const document: DocumentLine = {
  id: 'd',
  url: 'https://site.test/',
  canonicalUrl: null,
  title: 't',
  text: 'x',
  language: null,
  publishedAt: '1969-12-31T23:59:59.999Z',
  modifiedAt: null,
  authors: ['A', ''],
  fetchedAt: '2024-02-29T12:30:45.678Z',
  sha256: 'a',
  rawSha256: 'b',
  source: 's',
  run: 'r',
  needsJavascript: true,
  links: [],
  metadata: { a: [1, null, '\0'] },
  markdown: '# x',
  html: null,
  description: null,
  leadImage: null,
  wordCount: 1,
  categories: ['c'],
  tags: [],
  goneAt: null,
  cluster: '00ff',
  isCanonical: false,
  duplicateOf: 'https://site.test/one',
}

const about = { run: null, position: 7, millrace: '1.2.3' }

async function written(kind: ExportKind, ...rows: readonly ExportLines[ExportKind][]): Promise<ArrayBuffer> {
  async function* each() {
    yield* rows
  }
  const pieces = await collect(parquetPieces({ kind, rows: each(), ...about }))
  const whole = Buffer.concat(pieces)
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.byteLength)
}

function read(file: ArrayBuffer) {
  return parquetReadObjects({
    file,
    compressors: { ZSTD: (page: Uint8Array) => new Uint8Array(zstdDecompressSync(page)) },
  })
}

test('a document comes back as it was, times as instants', async () => {
  const [row] = await read(await written('documents', document))
  assert.deepEqual(row, {
    ...document,
    publishedAt: new Date(-1),
    fetchedAt: new Date(document.fetchedAt),
    wordCount: 1n,
  })
})

test('the columns have types that other programs know', async () => {
  const file = await written('documents', document)
  const columns = readSchema(parquetMetadata(file)).children.map(({ element, children }) => {
    const { name, type, converted_type, repetition_type } = element
    const of = children[0]?.children[0]?.element.converted_type
    return `${name} ${repetition_type} ${converted_type ?? type}${of === undefined ? '' : ` of ${of}`}`
  })
  const expected = [
    'id REQUIRED UTF8',
    'url REQUIRED UTF8',
    'canonicalUrl OPTIONAL UTF8',
    'title REQUIRED UTF8',
    'text REQUIRED UTF8',
    'language OPTIONAL UTF8',
    'publishedAt OPTIONAL TIMESTAMP_MILLIS',
    'modifiedAt OPTIONAL TIMESTAMP_MILLIS',
    'authors REQUIRED LIST of UTF8',
    'fetchedAt REQUIRED TIMESTAMP_MILLIS',
    'sha256 REQUIRED UTF8',
    'rawSha256 REQUIRED UTF8',
    'source REQUIRED UTF8',
    'run REQUIRED UTF8',
    'needsJavascript REQUIRED BOOLEAN',
    'links REQUIRED LIST of UTF8',
    'metadata OPTIONAL JSON',
  ]
  assert.deepEqual(
    columns.filter((column) => expected.includes(column)),
    expected,
  )
  const times = readSchema(parquetMetadata(file)).children.find(({ element }) => element.name === 'fetchedAt')
  assert.deepEqual(times?.element.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' })
})

test('any text comes back by the escape that the file names', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.string()), async (odd, authors) => {
      const title = `${odd}\0\ud800\u001a`
      const [row] = await read(await written('documents', { ...document, title, authors }))
      assert.equal(row?.['title'], toPortable(title))
      assert.deepEqual(row?.['authors'], authors.map(toPortable))
    }),
    { numRuns: 50 },
  )
  const pairs = parquetMetadata(await written('documents')).key_value_metadata
  const escape = pairs?.find(({ key }) => key === 'millrace.escape')?.value
  assert.match(escape ?? '', /U\+001A/)
})

test('what is no text in a list is its JSON', async () => {
  const links = [{ url: 'https://site.test/', nofollow: false }, 'https://site.test/b']
  const [row] = await read(await written('documents', { ...document, links }))
  assert.deepEqual(row?.['links'], ['{"url":"https://site.test/","nofollow":false}', 'https://site.test/b'])
})

test('no row is a file with columns and no row', async () => {
  for (const kind of ['pages', 'documents'] as const) {
    const file = await written(kind)
    assert.deepEqual(await read(file), [])
    assert.ok(readSchema(parquetMetadata(file)).children.length > 10)
  }
})

test('a group is full at so many rows or so much text, and all rows come back in order', async () => {
  const small = Array.from({ length: GROUP_ROWS_MAX + 1 }, (_, index) => ({ ...document, id: `${index}` }))
  const text = 'x'.repeat(GROUP_CHARS_MAX / 2)
  const large = ['a', 'b', 'c'].map((id) => ({ ...document, id, text }))
  const file = await written('documents', ...small, ...large)
  const groups = parquetMetadata(file).row_groups.map((group) => Number(group.num_rows))
  assert.deepEqual(groups, [GROUP_ROWS_MAX, 2, 1, 1])
  const ids = (await read(file)).map((row) => row['id'] as string)
  assert.deepEqual(
    ids,
    [...small, ...large].map((row) => row.id),
  )
})

test('the same rows give the same bytes', async () => {
  const [one, two] = [await written('documents', document), await written('documents', document)]
  assert.deepEqual(Buffer.from(one), Buffer.from(two))
})
