/** `export` in every format, as typed: what is made, what is refused, and what the refusal says. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parquetMetadata } from 'hyparquet'
import { WARCParser } from 'warcio'
import { crawlDemo, jsonLinesOf, millrace, type CrawledDemo } from './crawled-demo.ts'

describe('export', () => {
  let demo: CrawledDemo
  before(async () => {
    demo = await crawlDemo()
  })
  after(() => demo.close())

  const inFolder = (name: string) => join(demo.folder, name)

  async function written(format: string, name: string, ...more: readonly string[]) {
    const { code, stdout, stderr } = await demo.millrace(
      'export',
      '--format',
      format,
      '--out',
      inFolder(name),
      ...more,
    )
    assert.deepEqual([code, stdout], [0, ''], stderr)
    return stderr
  }

  async function pagesInDemo() {
    return jsonLinesOf((await demo.millrace('export', '--kind', 'pages')).stdout)
  }

  test('parquet holds as many rows as there are documents', async () => {
    const said = await written('parquet', 'documents.parquet')
    const file = readFileSync(inFolder('documents.parquet'))
    const { num_rows } = parquetMetadata(
      file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    )
    assert.equal(said, `${num_rows} documents written to ${inFolder('documents.parquet')}\n`)
    const documents = jsonLinesOf((await demo.millrace('export')).stdout)
    assert.equal(Number(num_rows), documents.length)
    const manifest = JSON.parse(readFileSync(inFolder('documents.parquet.manifest.json'), 'utf8')) as object
    assert.equal((manifest as Record<string, unknown>)['rows'], documents.length)
  })

  test('warc holds an answer for every page, in a file or through a pipe', async () => {
    await written('warc', 'site.warc.gz')
    const file = readFileSync(inFolder('site.warc.gz'))
    const answered: string[] = []
    for await (const record of new WARCParser([file])) {
      if (record.warcType === 'response' || record.warcType === 'revisit')
        answered.push(record.warcTargetURI ?? '')
      await record.readFully(false)
    }
    assert.deepEqual(
      answered,
      (await pagesInDemo()).map((page) => page['url']),
    )
    const piped = await demo.millrace('export', '--format', 'warc')
    assert.equal(piped.code, 0)
  })

  test('markdown and raw make folders, which the next export replaces', async () => {
    for (const [format, inside] of [
      ['markdown', 'documents'],
      ['raw', 'bodies'],
    ] as const) {
      await written(format, format)
      await written(format, format)
      assert.deepEqual(readdirSync(inFolder(format)).sort(), [inside, 'index.jsonl', 'manifest.json'].sort())
      assert.deepEqual(
        readdirSync(demo.folder).filter((name) => name.startsWith('.')),
        [],
      )
    }
  })

  test('--run is in the manifest', async () => {
    const { run } = JSON.parse(demo.crawl.stdout) as { run: string }
    await written('csv', 'run.csv', '--run', run, '--kind', 'pages')
    const manifest = JSON.parse(readFileSync(inFolder('run.csv.manifest.json'), 'utf8')) as {
      readonly selection: { readonly run: string }
    }
    assert.equal(manifest.selection.run, run)
  })

  test('a folder that holds anything else is left alone', async () => {
    const { code, stderr } = await demo.millrace('export', '--format', 'raw', '--out', demo.folder)
    assert.equal(code, 73)
    assert.match(stderr, /the folder holds what is no earlier export of Millrace; it was left as it is/)
    assert.ok(readdirSync(demo.folder).includes('demo.db'))
  })
})

for (const [what, args, said] of [
  [
    'an unknown format',
    ['--format', 'xml'],
    /--format: expected jsonl, csv, parquet, markdown, raw or warc, got "xml"/,
  ],
  [
    'a kind that the format does not hold',
    ['--format', 'warc', '--kind', 'documents'],
    /warc holds pages, got --kind/,
  ],
  ['a folder on standard output', ['--format', 'markdown'], /makes a folder: expected its name, --out NAME/],
] as const) {
  test(`${what} is refused before anything is opened`, async () => {
    const { code, stderr } = await millrace(['export', ...args, '--db', 'sqlite:/nowhere/at-all.db'])
    assert.equal(code, 64, stderr)
    assert.match(stderr, said)
  })
}
