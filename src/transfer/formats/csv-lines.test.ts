/** CSV that any reader of RFC 4180 takes, and no spreadsheet runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { collect } from '../testing/fixture.ts'
import { csvLines } from './csv-lines.ts'
import type { DocumentLine, PageLine } from '../export/index.ts'

const page: PageLine = {
  id: 'p',
  url: 'https://site.test/',
  status: 200,
  contentType: null,
  headers: {},
  remoteAddress: '',
  fetchedAt: '2024-02-29T12:30:45.678Z',
  durationMs: 1,
  bytes: 2,
  rawSha256: null,
  redirectTo: null,
  note: null,
  document: null,
  source: 's',
  run: 'r',
  change: null,
}

const document: DocumentLine = {
  id: 'd',
  url: 'https://site.test/',
  canonicalUrl: null,
  title: 't',
  text: 'x',
  language: null,
  publishedAt: null,
  modifiedAt: null,
  authors: [],
  fetchedAt: '2024-02-29T12:30:45.678Z',
  sha256: 'a',
  rawSha256: 'b',
  source: 's',
  run: 'r',
  needsJavascript: true,
  links: [],
  metadata: {},
  markdown: 'x',
  html: null,
  description: null,
  leadImage: null,
  wordCount: 1,
  categories: [],
  tags: [],
  goneAt: null,
  cluster: null,
  isCanonical: null,
  duplicateOf: null,
}

async function* each<Row>(...rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}

/** A strict reader of RFC 4180: quotes only around whole fields, a bare CR or LF nowhere. */
function readCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const records: string[][] = [[]]
  while (field.lastIndex < text.length) {
    const at = field.lastIndex
    const [, quoted, plain, end] =
      field.exec(text) ?? assert.fail(`no field at ${at}: ${text.slice(at, at + 40)}`)
    records.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') records.push([])
  }
  assert.deepEqual(records.pop(), [], 'the last record is ended too')
  return records
}

async function titleCell(title: string): Promise<string | undefined> {
  const [, record] = readCsv((await collect(csvLines('documents', each({ ...document, title })))).join(''))
  return record?.[3]
}

test('the header names the fields, also when there is no row', async () => {
  assert.deepEqual(readCsv((await collect(csvLines('pages', each<PageLine>()))).join('')), [
    Object.keys(page),
  ])
  const withRow = readCsv((await collect(csvLines('documents', each(document)))).join(''))
  assert.deepEqual(withRow[0], Object.keys(document))
})

test('null is empty, lists and objects are JSON, true and false say so, numbers stay numbers', async () => {
  const lines = await collect(csvLines('pages', each({ ...page, bytes: -5, headers: { a: ['=1'] } })))
  assert.equal(
    lines[1],
    'p,https://site.test/,200,,"{""a"":[""=1""]}",,2024-02-29T12:30:45.678Z,1,-5,,,,,s,r,\r\n',
  )
  const [, record] = await collect(csvLines('documents', each(document)))
  assert.match(record ?? '', /,true,\[\],\{\},x,,,,1,\[\],\[\],,,,\r\n$/)
})

test('quotes, commas and every kind of line end survive', async () => {
  for (const title of ['a "b" c', 'a,b', 'a\nb', 'a\rb', 'a\r\nb', '"', ' spaced ', '']) {
    assert.equal(await titleCell(title), title)
  }
})

test('what a spreadsheet would run is made text, and nothing else is touched', async () => {
  for (const lead of ['=', '+', '-', '@', '\t', '\r', '\uff1d', '\uff0b', '\uff0d', '\uff20']) {
    assert.equal(await titleCell(`${lead}1+1`), `'${lead}1+1`, JSON.stringify(lead))
  }
  for (const title of ['1-1', "'=1", 'a=b', '-5'.slice(1)]) assert.equal(await titleCell(title), title)
})

test('NUL and lone surrogates, which CSV can not carry, become U+FFFD', async () => {
  assert.equal(await titleCell('a\0b\ud800c\u{1f600}'), 'a\ufffdb\ufffdc\u{1f600}')
})

test('any text is one field of one record', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (title) => {
      const cell = await titleCell(title)
      assert.ok(cell === title.replaceAll('\0', '\ufffd') || cell === `'${title.replaceAll('\0', '\ufffd')}`)
    }),
  )
})
