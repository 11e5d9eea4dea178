/** A WARC file as another program reads it: every answer, its bytes, and where an answer's body is when it is not there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { WARCParser } from 'warcio'
import { sha256 } from '../../../model/index.ts'
import type { Command, Reader, Store } from '../../../store/index.ts'
import { earlierPage, pagesWithBodies } from '../../export/index.ts'
import { collect, commitEach, openStore, writePage, writeWithBody } from '../../testing/fixture.ts'
import { warcPieces } from './warc-pieces.ts'

async function piecesOf(reader: Reader, run?: string): Promise<readonly Uint8Array[]> {
  const input = {
    kind: 'pages' as const,
    rows: (async function* () {})(),
    pages: pagesWithBodies(reader, run === undefined ? {} : { run }),
    earlier: (page: Parameters<typeof earlierPage>[1]) => earlierPage(reader, page),
    run: run ?? null,
    position: 7,
    millrace: '1.2.3',
  }
  return collect(warcPieces(input))
}

interface ReadRecord {
  readonly type: string
  readonly fields: ReadonlyMap<string, string>
  readonly status: number | undefined
  /** As they stand in the record. */
  readonly headers: readonly (readonly string[])[]
  readonly payload: Buffer
}

/** Reads with a library of others; digests are those of its bytes. */
async function readWarc(pieces: readonly Uint8Array[]): Promise<readonly ReadRecord[]> {
  const records: ReadRecord[] = []
  for await (const record of new WARCParser([Buffer.concat(pieces)], { keepHeadersCase: true })) {
    const payload = Buffer.from(await record.readFully(false))
    records.push({
      type: record.warcType ?? '',
      fields: new Map(record.warcHeaders.headers.entries()),
      status: record.httpHeaders === null ? undefined : Number(record.httpHeaders.statusCode),
      headers: [...(record.httpHeaders?.headers.entries() ?? [])],
      payload,
    })
  }
  return records
}

async function written(store: Store, units: readonly (readonly Command[])[], run?: string) {
  await commitEach(store, units)
  const records = await readWarc(await piecesOf(store, run))
  return records.filter(({ type }) => type !== 'metadata' && type !== 'warcinfo')
}

const names = (records: readonly ReadRecord[]) =>
  records.map(
    ({ type, fields }) => `${type} ${fields.get('WARC-Target-URI')?.slice('https://site.test'.length)}`,
  )

test('a page is a response with its headers in order, its bytes and where it came from', async (t) => {
  const { store } = await openStore(t)
  const headers = [
    ['Server', 'caf\u00e9'],
    ['set-cookie', 'a=1'],
    ['Content-Length', '4'],
    ['Set-Cookie', 'b=2'],
  ]
  const body = new Uint8Array([0, 13, 10, 255])
  await store.commit({ commands: writeWithBody({ id: 'a', status: 404, headers }, body) })
  const pieces = await piecesOf(store)
  const [info, response, metadata] = await readWarc(pieces)
  assert.equal(info?.type, 'warcinfo')
  assert.match(String(info.payload), /^software: Millrace\/1\.2\.3\r\nformat: WARC File Format 1\.1\r\n/)
  assert.deepEqual(
    [response?.type, response?.status, response?.payload],
    ['response', 404, Buffer.from(body)],
  )
  const raw = gunzipSync(pieces[1] ?? '').toString('latin1')
  assert.ok(
    raw.includes(
      '\r\n\r\nHTTP/1.1 404 \r\nServer: caf\u00e9\r\nset-cookie: a=1\r\nContent-Length: 4\r\nSet-Cookie: b=2\r\n\r\n',
    ),
  )
  const fields = Object.fromEntries(response?.fields ?? [])
  assert.deepEqual(
    [
      fields['WARC-Target-URI'],
      fields['WARC-Date'],
      fields['WARC-IP-Address'],
      fields['WARC-Payload-Digest'],
    ],
    ['https://site.test/a', '2024-02-29T12:30:45.678Z', '192.0.2.1', `sha256:${sha256(body)}`],
  )
  assert.equal(metadata?.fields.get('WARC-Concurrent-To'), fields['WARC-Record-ID'])
  assert.match(String(metadata?.payload), /^fetchTimeMs: 12\r\nmillrace-page: a\r\n/)
})

test('each record is a gzip member of WARC/1.1 with its own id and the digest of its block', async (t) => {
  const { store } = await openStore(t)
  await commitEach(store, [writeWithBody({ id: 'a' }, 'x'), writeWithBody({ id: 'b' }, 'x')])
  const texts = (await piecesOf(store)).map((piece) => gunzipSync(piece).toString('latin1'))
  assert.equal(texts.length, 5)
  const ids = texts.map(
    (text) => /WARC-Record-ID: <urn:uuid:([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})>/.exec(text)?.[1],
  )
  assert.equal(new Set(ids).size, 5)
  assert.ok(!ids.includes(undefined))
  for (const text of texts) {
    const [, head = '', block = ''] = /^WARC\/1\.1\r\n(.*?)\r\n\r\n(.*)\r\n\r\n$/s.exec(text) ?? []
    assert.equal(/Content-Length: (\d+)/.exec(head)?.[1], String(block.length))
    assert.equal(/WARC-Block-Digest: sha256:(\w+)/.exec(head)?.[1], sha256(Buffer.from(block, 'latin1')))
  }
})

test('a coding that was undone is kept under another name, and the length is that of what is there', async (t) => {
  const { store } = await openStore(t)
  const headers = [
    ['Content-Encoding', 'gzip'],
    ['transfer-encoding', 'chunked'],
    ['Content-Length', '20'],
  ]
  const [record] = await written(store, [writeWithBody({ id: 'a', headers }, 'plain text')])
  assert.equal(String(record?.payload), 'plain text')
  assert.deepEqual(
    record?.headers.map(([name, value]) => `${name}: ${value}`),
    [
      'X-Archive-Orig-Content-Encoding: gzip',
      'X-Archive-Orig-transfer-encoding: chunked',
      'X-Archive-Orig-Content-Length: 20',
      'Content-Length: 10',
    ],
  )
})

test('a line end in a header value begins no header of its own', async (t) => {
  const { store } = await openStore(t)
  const [record] = await written(store, [writeWithBody({ id: 'a', headers: [['x', 'a\r\nEvil: 1']] }, '')])
  assert.deepEqual(record?.headers, [['x', 'a  Evil: 1']])
})

test('a body that was not kept is said to be cut off; one that never was is not', async (t) => {
  const { store } = await openStore(t)
  const cut = async (commands: readonly Command[], run: string) => {
    const [record] = await written(store, [commands], run)
    return [record?.type, record?.fields.get('WARC-Truncated'), record?.fields.get('WARC-Payload-Digest')]
  }
  assert.deepEqual(await cut([writePage({ id: 'pdf', run: 'pdf' })], 'pdf'), [
    'response',
    'unspecified',
    undefined,
  ])
  const note = 'BodyTooLarge: more than 10 MB'
  assert.deepEqual(await cut([writePage({ id: 'big', run: 'big', note })], 'big'), [
    'response',
    'length',
    undefined,
  ])
  assert.deepEqual(await cut([writePage({ id: 'none', run: 'none', status: 204 })], 'none'), [
    'response',
    undefined,
    undefined,
  ])
  const headers = [['Content-Length', '0']]
  const moved = writePage({ id: 'moved', run: 'moved', status: 301, headers })
  assert.deepEqual(await cut([moved], 'moved'), ['response', undefined, undefined])
})

test('a body that was written is referred to, not written again', async (t) => {
  const { store } = await openStore(t)
  const records = await written(store, [
    writeWithBody({ id: 'b', headers: [['Content-Length', '4']] }, 'same'),
    writeWithBody({ id: 'a', fetchedAt: 1000 }, 'same'),
    writeWithBody({ id: 'c' }, 'other'),
  ])
  assert.deepEqual(names(records), ['response /a', 'revisit /b', 'response /c'])
  const [response, revisit] = records
  const fields = Object.fromEntries(revisit?.fields ?? [])
  assert.equal(fields['WARC-Profile'], 'http://netpreserve.org/warc/1.1/revisit/identical-payload-digest')
  assert.equal(fields['WARC-Refers-To'], response?.fields.get('WARC-Record-ID'))
  assert.equal(fields['WARC-Refers-To-Target-URI'], 'https://site.test/a')
  assert.equal(fields['WARC-Refers-To-Date'], '1970-01-01T00:00:01.000Z')
  assert.equal(fields['WARC-Payload-Digest'], response?.fields.get('WARC-Payload-Digest'))
  assert.deepEqual(
    [revisit?.status, revisit?.headers, revisit?.payload.length],
    [200, [['Content-Length', '4']], 0],
  )
})

test('empty bodies are no body to refer to', async (t) => {
  const { store } = await openStore(t)
  const records = await written(store, [writeWithBody({ id: 'a' }, ''), writeWithBody({ id: 'b' }, '')])
  assert.deepEqual(names(records), ['response /a', 'response /b'])
})

test('a 304 follows the answer that it says is still valid, also when only its run is exported', async (t) => {
  const { store } = await openStore(t)
  const url = 'https://site.test/a'
  const units = [
    writeWithBody({ id: 'old', run: 'r1', url }, 'body'),
    [writePage({ id: 'still', run: 'r2', url, status: 304, headers: [['ETag', '"1"']] })],
  ]
  const records = await written(store, units, 'r2')
  assert.deepEqual(names(records), ['response /a', 'revisit /a'])
  const [response, revisit] = records
  assert.equal(String(response?.payload), 'body')
  assert.equal(revisit?.status, 304)
  assert.equal(
    revisit.fields.get('WARC-Profile'),
    'http://netpreserve.org/warc/1.1/revisit/server-not-modified',
  )
  assert.equal(revisit.fields.get('WARC-Refers-To'), response?.fields.get('WARC-Record-ID'))
  assert.equal(revisit.fields.get('WARC-Truncated'), undefined)
})

test('an archive of nothing says so in one record', async (t) => {
  const { store } = await openStore(t)
  assert.deepEqual(
    (await readWarc(await piecesOf(store))).map(({ type }) => type),
    ['warcinfo'],
  )
})
