/** The documentation's own claims: its examples run, its columns exist, its links lead somewhere. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { crawlDemo, jsonLinesOf, millrace, type CrawledDemo } from '../cli/crawled-demo.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const QUERY_PAGE = join(ROOT, 'docs/query.md')

describe('docs/query.md', () => {
  let demo: CrawledDemo
  let page: string
  before(async () => {
    page = await readFile(QUERY_PAGE, 'utf8')
    demo = await crawlDemo()
  })
  after(() => demo.close())

  test('every example statement runs and finds something on a crawled site', async () => {
    const block = /```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    const statements = block.split(/;\n/).filter((statement) => statement.trim() !== '')
    assert.ok(statements.length >= 4)
    for (const statement of statements) {
      const { code, stdout, stderr } = await demo.millrace('query', statement, '--format', 'jsonl')
      assert.equal(code, 0, `${statement}: ${stderr}`)
      assert.notEqual(stdout, '', statement)
    }
  })

  test('each view has the columns the page lists, in that order', async () => {
    const views = [...page.matchAll(/^## (\w+_\w+): .*\n\n`([^`]+)`/gm)]
    assert.deepEqual(
      views.map(([, view]) => view),
      ['documents_latest', 'pages_latest', 'duplicates_latest', 'runs_summary', 'runs_hosts'],
    )
    for (const [, view = '', columns = ''] of views) {
      const { stdout } = await demo.millrace('query', `SELECT * FROM ${view} LIMIT 1`, '--format', 'jsonl')
      const listed = columns.replaceAll(/\s*\([^)]*\)/g, '').split(/,\s+/)
      assert.deepEqual(Object.keys(jsonLinesOf(stdout)[0] ?? {}), listed, view)
    }
  })
})

test('every command that the README lists is in the help, and the help names no other', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('From a checkout'))
  const listed = new Set([...table.matchAll(/^\| `([\w-]+)/gm)].map(([, name]) => name))
  const { stdout } = await millrace(['--help'])
  const commands = stdout.slice(stdout.indexOf('Commands:'), stdout.indexOf('Examples:'))
  const helped = new Set([...commands.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name))
  helped.delete('help')
  assert.deepEqual(helped, listed)
})

test('every source path that the documentation names is there', async () => {
  const missing: string[] = []
  for await (const file of glob(['*.md', 'docs/**/*.md'], { cwd: ROOT })) {
    const text = await readFile(join(ROOT, file), 'utf8')
    const paths = [...text.matchAll(/`((?:src|test|bench|demo|bin)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    )
    missing.push(...paths.filter((path) => !existsSync(join(ROOT, path))).map((path) => `${file}: ${path}`))
  }
  assert.deepEqual(missing, [])
})

test('every relative link of the documentation leads to a file', async () => {
  const missing: string[] = []
  for await (const file of glob(['*.md', 'docs/**/*.md', 'bench/*.md'], { cwd: ROOT })) {
    const text = await readFile(join(ROOT, file), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      if (!existsSync(join(ROOT, dirname(file), target))) missing.push(`${file}: ${target}`)
    }
  }
  assert.deepEqual(missing, [])
})
