/** A WordPress crawl that is killed at any instant, again and again, ends as one that nobody disturbed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../process/index.ts'
import { seededRandom } from '../site/index.ts'
import { makeContent, serveWordpress, type FakeSite } from '../wordpress/index.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const KILLS = 6

type Line = Readonly<Record<string, unknown>>

function argsFor(site: FakeSite, db: string): readonly string[] {
  return [
    BIN,
    'crawl',
    site.url,
    '--source',
    'wordpress',
    '--allow-private',
    '--delay',
    '0',
    '--quiet',
    '--db',
    db,
  ]
}

/** Kills a crawl in the middle of its requests, until it has ended by itself or was killed often enough. */
async function killed(
  site: FakeSite,
  db: string,
  hook: { at: () => void },
  random: { below(most: number): number },
) {
  for (let kills = 0; kills < KILLS; kills++) {
    const child = spawn(process.execPath, argsFor(site, db), { stdio: 'ignore' })
    const exited = once(child, 'exit')
    let left = 2 + random.below(12)
    hook.at = () => {
      if (--left === 0) setTimeout(() => child.kill('SIGKILL'), random.below(6))
    }
    const [code] = (await exited) as [number | null]
    if (code !== null) return code
  }
  hook.at = () => undefined
  const last = await runCommand(argsFor(site, db))
  return last.code
}

async function linesOf(db: string, kind: string): Promise<readonly Line[]> {
  const { code, stdout } = await runCommand([BIN, 'export', '--kind', kind, '--db', db])
  assert.equal(code, 0)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

/** Without what must differ between two crawls. */
function stable({
  id: _id,
  run: _run,
  source: _source,
  document,
  fetchedAt: _at,
  durationMs: _ms,
  goneAt = null,
  ...rest
}: Line): string {
  return JSON.stringify({ ...rest, hasDocument: typeof document === 'string', isGone: goneAt !== null })
}

function inTheEnd(path: string) {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return {
      runs: db.prepare('SELECT state, pages, documents, failed FROM runs ORDER BY id').all(),
      proofs: db
        .prepare('SELECT name, state, announced, stored, gone FROM wordpress_proofs ORDER BY run, name')
        .all(),
      items: db
        .prepare(
          'SELECT wp_id, url_key, date, modified, gone_at IS NULL AS live FROM wordpress_items ORDER BY 1',
        )
        .all(),
    }
  } finally {
    db.close()
  }
}

test('a WordPress backfill and an increment, each killed again and again, lose and double nothing', async (t) => {
  const random = seededRandom(7)
  const hook: { at: () => void } = { at: () => undefined }
  const content = makeContent({ posts: 900, pages: 5 }, () => random.next())
  const site = await serveWordpress(content, {
    onRequest: () => {
      hook.at()
      return undefined
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'millrace-wordpress-'))
  t.after(async () => {
    await site[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  const [calm, torn] = ['calm', 'torn'].map((name) => join(folder, `${name}.db`))
  assert.ok(calm !== undefined && torn !== undefined)
  const change = () => {
    for (let id = 1; id <= 300; id++) site.edit(id, Date.UTC(2026, 0, 1) + id * 1000, `Edited ${id}`)
    for (let id = 301; id <= 310; id++) site.remove(id)
  }
  assert.equal((await runCommand(argsFor(site, `sqlite:${calm}`))).code, 0)
  assert.equal(await killed(site, `sqlite:${torn}`, hook, random), 0)
  assert.deepEqual(inTheEnd(torn), inTheEnd(calm))
  change()
  hook.at = () => undefined
  assert.equal((await runCommand(argsFor(site, `sqlite:${calm}`))).code, 0)
  assert.equal(await killed(site, `sqlite:${torn}`, hook, random), 0)
  assert.deepEqual(inTheEnd(torn), inTheEnd(calm))
  for (const kind of ['pages', 'documents']) {
    const expected: readonly Line[] = await linesOf(`sqlite:${calm}`, kind)
    const found: readonly Line[] = await linesOf(`sqlite:${torn}`, kind)
    assert.deepEqual(found.map(stable), expected.map(stable), kind)
  }
  assert.equal((await runCommand([BIN, 'doctor', '--full', '--db', `sqlite:${torn}`])).code, 0)
})
