/** Sources and pipelines of the configuration file, as a user crawls and checks them. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { serveDemo } from '../../demo/serve.ts'
import { jsonLinesOf, millrace } from './crawled-demo.ts'

const NO_DATABASE = { DATABASE_URL: undefined }

/** Runs commands in a fresh folder with a configuration of that text. */
function inFolder(t: TestContext, text: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-named-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'millrace.config.ts'), text)
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    millrace(args, { cwd, env: { ...NO_DATABASE, ...env } })
  return { cwd, run }
}

test('a pipeline is crawled by its name, into its file, unindexed, and the list of runs has its source', async (t) => {
  const site = await serveDemo()
  t.after(() => site.close())
  const { cwd, run } = inFolder(
    t,
    `export default {
      sources: { demo: { url: '${site.url}/', delay: 0, maxPages: 5, allowPrivate: true } },
      pipelines: { kept: { source: 'demo', out: 'kept.jsonl', index: false } },
    }`,
  )
  const crawl = await run(['crawl', 'kept', '--json'])
  assert.equal(crawl.code, 0, crawl.stderr)
  const { pages, documents } = JSON.parse(crawl.stdout) as {
    readonly pages: number
    readonly documents: number
  }
  assert.ok(pages >= 5 && pages <= 8, String(pages))
  assert.equal(jsonLinesOf(readFileSync(join(cwd, 'kept.jsonl'), 'utf8')).length, documents)
  const indexed = await run(['query', 'SELECT count(*) AS n FROM indexed', '--format', 'jsonl'])
  assert.deepEqual(JSON.parse(indexed.stdout), { n: 0 })
  // The same source without the pipeline is gone on with, and what it stores from then on is indexed.
  assert.equal((await run(['crawl', 'demo', '--max-pages', '8', '--quiet'])).code, 0)
  const runs = await run(['runs', '--json'])
  assert.deepEqual(
    jsonLinesOf(runs.stdout).map((row) => row['sourceName']),
    ['demo'],
  )
  assert.match((await run(['runs'])).stdout, / demo: http/)
  const more = await run(['query', 'SELECT count(*) > 0 AS isIndexed FROM indexed', '--format', 'jsonl'])
  assert.deepEqual(JSON.parse(more.stdout), { isIndexed: 1 })
})

test('a name that is none ends with exit 64 and the names that there are', async (t) => {
  const { run } = inFolder(t, "export default { sources: { news: { url: 'https://example.org/' } } }")
  const { code, stderr } = await run(['crawl', 'nwes'])
  assert.equal(code, 64)
  assert.match(stderr, /one of news of the configuration file, got "nwes"; did you mean news\? \[Usage\]\n$/)
})

const SECRETS = `export default {
  db: 'sqlite:file.db',
  crawl: { delay: '1s' },
  sources: { news: { url: 'https://example.org/', network: {
    proxy: 'http://me:HIDDEN@proxy:3128',
    headers: { 'x-key': process.env.NEWS_KEY },
    basicAuth: { username: 'me', password: 'HIDDEN' },
  } } },
}`

test('config check says what holds and what decided on it, and shows no secret', async (t) => {
  const { cwd, run } = inFolder(t, SECRETS)
  const key = { NEWS_KEY: 'HIDDEN' }
  const { code, stdout } = await run(['config', 'check', '--json'], key)
  assert.equal(code, 0)
  const { file, settings } = JSON.parse(stdout) as {
    readonly file: string
    readonly settings: readonly {
      readonly key: string
      readonly value: unknown
      readonly from: string
      readonly fileKey: string | null
    }[]
  }
  assert.equal(file, join(cwd, 'millrace.config.ts'))
  const told = (name: string) => {
    const found = settings.find((setting) => setting.key === name) ?? assert.fail(name)
    return [found.value, found.from, found.fileKey]
  }
  assert.deepEqual(told('db'), ['sqlite:file.db', 'file', 'db'])
  assert.deepEqual(told('sources.news.delay'), ['1s', 'file', 'crawl.delay'])
  assert.deepEqual(told('sources.news.robots'), [true, 'default', null])
  const network = 'sources.news.network'
  assert.deepEqual(told(`${network}.proxy`), ['http://***@proxy:3128', 'file', `${network}.proxy`])
  assert.deepEqual(told(`${network}.headers.x-key`), ['***', 'file', `${network}.headers.x-key`])
  assert.deepEqual(told(`${network}.basicAuth.password`)[0], '***')
  const table = await run(['config', 'check', '--db', 'sqlite:flag.db'], key)
  assert.match(table.stdout, /^db +sqlite:flag\.db +flag$/m)
  assert.match(table.stdout, /^sources\.news\.delay +1s +file: crawl\.delay$/m)
  const environment = await run(['config', 'check'], { ...key, DATABASE_URL: 'sqlite:env.db' })
  assert.match(environment.stdout, /^db +sqlite:env\.db +environment: DATABASE_URL$/m)
  for (const each of [stdout, table.stdout, table.stderr, environment.stdout])
    assert.doesNotMatch(each, /HIDDEN/)
})

test('config check ends with exit 78 where something is wrong, and names it without showing a secret', async (t) => {
  const { run } = inFolder(t, SECRETS)
  const unset = await run(['config', 'check'], { NEWS_KEY: undefined })
  assert.deepEqual([unset.code, unset.stdout], [78, ''])
  assert.match(
    unset.stderr,
    /millrace\.config\.ts: sources\.news\.network\.headers\.x-key: expected a text, got nothing/,
  )
  const scheme = await run(['config', 'check', '--db', 'mysql://me:HIDDEN@host/'], { NEWS_KEY: 'x' })
  assert.equal(scheme.code, 78)
  assert.doesNotMatch(unset.stderr + scheme.stderr, /HIDDEN/)
})

test('without a file, config check shows the defaults', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-named-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const { code, stdout, stderr } = await millrace(['config', 'check'], { cwd, env: NO_DATABASE })
  assert.equal(code, 0)
  assert.match(stderr, /no millrace\.config\.ts here/)
  assert.match(stdout, /^db +sqlite:millrace\.db +default$/m)
})
