/** The commands as a user types them, on the demo site. */
import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crawlDemo, jsonLinesOf, millrace, type CrawledDemo } from './crawled-demo.ts'

const DOCUMENT_FIELDS =
  'id url canonicalUrl title text language publishedAt modifiedAt authors fetchedAt sha256 rawSha256 source run'.split(
    ' ',
  )

describe('the commands on a crawled site', () => {
  let demo: CrawledDemo
  before(async () => {
    demo = await crawlDemo()
  })
  after(() => demo.close())

  test('crawl --json prints one summary and exits 0 although a page answered 404', () => {
    assert.equal(demo.crawl.code, 0, demo.crawl.stderr)
    const { run, seconds, ...numbers } = JSON.parse(demo.crawl.stdout) as Record<string, unknown>
    assert.match(String(run), /^[0-9a-f-]{36}$/)
    assert.equal(typeof seconds, 'number')
    assert.deepEqual(Object.keys(numbers), [
      'state',
      'pages',
      'documents',
      'failed',
      'skipped',
      'duplicates',
      'nearDuplicates',
      'bytes',
      'new',
      'changed',
      'unchanged',
      'missed',
      'gone',
      'unasked',
    ])
    assert.equal(numbers['state'], 'completed')
    assert.equal(numbers['failed'], 1)
  })

  test('the database is one file that only its owner can read', async () => {
    const { mode } = await stat(join(demo.folder, 'demo.db'))
    assert.equal(mode & 0o777, 0o600)
  })

  test('reading leaves no second file beside the database', async () => {
    for (const args of [['export'], ['search', 'wheel'], ['query', 'SELECT 1'], ['runs']]) {
      assert.equal((await demo.millrace(...args)).code, 0)
      const files = (await readdir(demo.folder)).filter((name) => name.startsWith('demo.db'))
      assert.deepEqual(files, ['demo.db'], args[0])
    }
  })

  test('crawl --json and the exports count alike', async () => {
    const summary = JSON.parse(demo.crawl.stdout) as Record<string, unknown>
    const pages = jsonLinesOf((await demo.millrace('export', '--kind', 'pages')).stdout)
    const documents = jsonLinesOf((await demo.millrace('export')).stdout)
    assert.equal(pages.length, summary['pages'])
    assert.equal(documents.length, summary['documents'])
  })

  test('a document line has the promised fields and lines come in the order of their URLs', async () => {
    const lines = jsonLinesOf((await demo.millrace('export', '--kind', 'documents')).stdout)
    for (const field of DOCUMENT_FIELDS) assert.ok(field in (lines[0] ?? {}), field)
    const urls = lines.map((line) => String(line['url']))
    assert.deepEqual(urls, urls.toSorted())
  })

  test('export --out writes the same bytes to a file, and csv has a header and one record a page', async () => {
    const file = join(demo.folder, 'documents.jsonl')
    const { code, stdout } = await demo.millrace('export', '--out', file)
    assert.deepEqual([code, stdout], [0, ''])
    assert.equal(await readFile(file, 'utf8'), (await demo.millrace('export')).stdout)
    const csv = await demo.millrace('export', '--kind', 'pages', '--format', 'csv')
    assert.match(csv.stdout, /^id,url,status,/)
  })

  test('export --run gives what that run ended with, and an unknown run is an error', async () => {
    const { run } = JSON.parse(demo.crawl.stdout) as { run: string }
    const ofRun = await demo.millrace('export', '--run', run)
    assert.equal(ofRun.stdout, (await demo.millrace('export')).stdout)
    const unknown = await demo.millrace('export', '--run', 'nothing')
    assert.equal(unknown.code, 66)
    assert.match(unknown.stderr, /expected the id of a run, got "nothing"/)
  })

  test('search finds words, marks them, and prints a JSON list', async () => {
    const { stdout } = await demo.millrace('search', 'overshot', 'wheel', '--limit', '3', '--json')
    const hits = JSON.parse(stdout) as Record<string, unknown>[]
    assert.equal(hits.length, 3)
    assert.deepEqual(Object.keys(hits[0] ?? {}), ['url', 'title', 'score', 'snippet'])
    assert.match(String(hits[0]?.['snippet']), /\[[Oo]vershot\]/)
  })

  test('runs lists the run and runs show tells its numbers', async () => {
    const [listed] = jsonLinesOf((await demo.millrace('runs', '--json')).stdout)
    assert.equal(listed?.['state'], 'completed')
    const shown = JSON.parse(
      (await demo.millrace('runs', 'show', String(listed?.['run']), '--json')).stdout,
    ) as object
    assert.equal((shown as Record<string, unknown>)['pages'], listed?.['pages'])
  })

  test('crawling again starts a new run with the same documents and no new versions of them', async () => {
    const before = jsonLinesOf((await demo.millrace('export')).stdout)
    const args = ['crawl', `${demo.url}/`, '--allow-private', '--delay', '0', '--json']
    const again = JSON.parse((await demo.millrace(...args)).stdout) as Record<string, unknown>
    assert.notEqual(again['run'], (JSON.parse(demo.crawl.stdout) as Record<string, unknown>)['run'])
    const after = jsonLinesOf((await demo.millrace('export')).stdout)
    const ids = (lines: typeof after) => lines.map((line) => line['id'])
    assert.deepEqual(ids(after), ids(before))
    const removed = await demo.millrace('runs', 'delete', String(again['run']))
    assert.equal(removed.code, 0, removed.stderr)
    assert.deepEqual(jsonLinesOf((await demo.millrace('export')).stdout), before)
  })

  test('a run that is over can not be cancelled', async () => {
    const { run } = JSON.parse(demo.crawl.stdout) as { run: string }
    const { code, stderr } = await demo.millrace('runs', 'cancel', run)
    assert.equal(code, 64)
    assert.match(stderr, /only an unfinished run can be cancelled/)
  })

  test('--max-pages stops exactly there and the same command goes on with the same run', async () => {
    const db = `sqlite:${join(demo.folder, 'limited.db')}`
    const args = ['crawl', `${demo.url}/`, '--allow-private', '--delay', '0', '--json', '--db', db]
    const first = JSON.parse((await millrace([...args, '--max-pages', '7'])).stdout) as Record<
      string,
      unknown
    >
    assert.deepEqual([first['state'], first['pages']], ['stopped', 7])
    const rest = JSON.parse((await millrace(args)).stdout) as Record<string, unknown>
    const whole = JSON.parse(demo.crawl.stdout) as Record<string, unknown>
    assert.deepEqual([rest['run'], rest['state'], rest['pages']], [first['run'], 'completed', whole['pages']])
  })

  test('--log-level writes JSON lines to stderr: the start, each settled job on its level, the end', async () => {
    const db = `sqlite:${join(demo.folder, 'logged.db')}`
    const args = ['crawl', `${demo.url}/`, '--allow-private', '--delay', '0', '--quiet', '--db', db]
    const lines = jsonLinesOf((await millrace([...args, '--log-level', 'debug'])).stderr)
    assert.deepEqual([lines[0]?.['msg'], lines.at(-1)?.['msg']], ['crawl started', 'crawl ended'])
    const missing = lines.find((line) => line['status'] === 404)
    assert.match(String(missing?.['key']), /siphons\.html$/)
    const silent = await millrace([...args, '--max-pages', '1'])
    assert.equal(silent.stderr, '')
  })

  test('an --out file that is not ours is refused and no run is left behind', async () => {
    const db = `sqlite:${join(demo.folder, 'refused.db')}`
    const file = join(demo.folder, 'notes.txt')
    await writeFile(file, 'somebody wrote this\n')
    const args = ['crawl', `${demo.url}/`, '--allow-private', '--delay', '0', '--db', db]
    const refused = await millrace([...args, '--out', file])
    assert.equal(refused.code, 65, refused.stderr)
    assert.equal(await readFile(file, 'utf8'), 'somebody wrote this\n')
    assert.equal((await millrace(['runs', '--json', '--db', db])).stdout, '')
  })

  test('of two crawls at once with one --out file the second is refused, and each line is there once', async () => {
    const db = `sqlite:${join(demo.folder, 'shared.db')}`
    const file = join(demo.folder, 'shared.jsonl')
    const args = [
      'crawl',
      `${demo.url}/`,
      '--allow-private',
      '--delay',
      '20',
      '--quiet',
      '--db',
      db,
      '--out',
      file,
    ]
    const ended = await Promise.all([millrace(args), millrace(args)])
    assert.deepEqual(
      ended.map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b)),
      [0, 75],
    )
    assert.match(ended.map(({ stderr }) => stderr).join(''), /another crawl is writing/)
    const documents = jsonLinesOf((await millrace(['export', '--db', db])).stdout)
    const lines = jsonLinesOf(await readFile(file, 'utf8'))
    assert.deepEqual(new Set(lines.map((line) => line['url'])), new Set(documents.map((line) => line['url'])))
    assert.equal(lines.length, documents.length)
  })

  test('--dry-run says what would be read and makes no database', async () => {
    const db = join(demo.folder, 'never.db')
    const { code, stdout } = await millrace([
      'crawl',
      `${demo.url}/`,
      '--allow-private',
      '--dry-run',
      '--db',
      db,
    ])
    assert.equal(code, 0)
    assert.match(stdout, /robots +allowed/)
    await assert.rejects(stat(db), { code: 'ENOENT' })
  })
})
