/** `crawl --source wordpress` as a user types it: what it says, what it ends with, and what is left after a delete. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { seededRandom } from '../site/index.ts'
import { makeContent, serveWordpress, type FakeOptions } from '../wordpress/index.ts'
import { millrace } from './crawled-demo.ts'

interface Shown {
  readonly run: string
  readonly pages: number
  readonly completeness: {
    readonly isProven: boolean
    readonly announced: number
    readonly stored: number
    readonly gone: number
  }
}

async function trial(t: TestContext, options: FakeOptions = {}) {
  const random = seededRandom(3)
  const site = await serveWordpress(
    makeContent({ posts: 120 }, () => random.next()),
    options,
  )
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-wordpress-'))
  t.after(async () => {
    await site[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  const db = ['--db', `sqlite:${join(folder, 'x.db')}`]
  const crawl = (...flags: readonly string[]) =>
    millrace(['crawl', site.url, '--source', 'wordpress', '--allow-private', '--delay', '0', ...db, ...flags])
  return { site, db, crawl }
}

test('a crawl ends with its proof, which `runs show` has as well, and a deleted run is read again', async (t) => {
  const { site, db, crawl } = await trial(t)
  const first = await crawl()
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^posts: 120 announced, 120 stored; complete in \d+ windows$/m)
  site.remove(4)
  const second = await crawl('--json')
  const shown = JSON.parse(second.stdout) as Shown
  assert.deepEqual(
    [second.code, shown.completeness.isProven, shown.completeness.announced, shown.completeness.gone],
    [0, true, 121, 1],
  )
  const again = await millrace(['runs', 'show', shown.run, '--json', ...db])
  assert.deepEqual((JSON.parse(again.stdout) as Shown).completeness, shown.completeness)
  const { stdout } = await millrace(['runs', '--json', ...db])
  for (const line of stdout.trim().split('\n'))
    assert.equal((await millrace(['runs', 'delete', (JSON.parse(line) as Shown).run, ...db])).code, 0)
  const third = JSON.parse((await crawl('--json')).stdout) as Shown
  assert.deepEqual([third.pages, third.completeness.stored, third.completeness.isProven], [121, 121, true])
  assert.equal((await millrace(['doctor', '--full', ...db])).code, 0)
})

test('totals that do not add up end with exit code 3 and the windows that are short', async (t) => {
  const { site, crawl } = await trial(t)
  const post = site.content.posts.get(1)
  assert.ok(post !== undefined)
  site.put({ ...post, id: 900, date: Date.UTC(2021, 4, 4), isUnreadable: true })
  const { code, stderr, stdout } = await crawl()
  assert.equal(code, 3)
  assert.match(
    stderr,
    /^millrace: incomplete: posts .*2021.*: \d+ announced, \d+ stored; run the same command again/m,
  )
  assert.match(stdout, /^posts: 121 announced, 120 stored; INCOMPLETE/m)
})

test('flags that only a WordPress site has are refused without one, as is a kind that there is not', async () => {
  for (const flags of [['--sweep'], ['--full-html'], ['--source', 'joomla']]) {
    const { code, stderr } = await millrace(['crawl', 'http://127.0.0.1:1/', ...flags])
    assert.equal(code, 64)
    assert.match(stderr, /wordpress/)
  }
})

test('re-extract leaves posts alone, whose documents are the API’s, also where their pages are kept', async (t) => {
  const { db, crawl } = await trial(t)
  assert.equal((await crawl('--full-html')).code, 0)
  const documents = async () => (await millrace(['export', ...db])).stdout
  const before = await documents()
  assert.match(before, /"categories":\["/)
  const { code, stdout } = await millrace(['re-extract', '--json', ...db])
  const told = JSON.parse(stdout) as { readonly lookedAt: number; readonly new: number }
  assert.deepEqual([code, told.lookedAt, told.new], [0, 0, 0])
  assert.equal(await documents(), before)
  const full = await crawl('--full')
  assert.equal(full.code, 64)
  assert.match(full.stderr, /--full is for a site that is read page by page: give --sweep/)
})
