/** `re-extract` as a user types it, on the demo site. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { crawlDemo, jsonLinesOf, millrace, type CrawledDemo } from './crawled-demo.ts'

describe('re-extract', () => {
  let demo: CrawledDemo
  before(async () => {
    demo = await crawlDemo()
    const db = new DatabaseSync(demo.db.slice('sqlite:'.length))
    // What full text was told must stay as it is.
    db.exec("UPDATE documents SET markdown = 'old words', extractor = 1 WHERE url LIKE '%/handbook/%'")
    db.close()
  })
  after(() => demo.close())

  test('--dry-run counts by extractor and changes nothing', async () => {
    const { code, stdout } = await demo.millrace('re-extract', '--dry-run', '--json')
    assert.equal(code, 0)
    const found = JSON.parse(stdout) as { pages: number; byExtractor: Record<string, number> }
    assert.equal(found.byExtractor['1'], found.pages - (found.byExtractor['2'] ?? 0))
    assert.match(
      (await demo.millrace('re-extract', '--dry-run')).stdout,
      /would be read again by extractor 2\n/,
    )
    assert.equal(jsonLinesOf((await demo.millrace('runs', '--json')).stdout).length, 1)
  })

  test('adds versions where the text differs, which search, export and runs show', async () => {
    const prefix = `${demo.url}/handbook/water`
    const first = await demo.millrace('re-extract', '--url-prefix', prefix, '--json')
    const summary = JSON.parse(first.stdout) as Record<string, number | string>
    assert.equal(first.code, 0)
    assert.ok(Number(summary['new']) >= 5)
    assert.deepEqual([summary['state'], summary['unchanged'], summary['failed']], ['completed', 0, 0])
    const lines = jsonLinesOf((await demo.millrace('export')).stdout)
    const texts = lines.filter(({ url }) => String(url).startsWith(prefix)).map(({ markdown }) => markdown)
    assert.equal(texts.length, summary['new'])
    assert.ok(!texts.includes('old words'))
    const hits = JSON.parse((await demo.millrace('search', 'weir', '--json')).stdout) as { url: string }[]
    assert.ok(hits.some(({ url }) => url.startsWith(prefix)))
    assert.match((await demo.millrace('runs')).stdout, /re-extract\n/)
    const doctor = await demo.millrace('doctor', '--full')
    assert.equal(doctor.code, 0, doctor.stdout)
    const second = await demo.millrace('re-extract', '--url-prefix', prefix)
    assert.match(
      second.stdout,
      /^completed: \d+ looked at, 0 new versions, \d+ unchanged, 0 skipped, 0 failed/,
    )
  })

  test('refuses a run that is not there, a URL that is none, and a database that does not exist', async () => {
    assert.equal((await demo.millrace('re-extract', '--run', 'nobody')).code, 66)
    assert.equal((await demo.millrace('re-extract', '--url-prefix', 'docs/')).code, 64)
    assert.equal((await millrace(['re-extract', '--db', `sqlite:${demo.folder}/none.db`])).code, 66)
  })
})
