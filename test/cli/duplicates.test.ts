/** Duplicates from the command line: counted by `crawl` and `duplicates`, told and left out by `export`, sound for `doctor`. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { edited, proseWords } from '../../src/crawl/duplicates/testing/prose.ts'
import { pageOf, servePlot } from '../../src/crawl/testing/plot.ts'
import { runCommand } from '../process/index.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const WORDS = proseWords(1, 400)
const TEXTS: Readonly<Record<string, string>> = {
  '/a': WORDS.join(' '),
  '/a-copy': WORDS.join(' '),
  '/a-edited': edited(WORDS, 1, 1).join(' '),
  '/b': proseWords(2, 400).join(' '),
}

type Line = Readonly<Record<string, unknown>>

async function crawled(t: TestContext) {
  const site = await servePlot(t, ({ path }) =>
    path === '/' ? pageOf('start', Object.keys(TEXTS)) : `<!doctype html><p>${TEXTS[path] ?? ''}</p>`,
  )
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-duplicates-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const db = `sqlite:${join(folder, 'x.db')}`
  const millrace = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCommand([BIN, ...args, '--db', db])
    assert.equal(code, 0, stderr)
    return stdout
  }
  const crawl = ['crawl', `${site.url}/`, '--allow-private', '--delay', '0', '--quiet', '--json']
  const summary = JSON.parse(await millrace(...crawl)) as Line
  return { site, millrace, summary }
}

function linesOf(text: string): readonly Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

test('a copy and an edit of a page are counted, told apart from the rest, and left out when asked', async (t) => {
  const { site, millrace, summary } = await crawled(t)
  assert.deepEqual([summary['documents'], summary['duplicates'], summary['nearDuplicates']], [5, 1, 1])
  const all = linesOf(await millrace('export'))
  const told = all.map(({ url, duplicateOf, isCanonical }) => [url, duplicateOf, isCanonical])
  const near = ['/a-copy', '/a-edited'].map((path) => [`${site.url}${path}`, `${site.url}/a`, false])
  const own = ['/', '/a'].map((path) => [`${site.url}${path}`, null, true])
  assert.deepEqual(told, [...own, ...near, [`${site.url}/b`, null, true]])
  assert.equal(new Set(all.map(({ cluster }) => cluster)).size, 3)
  const kept = linesOf(await millrace('export', '--canonical-only'))
  assert.deepEqual(
    kept,
    all.filter(({ isCanonical }) => isCanonical === true),
  )
  assert.deepEqual(
    linesOf(await millrace('export', '--canonical-only', '--run', String(summary['run']))),
    kept,
  )
  assert.deepEqual(JSON.parse(await millrace('duplicates', '--json')), {
    filledIn: 0,
    documents: 5,
    duplicates: 1,
    nearDuplicates: 1,
    largest: 3,
  })
})

test('after a run is deleted nothing of it is left among the fingerprints, and doctor finds all sound', async (t) => {
  const { millrace, summary } = await crawled(t)
  const isSound = async () => {
    const { checks } = JSON.parse(await millrace('doctor', '--full', '--json')) as { checks: readonly Line[] }
    return checks.find(({ name }) => name === 'duplicates')?.['status']
  }
  assert.equal(await isSound(), 'ok')
  await millrace('runs', 'delete', String(summary['run']))
  assert.equal(await isSound(), 'ok')
  assert.match(await millrace('duplicates'), /^0 documents, 0 duplicates, 0 near duplicates/)
  assert.equal(await millrace('query', '--format', 'jsonl', 'SELECT * FROM fingerprints'), '')
})
