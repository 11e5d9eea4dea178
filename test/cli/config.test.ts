/** `init` and the configuration file, as a user meets them. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { millrace } from './crawled-demo.ts'

const FILE = 'millrace.config.ts'
const NO_DATABASE = { DATABASE_URL: undefined }

function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('init writes a file that is read from then on, though it says nothing yet', async (t) => {
  const cwd = freshFolder(t)
  const made = await millrace(['init'], { cwd })
  assert.deepEqual([made.code, made.stdout], [0, ''])
  assert.match(made.stderr, /millrace\.config\.ts written/)
  const read = await millrace(['runs'], { cwd, env: NO_DATABASE })
  assert.deepEqual([read.code, read.stdout], [66, ''])
  assert.match(read.stderr, /^millrace: expected a Millrace database at \S+millrace\.db;.*\n$/)
})

test('every key that init explains is a key, and uncommented the file is still valid', async (t) => {
  const cwd = freshFolder(t)
  await millrace(['init', '--quiet'], { cwd })
  const text = readFileSync(join(cwd, FILE), 'utf8')
  const keys = /^( +)\/\/ (\w+: .*,)$/gm
  assert.equal([...text.matchAll(keys)].length, 13)
  const full = text.replaceAll(keys, '$1$2')
  writeFileSync(join(cwd, FILE), full)
  const { code, stderr } = await millrace(['runs'], { cwd, env: NO_DATABASE })
  assert.equal(code, 66, stderr)
})

test('init leaves a file that is there, with exit 73, unless it is forced', async (t) => {
  const cwd = freshFolder(t)
  writeFileSync(join(cwd, FILE), 'this does not parse (')
  const refused = await millrace(['init'], { cwd })
  assert.equal(refused.code, 73)
  assert.match(refused.stderr, /--force/)
  assert.equal(readFileSync(join(cwd, FILE), 'utf8'), 'this does not parse (')
  assert.equal((await millrace(['init', '--force'], { cwd })).code, 0)
  assert.match(readFileSync(join(cwd, FILE), 'utf8'), /defineConfig/)
  assert.equal((await millrace(['init', '--config', 'gone/x.ts'], { cwd })).code, 73)
  assert.equal((await millrace(['init', '--config', 'other.ts'], { cwd })).code, 0)
  assert.ok(existsSync(join(cwd, 'other.ts')))
})

test('--db wins over DATABASE_URL, that over the file, and that over the default', async (t) => {
  const cwd = freshFolder(t)
  const named = async (env: NodeJS.ProcessEnv, ...args: readonly string[]) => {
    const { stderr } = await millrace(['runs', ...args], { cwd, env })
    return /\/(\w+)\.db;/.exec(stderr)?.[1]
  }
  assert.equal(await named(NO_DATABASE), 'millrace')
  writeFileSync(join(cwd, FILE), "export default { db: 'sqlite:config.db' }")
  assert.equal(await named(NO_DATABASE), 'config')
  assert.equal(await named({ DATABASE_URL: 'sqlite:environment.db' }), 'environment')
  assert.equal(await named({ DATABASE_URL: 'sqlite:environment.db' }, '--db', 'flag.db'), 'flag')
})

test('a crawl takes its settings from the named file, and a flag wins', async (t) => {
  const cwd = freshFolder(t)
  const crawl = { concurrency: 2, delay: '1s', include: ['/docs/*'], robots: false }
  writeFileSync(join(cwd, 'mine.ts'), `export default ${JSON.stringify({ crawl })}`)
  const dryRun = async (...args: readonly string[]) => {
    const always = ['crawl', 'http://127.0.0.1:1/', '--dry-run', '--json', '--config', 'mine.ts']
    const { code, stdout, stderr } = await millrace([...always, ...args], { cwd })
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as { readonly scope: { readonly include: unknown }; readonly pace: unknown }
  }
  const plain = await dryRun()
  assert.deepEqual([plain.pace, plain.scope.include], [{ concurrency: 2, gapMs: 1_000 }, ['/docs/*']])
  const flagged = await dryRun('--delay', '5ms', '--include', '/a/*')
  assert.deepEqual([flagged.pace, flagged.scope.include], [{ concurrency: 2, gapMs: 5 }, ['/a/*']])
})

test('a file that is wrong ends every command with exit 78 and says where it is wrong', async (t) => {
  const cwd = freshFolder(t)
  writeFileSync(join(cwd, FILE), 'export default { crawl: { maxpage: 3 } }')
  const { code, stdout, stderr } = await millrace(['runs'], { cwd })
  assert.deepEqual([code, stdout], [78, ''])
  assert.match(stderr, /millrace\.config\.ts: crawl\.maxpage: .* did you mean maxPages\? \[BadConfig\]\n$/)
  assert.equal((await millrace(['runs', '--help'], { cwd })).code, 0)
})
