/** `content` as a user types it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { BIN, jsonLinesOf, millrace } from './crawled-demo.ts'

const PAGE = `<html lang=en><meta charset=iso-8859-1><title>The mill</title><meta name=author content="Ann Miller">
<meta property="article:published_time" content="2024-03-05T10:00:00+01:00"><meta property="og:image" content="/i.png">
<meta name=description content="About a mill."><nav><a href=/>Home</a></nav>
<article><h1>The mill</h1><p>It ground the corn of <a href="b.html">three villages</a>\u001b[31m, caf\u00e9 and all, for two hundred years.</p>
<p>Then the river changed its bed, and nobody came to the mill any more with corn.</p></article>`
const FACTS = {
  title: 'The mill',
  text: 'It ground the corn of three villages\u001b[31m, café and all, for two hundred years.\n\nThen the river changed its bed, and nobody came to the mill any more with corn.',
  authors: ['Ann Miller'],
  wordCount: 30,
  language: 'en',
  leadImage: 'https://example.org/i.png',
  description: 'About a mill.',
  publishedAt: '2024-03-05T09:00:00.000Z',
  modifiedAt: null,
}

describe('content', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-content-'))
    const bytes = Buffer.from(PAGE, 'latin1')
    await writeFile(join(folder, 'a.html'), bytes)
    await writeFile(join(folder, 'b.html.gz'), gzipSync(bytes))
    await writeFile(join(folder, 'torn.html.gz'), gzipSync(bytes).subarray(0, 40))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('--json prints one line a file, gzipped or not, with links made absolute', async () => {
    const files = [join(folder, 'a.html'), join(folder, 'b.html.gz')]
    const { code, stdout, stderr } = await millrace([
      'content',
      ...files,
      '--json',
      '--url',
      'https://example.org/a.html',
    ])
    assert.deepEqual([code, stderr], [0, ''])
    const markdown = FACTS.text
      .replace('three villages', '[three villages](https://example.org/b.html)')
      .replace('\u001b[31m', '\u001b\\[31m')
    assert.deepEqual(
      jsonLinesOf(stdout),
      files.map((file) => ({ file, ...FACTS, markdown })),
    )
  })

  test('for a person it is a heading and markdown, without what would colour the terminal', async () => {
    const { code, stdout } = await millrace(['content', join(folder, 'a.html')])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^The mill\nAnn Miller · 2024-03-05 09:00 · en · 30 words\n\nIt ground the corn of \[three villages\]\(b\.html\)/,
    )
    assert.ok(!stdout.includes('\u001b'))
  })

  test('- is standard input, and no database is made', async () => {
    const child = spawn(process.execPath, [BIN, 'content', '-', '--json'], { cwd: folder })
    child.stdin.end(Buffer.from(PAGE, 'latin1'))
    const [line] = jsonLinesOf(await text(child.stdout))
    assert.deepEqual([line?.['file'], line?.['title'], line?.['leadImage']], ['-', 'The mill', null])
    assert.deepEqual((await readdir(folder)).sort(), ['a.html', 'b.html.gz', 'torn.html.gz'])
  })

  const REFUSED: readonly (readonly [
    what: string,
    args: readonly string[],
    code: number,
    message: RegExp,
  ])[] = [
    [
      'a file that is not there',
      ['no-such.html'],
      66,
      /expected a readable HTML file, got ".*no-such\.html"/,
    ],
    ['a folder', ['.'], 66, /expected a readable HTML file/],
    ['a torn gzip', ['torn.html.gz'], 65, /expected a whole gzip file/],
  ]
  for (const [what, [file = ''], code, message] of REFUSED) {
    test(`${what} ends with exit code ${code}, after the files before it were printed`, async () => {
      const ended = await millrace(['content', join(folder, 'a.html'), join(folder, file), '--json'])
      assert.equal(ended.code, code, ended.stderr)
      assert.match(ended.stderr, message)
      assert.equal(jsonLinesOf(ended.stdout).length, 1)
    })
  }

  test('an address that is none is a usage error', async () => {
    const ended = await millrace(['content', join(folder, 'a.html'), '--url', 'example.org'])
    assert.equal(ended.code, 64)
    assert.match(ended.stderr, /did you mean https:\/\/example\.org/)
  })
})
