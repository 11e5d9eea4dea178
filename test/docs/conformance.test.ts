/** The suite as others get it: packed, installed without what only tests need, and run by the example of its page. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runCommand } from '../process/index.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
/** A few cases of each kind: in this process, with fast-check, and with another process. */
const SOME = 'keeps the store contract: order$|a unit whose last command fails|each sees at once'

/** Builds and packs Millrace as publishing does; gives the file. What goes in is for package.json to say. */
async function pack(folder: string): Promise<string> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]
  await run(process.execPath, [tsc, ...options], { cwd: root })
  for (const name of ['package.json', 'bin', 'README.md']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: folder })
  return join(folder, stdout.trim())
}

/** A project with the package and what it depends on, and with those other packages that are named. */
async function install(folder: string, tarball: string, others: readonly string[]): Promise<string> {
  const own = join(folder, 'node_modules', 'millrace')
  mkdirSync(own, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1'])
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  for (const name of [...Object.keys(dependencies), ...others]) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return folder
}

test('the packed suite runs as its page shows it, and Millrace needs nothing of it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pack-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tarball = await pack(folder)
  const user = await install(join(folder, 'user'), tarball, [])
  const tester = await install(join(folder, 'tester'), tarball, ['fast-check'])

  await t.test('every example of the page passes', async () => {
    const examples = [...page.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)]
    assert.equal(examples.length, 2)
    for (const [, name = '', text = ''] of examples) writeFileSync(join(tester, name), text)
    const args = ['--test', '--test-reporter=tap', `--test-name-pattern=${SOME}`, 'audited-store.test.ts']
    // Else the runner takes it for a part of this one.
    const env = { NODE_TEST_CONTEXT: undefined }
    const { code, stdout } = await runCommand(args, { cwd: tester, env })
    assert.equal(code, 0, stdout)
    const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1])
    assert.ok(passed >= 6, stdout)
    assert.match(stdout, /The audited store keeps the store contract: two processes/)
  })

  await t.test('without fast-check the package works, and the suite says what is missing', async () => {
    const own = await runCommand(
      [
        '-e',
        "const { openStore } = await import('millrace'); await (await openStore('sqlite:a.db')).close()",
      ],
      { cwd: user },
    )
    assert.deepEqual([own.code, own.stderr], [0, ''])
    const suite = await runCommand(['-e', "await import('millrace/conformance')"], { cwd: user })
    assert.equal(suite.code, 1)
    assert.match(suite.stderr, /Cannot find package 'fast-check'/)
  })

  await t.test('every exported name is on the page', async () => {
    const code = "console.log(Object.keys(await import('millrace/conformance')).join(' '))"
    const { stdout } = await runCommand(['-e', code], { cwd: tester })
    const named = new Set([...page.matchAll(/`(\w+)(?:\([^)]*\))?`/g)].map((found) => found[1]))
    assert.deepEqual(
      stdout
        .trim()
        .split(' ')
        .filter((name) => !named.has(name)),
      [],
    )
  })
})
