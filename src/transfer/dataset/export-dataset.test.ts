/** A dataset is whole, says what it is, and is the same whenever the same is exported. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { MillraceError, sha256 } from '../../model/index.ts'
import type { Query, Reader, Store } from '../../store/index.ts'
import { FORMATS, type FormatName } from '../formats/index.ts'
import { openStore, writeBoth, writeSource, writeWithBody } from '../testing/fixture.ts'
import { exportDataset, streamDataset, type DatasetRequest } from './export-dataset.ts'
import { kindFor } from './kind-for.ts'
import type { ExportManifest } from './manifest.ts'

const NAMES = Object.keys(FORMATS) as FormatName[]
const NOON = Date.UTC(2026, 0, 1, 12)

/** A store with three documents, two bodies of three pages and their source. */
async function smallStore(t: TestContext): Promise<{ readonly store: Store; readonly folder: string }> {
  const opened = await openStore(t)
  const documents = ['a', 'b', 'c/d'].flatMap((name) => writeBoth(name))
  const bodies = ['e', 'f', 'g'].flatMap((id) =>
    writeWithBody({ id, run: 'r2' }, id === 'g' ? 'other' : 'same'),
  )
  await opened.store.commit({ commands: [writeSource(), ...documents, ...bodies] })
  return opened
}

function request(format: FormatName, more: Partial<DatasetRequest> = {}): DatasetRequest {
  return { format, kind: kindFor(format, undefined), millrace: '1.2.3', ...more }
}

/** Every file below a folder with its content. */
function tree(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

const manifestAt = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as ExportManifest

for (const format of NAMES) {
  test(`${format}: the manifest says what was selected, and the digest of each file`, async (t) => {
    const { store, folder } = await smallStore(t)
    const out = join(folder, 'sets', 'set')
    mkdirSync(join(folder, 'sets'))
    const { rows, manifest } = await exportDataset(store, request(format), { out, createdAt: NOON })
    const isFolder = FORMATS[format].shape === 'folder'
    assert.equal(manifest, isFolder ? join(out, 'manifest.json') : `${out}.manifest.json`)
    const said = manifestAt(manifest)
    const kind = kindFor(format, undefined)
    assert.equal(rows, kind === 'pages' ? 6 : 3)
    const { fields, files, bytes, fileCount, ...others } = said
    assert.deepEqual(others, {
      manifest: 'millrace-export',
      version: 1,
      millrace: '1.2.3',
      createdAt: '2026-01-01T12:00:00.000Z',
      format,
      kind,
      selection: { run: null, position: await store.position(), canonicalOnly: false },
      sources: [{ id: 's1', kind: 'html', seeds: ['https://site.test/'] }],
      rows,
    })
    assert.equal(fields.length === 0, format === 'warc')
    assert.deepEqual([files[0]?.path, files.length], [isFolder ? 'index.jsonl' : 'set', 1])
    const written = tree(isFolder ? out : join(folder, 'sets'))
    for (const { path, bytes, sha256: digest } of files) {
      const content = Buffer.from(written.get(path) ?? '', 'latin1')
      assert.deepEqual([bytes, digest], [content.length, sha256(content)])
    }
    const content = [...written].filter(([name]) => !/manifest\.json$|^index\.jsonl$/.test(name))
    assert.equal(fileCount, content.length)
    assert.equal(
      bytes,
      content.reduce((sum, [, text]) => sum + text.length, 0),
    )
  })

  test(`${format}: the same selection gives the same bytes, but for the time in the manifest`, async (t) => {
    const { store, folder } = await smallStore(t)
    for (const [name, createdAt] of [
      ['one', NOON],
      ['two', NOON + 1],
    ] as const) {
      mkdirSync(join(folder, name))
      await exportDataset(store, request(format, { run: 'r2' }), {
        out: join(folder, name, 'set'),
        createdAt,
      })
    }
    const [one, two] = ['one', 'two'].map((name) => tree(join(folder, name)))
    assert.ok(one !== undefined && two !== undefined && one.size > 1)
    const withoutTime = (files: typeof one) =>
      [...files].map(([name, text]) => [name, text.replace(/"createdAt": "[^"]*"/, '')])
    assert.deepEqual(withoutTime(one), withoutTime(two))
    assert.notDeepEqual(one, two)
  })

  test(`${format}: an export that fails leaves the old one and nothing else`, async (t) => {
    const { store, folder } = await smallStore(t)
    const sets = join(folder, 'sets')
    mkdirSync(sets)
    const place = { out: join(sets, 'set'), createdAt: NOON }
    await exportDataset(store, request(format), place)
    const before = tree(sets)
    await store.commit({ commands: [...writeBoth('z'), ...writeWithBody({ id: 'zz' }, 'z')] })
    await assert.rejects(exportDataset(failing(store), request(format), place), { code: 'Timeout' })
    assert.deepEqual(tree(sets), before)
    await exportDataset(store, request(format), place)
    assert.notDeepEqual(tree(sets), before)
  })
}

/** A reader that fails when an export has been read to its end. */
function failing(reader: Reader): Reader {
  return {
    ...reader,
    async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
      const rows = await reader.read(query, options)
      const isEnd = /^transfer\.(pages|documents)Latest$/.test(query.name) && rows.length === 0
      if (isEnd) throw new MillraceError('Timeout', 'the read took too long')
      return rows
    },
  }
}

test('the lines of a folder’s index have the digest of each file', async (t) => {
  const { store, folder } = await smallStore(t)
  for (const format of ['markdown', 'raw'] as const) {
    const out = join(folder, format)
    await exportDataset(store, request(format), { out, createdAt: NOON })
    const lines = readFileSync(join(out, 'index.jsonl'), 'utf8').trimEnd().split('\n')
    const entries = lines.map((line) => JSON.parse(line) as Record<string, string | null>)
    const paths = new Set(entries.flatMap(({ path }) => path ?? []))
    assert.equal(paths.size, format === 'raw' ? 2 : 3)
    for (const { path, sha256: ofFile, rawSha256 } of entries) {
      if (typeof path === 'string') assert.equal(sha256(readFileSync(join(out, path))), ofFile ?? rawSha256)
    }
    const fields = manifestAt(join(out, 'manifest.json')).fields.map(({ name }) => name)
    for (const entry of entries) assert.deepEqual(Object.keys(entry), fields)
  }
})

test('a folder is replaced where it is an earlier export, and refused where anything else is in it', async (t) => {
  const { store, folder } = await smallStore(t)
  const out = join(folder, 'set')
  const place = { out, createdAt: NOON }
  await exportDataset(store, request('markdown'), place)
  await exportDataset(store, request('raw'), place)
  assert.deepEqual(readdirSync(out).sort(), ['bodies', 'index.jsonl', 'manifest.json'])
  writeFileSync(join(out, 'notes.txt'), 'mine')
  await assert.rejects(exportDataset(store, request('raw'), place), { code: 'CannotCreate' })
  assert.equal(readFileSync(join(out, 'notes.txt'), 'utf8'), 'mine')
  for (const text of ['{}', 'null', 'no JSON']) {
    const foreign = join(folder, `foreign ${text}`)
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'manifest.json'), text)
    await assert.rejects(exportDataset(store, request('raw'), { ...place, out: foreign }), {
      code: 'CannotCreate',
    })
  }
})

test('a link to a folder keeps pointing to it', async (t) => {
  const { store, folder } = await smallStore(t)
  const [real, link] = [join(folder, 'real'), join(folder, 'link')]
  mkdirSync(real)
  symlinkSync(real, link)
  await exportDataset(store, request('raw'), { out: link, createdAt: NOON })
  assert.ok(statSync(join(real, 'manifest.json')).isFile())
  assert.equal(manifestAt(join(link, 'manifest.json')).rows, 6)
})

test('while a file is changed for a new one, no manifest stands beside it that is not its own', async (t) => {
  const { store, folder } = await smallStore(t)
  const out = join(folder, 'set')
  await exportDataset(store, request('jsonl'), { out, createdAt: NOON })
  await store.commit({ commands: writeBoth('z') })
  const stopped: Reader = {
    ...store,
    read: (query) => (query.name === 'transfer.sources' ? never() : store.read(query)),
  }
  await assert.rejects(exportDataset(stopped, request('jsonl'), { out, createdAt: NOON }), { code: 'Closed' })
  assert.equal(readFileSync(out, 'utf8').split('\n').length, 5)
  assert.ok(!readdirSync(folder).includes('set.manifest.json'))
})

function never(): never {
  throw new MillraceError('Closed', 'the process was killed here')
}

test('a device gets the rows and no manifest', async (t) => {
  const { store } = await smallStore(t)
  const done = await exportDataset(store, request('jsonl'), { out: '/dev/null', createdAt: NOON })
  assert.deepEqual(done, { rows: 3, manifest: null })
})

test('a stream gets the bytes that a file would', async (t) => {
  const { store, folder } = await smallStore(t)
  for (const format of ['jsonl', 'csv', 'parquet', 'warc'] as const) {
    const out = join(folder, format)
    await exportDataset(store, request(format), { out, createdAt: NOON })
    const stream = new PassThrough({ highWaterMark: 1_000_000 })
    await streamDataset(store, { ...request(format), format }, stream)
    assert.deepEqual(stream.read(), readFileSync(out))
  }
})

const usage = (message: RegExp) => ({ code: 'Usage', message })

test('a kind that a format can not hold is refused with those it can', () => {
  assert.equal(kindFor('jsonl', undefined), 'documents')
  assert.equal(kindFor('warc', undefined), 'pages')
  assert.equal(kindFor('parquet', 'pages'), 'pages')
  assert.throws(
    () => kindFor('warc', 'documents'),
    usage(/^--format warc holds pages, got --kind documents$/),
  )
  assert.throws(() => kindFor('jsonl', 'cats'), usage(/^--kind: expected pages or documents, got "cats"$/))
})

test('pages have no duplicates that could be left out', async (t) => {
  const { store, folder } = await smallStore(t)
  const out = join(folder, 'set')
  const ask = { ...request('jsonl'), kind: 'pages', canonicalOnly: true } as const
  await assert.rejects(exportDataset(store, ask, { out, createdAt: NOON }), {
    code: 'Usage',
    message: /expected --kind documents/,
  })
  const { manifest } = await exportDataset(store, { ...ask, kind: 'documents' }, { out, createdAt: NOON })
  assert.equal(manifestAt(manifest ?? '').selection.canonicalOnly, true)
})
