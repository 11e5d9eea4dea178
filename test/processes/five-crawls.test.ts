/** Five terminals, five sites, one database: each crawl does its own work as if it were alone. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freshFolder } from '../../src/store/conformance/index.ts'
import { freshDatabase } from '../postgres/index.ts'
import { runCommand } from '../process/index.ts'
import { startSite, type Site } from '../site/index.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const CRAWLS = 5
const PAGES = 30

/** Where the crawls go, by what it is called: an empty one for each test. */
const databases: Readonly<Record<string, (t: TestContext) => Promise<string>>> = {
  file: async (t) => `sqlite:${join(freshFolder(t), 'five.db')}`,
  database: (t) => freshDatabase(t),
}

for (const [kind, makeDatabase] of Object.entries(databases)) {
  test(
    `five crawls of five sites at once into one ${kind} are all whole`,
    { timeout: 200_000 },
    async (t) => {
      const db = await makeDatabase(t)
      const sites = await Promise.all(Array.from({ length: CRAWLS }, (_, n) => serve(t, n)))
      const crawls = await Promise.all(
        sites.map((site) =>
          runCommand([BIN, 'crawl', `${site.url}/`, '--allow-private', '--delay', '0', '--json', '--db', db]),
        ),
      )
      for (const { code, stderr } of crawls) {
        assert.equal(code, 0, stderr)
        assert.doesNotMatch(stderr, /busy|locked/i)
      }
      const ask = (sql: string) => query(db, sql)
      const urls = (await ask('SELECT url FROM documents_latest')).map((row) => String(row['url']))
      assert.deepEqual(urls.toSorted(byText), sites.flatMap((site) => site.pageUrls).toSorted(byText))
      for (const [n, site] of sites.entries()) {
        const told = JSON.parse(crawls[n]?.stdout ?? '') as Readonly<Record<string, unknown>>
        assert.equal(told['documents'], PAGES)
        const [stored] = await ask(`SELECT state, pages, documents, dead,
        (SELECT count(*) FROM pages WHERE pages.run = runs_summary.id) AS stored
        FROM runs_summary WHERE id = '${String(told['run'])}'`)
        const { pages } = told
        assert.deepEqual(stored, { state: 'completed', pages, documents: PAGES, dead: 0, stored: pages })
        const twice = [...site.requests].filter(([, times]) => times > 1)
        assert.deepEqual(twice, [])
      }
      const [together] = await ask(`SELECT count(*) AS pairs FROM runs AS a JOIN runs AS b ON a.id < b.id
      WHERE a.started_at < b.finished_at AND b.started_at < a.finished_at`)
      assert.ok(Number(together?.['pairs']) > 0, 'no two crawls ran at the same time')
      const [left] = await ask(
        "SELECT count(*) AS jobs FROM jobs WHERE state NOT IN ('completed', 'cancelled')",
      )
      assert.deepEqual(left, { jobs: 0 })
      const doctor = await runCommand([BIN, 'doctor', '--db', db])
      assert.equal(doctor.code, 0, doctor.stdout)
    },
  )
}

const byText = (a: string, b: string) => (a < b ? -1 : 1)

async function query(db: string, sql: string): Promise<readonly Readonly<Record<string, string | number>>[]> {
  const { code, stdout, stderr } = await runCommand([BIN, 'query', sql, '--format', 'jsonl', '--db', db])
  assert.equal(code, 0, stderr)
  const lines = stdout.trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, string | number>>)
}

async function serve(t: TestContext, n: number): Promise<Site> {
  const site = await startSite({ pages: PAGES, seed: n + 1, latencyMs: 5 })
  t.after(() => site.close())
  return site
}
