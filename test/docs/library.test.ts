/** The example of docs/library.md, run as it stands there, on a site of this machine. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as api from '../../src/index.ts'
import { serveDemo } from '../../demo/serve.ts'
import { runCommand } from '../process/index.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/library.md', root), 'utf8')
const example = /^```ts\n([^]*?)^```$/m.exec(page)?.[1] ?? ''

/** The text with one thing in place of another, which must be in it. */
function replaced(text: string, from: string, to: string): string {
  assert.ok(text.includes(from), from)
  return text.replace(from, to)
}

test('the example crawls, counts, exports and searches; run again it starts a second run', async (t) => {
  const site = await serveDemo()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-library-'))
  t.after(async () => {
    await site.close()
    rmSync(folder, { recursive: true })
  })
  const own = pathToFileURL(fileURLToPath(new URL('src/index.ts', root))).href
  const here = replaced(replaced(example, "'millrace'", `'${own}'`), 'https://example.org/', `${site.url}/`)
  const allowed = replaced(here, 'limits:', 'allowPrivate: true, pace: { gapMs: 0 }, limits:')
  const file = join(folder, 'example.ts')
  writeFileSync(file, allowed)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const first = await runCommand([file], { cwd: folder })
  assert.deepEqual([first.code, first.stderr], [0, ''])
  const [counts = '', ...lines] = first.stdout.trim().split('\n')
  const documents = Number(/^\d+ pages, (\d+) documents$/.exec(counts)?.[1])
  assert.ok(documents > 10, counts)
  const rows = lines.slice(0, documents)
  const hits = lines.slice(documents)
  assert.ok(rows.every((line) => line.startsWith(`${site.url}/`)))
  assert.equal(hits.length, 3)
  assert.ok(
    hits.every((line) => /^\d+\.\d http:/.test(line)),
    hits.join('\n'),
  )
  const second = await runCommand([file], { cwd: folder })
  const [again = '', ...same] = second.stdout.trim().split('\n')
  assert.deepEqual([second.code, same], [0, lines])
  // What the site's sitemap says is as it was is not asked for again.
  assert.ok(Number.parseInt(again, 10) < Number.parseInt(counts, 10), again)
})

test('every exported name is on the page', () => {
  const named = new Set([...page.matchAll(/`(\w+)(?:\([^)]*\))?`/g)].map((found) => found[1]))
  assert.deepEqual(
    Object.keys(api).filter((name) => !named.has(name)),
    [],
  )
})
