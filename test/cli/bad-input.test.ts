/** Bad input: a clear message, the right exit code, and nothing half-done. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startHostileSite } from '../site/index.ts'
import { jsonLinesOf, millrace } from './crawled-demo.ts'

describe('bad input', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-bad-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))
  const database = (name: string) => ['--db', `sqlite:${join(folder, name)}`]

  const USAGE: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['a word that is no URL', ['crawl', 'example.org'], 64, /did you mean https:\/\/example\.org/],
    [
      'a scheme that is not fetched',
      ['crawl', 'ftp://example.org/'],
      64,
      /expected an http:\/\/ or https:\/\/ URL/,
    ],
    ['no URL at all', ['crawl'], 64, /expected at least one URL/],
    ['an unknown command', ['crowl'], 64, /unknown command 'crowl'/],
    [
      'an unknown option',
      ['crawl', 'https://example.org/', '--maxpages', '1'],
      64,
      /unknown option '--maxpages'/,
    ],
    [
      'a limit that is no number',
      ['crawl', 'https://example.org/', '--max-pages', 'x'],
      64,
      /--max-pages: expected/,
    ],
    [
      'a time that is none',
      ['crawl', 'https://example.org/', '--delay', 'soon'],
      64,
      /--delay: expected a time/,
    ],
    [
      'a list of URLs that is not there',
      ['crawl', '--from', '/no/such/file'],
      66,
      /--from: expected a readable file/,
    ],
    ['an export of an unknown kind', ['export', '--kind', 'cats'], 64, /--kind: expected pages or documents/],
    ['a search before any crawl', ['search', 'words'], 66, /expected a Millrace database at/],
  ]
  for (const [what, args, code, message] of USAGE) {
    test(`${what} ends with exit code ${code} and says what was expected`, async () => {
      const ended = await millrace([...args, ...database('usage.db')])
      assert.equal(ended.code, code, ended.stderr)
      assert.match(ended.stderr, message)
      assert.equal(ended.stdout, '')
      assert.deepEqual(await readdir(folder), [])
    })
  }

  test('a line of a list that is no URL is named by its number', async () => {
    const list = join(folder, 'list.txt')
    await writeFile(list, '# seeds\nhttps://example.org/\nnot a url\n')
    const ended = await millrace(['crawl', '--from', list, ...database('list.db')])
    await rm(list)
    assert.equal(ended.code, 64)
    assert.match(ended.stderr, /--from .*list\.txt, line 3: .*not a url/)
    assert.deepEqual(await readdir(folder), [])
  })

  test('a database URL of an unknown kind ends with exit code 78 and hides its password', async () => {
    const ended = await millrace(['runs', '--db', 'mysql://me:secret@host/db'])
    assert.equal(ended.code, 78)
    assert.match(ended.stderr, /expected a database URL such as sqlite:FILE/)
    assert.doesNotMatch(ended.stderr, /secret/)
  })

  test('a file that is no database is left as it was', async () => {
    const file = join(folder, 'notes.txt')
    await writeFile(file, 'not a database, but somebody wants it\n')
    const ended = await millrace([
      'crawl',
      'http://127.0.0.1:9/',
      '--allow-private',
      '--db',
      `sqlite:${file}`,
    ])
    assert.equal(ended.code, 65, ended.stderr)
    assert.match(ended.stderr, /it was not touched/)
    assert.equal(await readFile(file, 'utf8'), 'not a database, but somebody wants it\n')
    await rm(file)
    assert.deepEqual(await readdir(folder), [])
  })

  test('a private address ends with exit code 77 and names the option that allows it', async () => {
    const ended = await millrace(['crawl', 'http://127.0.0.1:9/', ...database('private.db')])
    assert.equal(ended.code, 77, ended.stderr)
    assert.match(ended.stdout, /AddressRefused.*--allow-private/)
  })

  test('a host without an address ends with exit code 69', async () => {
    const ended = await millrace(['crawl', 'http://no-such-host.invalid/', ...database('unreachable.db')])
    assert.equal(ended.code, 69, ended.stderr)
    assert.match(ended.stdout, /UnreachableHost.*no-such-host\.invalid/)
  })

  test('a hostile site is read as far as it can be: each trap has its note, and the crawl completes', async () => {
    const site = await startHostileSite()
    try {
      const seeds = [
        '/loop',
        '/huge',
        '/bomb',
        '/torn-gzip',
        '/nul',
        '/latin1-says-utf8',
        '/429-once',
        '/empty',
      ]
      const urls = seeds.map((path) => `${site.url}${path}`)
      const common = ['--allow-private', '--no-robots', '--delay', '0', '--json', ...database('hostile.db')]
      const ended = await millrace(['crawl', ...urls, ...common])
      const { state } = JSON.parse(ended.stdout) as { state: string }
      assert.deepEqual([ended.code, state], [0, 'completed'], ended.stderr)
      const pages = jsonLinesOf(
        (await millrace(['export', '--kind', 'pages', ...database('hostile.db')])).stdout,
      )
      const noteOf = (path: string) =>
        String(pages.find((page) => page['url'] === `${site.url}${path}`)?.['note'])
      assert.match(noteOf('/loop'), /^TooManyRedirects: a loop/)
      assert.match(noteOf('/huge'), /^BodyTooLarge/)
      assert.match(noteOf('/bomb'), /^BodyTooLarge/)
      assert.match(noteOf('/torn-gzip'), /^BadEncoding/)
      for (const path of ['/nul', '/latin1-says-utf8', '/429-once', '/empty'])
        assert.equal(noteOf(path), 'null', path)
    } finally {
      await site.close()
    }
  })
})
