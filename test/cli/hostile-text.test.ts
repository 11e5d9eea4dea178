/** What strangers write comes whole into the files and harmless onto the terminal, and a site without end has one. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { jsonLinesOf, millrace } from './crawled-demo.ts'

const ESCAPES = '\u001b[31mred\u001b]0;owned\u0007\u009b2J\u202egnp.exe'
const FORMULA = '=HYPERLINK("http://evil.test";"x")'
const LONG_LINE_BYTES = 5_000_000
const MAX_PAGES = 40
const PAGES: Readonly<Record<string, string>> = {
  '/': `<title>index</title>${['/escapes', '/formula', '/long', '/a', '/b', '/calendar/0'].map((path) => `<a href="${path}">x</a>`).join('')}`,
  '/escapes': `<title>${ESCAPES}</title><p>terminal ${ESCAPES}</p>`,
  '/formula': `<title>${FORMULA}</title><p>spreadsheet</p>`,
  '/long': `<title>long</title><p>${'oneline '.repeat(LONG_LINE_BYTES / 8)}</p>`,
}
/** The two pages that redirect to each other, both linked. */
const REDIRECTS: Readonly<Record<string, string>> = { '/a': '/b', '/b': '/a' }
// oxlint-disable-next-line no-control-regex -- what must not reach a terminal
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '/'
  const to = REDIRECTS[path]
  if (to !== undefined) return void response.writeHead(302, { location: to }).end()
  const day = /^\/calendar\/(\d+)$/.exec(path)
  const page =
    day === null
      ? PAGES[path]
      : `<title>day ${day[1]}</title><a href="/calendar/${Number(day[1]) + 1}">next</a>`
  response.setHeader('x-harm', 'a\u009bb')
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
}

describe('what strangers write', { timeout: 120_000 }, () => {
  const server = createServer(answer)
  let folder = ''
  let db = ''
  let url = ''
  const run = async (...args: readonly string[]) => millrace([...args, '--db', db])
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    folder = await mkdtemp(join(tmpdir(), 'millrace-hostile-'))
    db = `sqlite:${join(folder, 'hostile.db')}`
    const crawl = await run(
      'crawl',
      `${url}/`,
      '--allow-private',
      '--delay',
      '0',
      '--max-pages',
      String(MAX_PAGES),
    )
    assert.equal(crawl.code, 0, crawl.stderr)
    assert.doesNotMatch(crawl.stdout + crawl.stderr, HARMFUL)
  })
  after(async () => {
    server.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('a calendar without end is left at --max-pages, and keeps no other page from being read', async () => {
    const paths = jsonLinesOf((await run('export', '--kind', 'pages')).stdout).map((line) =>
      String(line['url']).slice(url.length),
    )
    assert.equal(paths.length, MAX_PAGES)
    assert.equal(new Set(paths).size, MAX_PAGES)
    for (const path of [...Object.keys(PAGES), ...Object.keys(REDIRECTS)])
      assert.ok(paths.includes(path), path)
  })

  test('an export of JSON Lines has every character as it came, one line a document', async () => {
    const lines = jsonLinesOf((await run('export')).stdout)
    const textOf = (path: string) => lines.find((line) => line['url'] === url + path)
    assert.equal(textOf('/escapes')?.['title'], ESCAPES)
    assert.equal(textOf('/formula')?.['title'], FORMULA)
    assert.ok(String(textOf('/long')?.['text']).length >= LONG_LINE_BYTES - 1)
  })

  test('an export of CSV has no formula', async () => {
    const { stdout } = await run('export', '--format', 'csv')
    assert.ok(stdout.includes(`'=HYPERLINK`))
    assert.doesNotMatch(stdout, /(^|[,"\n])=HYPERLINK/)
  })

  for (const args of [
    ['search', 'terminal'],
    ['search', 'oneline'],
    ['query', 'SELECT * FROM documents', '--format', 'table'],
    ['query', 'SELECT * FROM pages', '--format', 'table'],
    ['runs'],
  ]) {
    test(`${args.join(' ')} shows nothing that a terminal obeys, and no line without end`, async () => {
      const { code, stdout, stderr } = await run(...args)
      assert.equal(code, 0, stderr)
      assert.ok(stdout.length > 0)
      assert.doesNotMatch(stdout, HARMFUL)
      for (const line of stdout.split('\n')) assert.ok(line.length < 2_000)
    })
  }

  test('runs show shows nothing that a terminal obeys', async () => {
    const [listed] = jsonLinesOf((await run('runs', '--json')).stdout)
    const { code, stdout } = await run('runs', 'show', String(listed?.['run']))
    assert.equal(code, 0)
    assert.match(stdout, /--max-pages/)
    assert.doesNotMatch(stdout, HARMFUL)
  })
})
