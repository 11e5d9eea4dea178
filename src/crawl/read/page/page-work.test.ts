import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sha256 } from '../../../model/index.ts'
import { readFetched, readStored } from './page-work.ts'
import { readerOf } from './readers.ts'

const url = 'https://site.test/a'
const HTML = `<!doctype html><html lang="de-AT"><title>Der Titel</title>
  <meta name="description" content="Worum es geht"><link rel="canonical" href="/b">
  <main><p>Ein Absatz über die <a href="/mühle">Mühle</a>, lang genug, um Inhalt zu sein.</p></main>`

test('a page is read in whatever charset it has, and its body kept as it came', () => {
  const utf8 = readFetched({
    url,
    contentType: 'text/html; charset=utf-8',
    body: Buffer.from(HTML),
    isDocument: true,
  })
  const body = Buffer.from(HTML, 'latin1')
  const latin1 = readFetched({ url, contentType: 'text/html; charset=iso-8859-1', body, isDocument: true })
  assert.deepEqual(latin1.reading, utf8.reading)
  assert.equal(latin1.raw.sha256, sha256(body))
  assert.equal(latin1.raw.bytes, body.byteLength)
  const { reading } = utf8
  assert.match(reading?.text ?? '', /^Ein Absatz über die Mühle/)
  assert.deepEqual(
    [reading?.title, reading?.language, reading?.canonicalUrl, reading?.links, reading?.extractor],
    ['Der Titel', 'de-AT', 'https://site.test/b', ['https://site.test/m%C3%BChle'], 2],
  )
  assert.equal(reading?.sha256, sha256(reading?.text ?? ''))
})

test('an error page is kept and not read, nor is what no reader takes', () => {
  const page = { url, contentType: 'text/html', body: Buffer.from(HTML), isDocument: false }
  const { raw, reading } = readFetched(page)
  assert.deepEqual([raw.bytes, reading], [page.body.byteLength, null])
  assert.equal(readStored({ ...raw, url, contentType: 'application/pdf' }), null)
})

test('whatever the bytes, a stored body reads as it did when it was fetched', () => {
  const markup = fc.array(
    fc.constantFrom(
      '<p>',
      '</p>',
      '<div class=x>',
      '<title>',
      '\0',
      '\u00e9',
      'word ',
      '<a href=/q>',
      '&am',
      '\ud800',
    ),
    { maxLength: 200 },
  )
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    markup.map((parts) => Buffer.from(parts.join(''))),
  )
  fc.assert(
    fc.property(
      bodies,
      fc.constantFrom(null, 'text/html', 'text/html; charset=koi8-r'),
      (body, contentType) => {
        const { raw, reading } = readFetched({ url, contentType, body, isDocument: true })
        assert.ok(reading !== null)
        assert.deepEqual(readStored({ ...raw, url, contentType }), reading)
      },
    ),
  )
})

test('a media type is judged without its parameters and case, and names no property of an object', () => {
  assert.ok(readerOf('Application/XHTML+xml; charset=x') !== undefined)
  assert.ok(readerOf(null) !== undefined)
  for (const type of ['constructor', 'text/plain', '__proto__']) assert.equal(readerOf(type), undefined)
})
